import type {InfoReply} from '../domain/info-reply.js';

/** Servers that speak the protocol of Redis and report themselves in INFO. */
export type ProductName = 'redis' | 'valkey' | 'redict' | 'keydb' | 'dragonfly' | 'garnet' | 'kvrocks' | 'pika';

/** The family whose commands, settings and ACL rules a product has. */
export type CommandFamily = 'redis' | 'valkey';

export type ServerProduct = {
	readonly product: ProductName;
	/** The product's own version. For Valkey this is not the Redis version that it is compatible with. */
	readonly version: string | undefined;
	readonly family: CommandFamily;
	/**
	The version whose commands the server has. For Redis and Valkey it is their own version. For other products it is the
	Redis version that the product reports.
	*/
	readonly familyVersion: string | undefined;
};

/** The names of the products in texts. */
export const productNames: Readonly<Record<ProductName, string>> = {
	redis: 'Redis',
	valkey: 'Valkey',
	redict: 'Redict',
	keydb: 'KeyDB',
	dragonfly: 'Dragonfly',
	garnet: 'Garnet',
	kvrocks: 'Kvrocks',
	pika: 'Pika',
};

/**
Products that are based on the source of a Redis version, so they have the ACL rules and settings of that version. The
others reimplement some of the commands.
*/
const forks: ReadonlySet<ProductName> = new Set(['redis', 'valkey', 'redict', 'keydb']);
export const isFork = (product: ProductName): boolean => forks.has(product);

/** The fields of `# Server` in which products name their version. */
const versionFields: ReadonlyArray<readonly [ProductName, field: string]> = [
	['valkey', 'valkey_version'],
	['dragonfly', 'dragonfly_version'],
	['garnet', 'garnet_version'],
	['kvrocks', 'kvrocks_version'],
	['redict', 'redict_version'],
	['pika', 'pika_version'],
];

/**
The server's product and version. All products except Pika also send a `redis_version`, for clients that look for it.
KeyDB sends only `redis_version`, with KeyDB's own version. An INFO section that only KeyDB has, or the name of the
executable, identifies KeyDB. Undefined when the server sends no version at all.
*/
export const serverProduct = (info: InfoReply): ServerProduct | undefined => info.once(readProduct);

function readProduct(info: InfoReply): ServerProduct | undefined {
	const text = (field: string) => info.text('server', field) || undefined;
	const compatible = text('redis_version');
	const name = text('server_name');
	for (const [product, field] of versionFields) {
		const version = text(field)?.replace(/^[a-z]+-?v?(?=\d)/i, '');
		if (version !== undefined || name === product) {
			return product === 'valkey'
				? {product, version, family: 'valkey', familyVersion: version}
				: {product, version, family: 'redis', familyVersion: compatible};
		}
	}

	if (compatible === undefined) {
		return undefined;
	}

	const isKeydb = info.sections.has('keydb') || /(?:^|\/)keydb-server$/.test(text('executable') ?? '');
	return {product: isKeydb ? 'keydb' : 'redis', version: compatible, family: 'redis', familyVersion: compatible};
}

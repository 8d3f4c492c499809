import type {InfoReply} from '../domain/info-reply.js';
import type {Endpoint} from '../domain/node.js';

type ManagedService = {
	readonly name: string;
	readonly host: RegExp;
	readonly isNamedBy?: (info: InfoReply) => boolean;
	/** What to do instead of BGSAVE. */
	readonly save: string;
	/** What to do instead of SHUTDOWN. */
	readonly restart: string;
};

/** Services that forbid saves and shutdowns. Host names: the providers' own documentation of their endpoints. */
const services: readonly ManagedService[] = [
	{
		name: 'MemoryDB',
		host: /\.memorydb\.[\w-]+\.amazonaws\.com$/,
		save: 'aws memorydb create-snapshot',
		restart: 'aws memorydb failover-shard',
	},
	{
		name: 'ElastiCache',
		host: /\.cache\.amazonaws\.com(?:\.cn)?$/,
		isNamedBy: info => info.text('server', 'os') === 'Amazon ElastiCache',
		save: 'aws elasticache create-snapshot',
		restart: 'aws elasticache reboot-cache-cluster',
	},
	{
		name: 'Azure Cache for Redis',
		host: /\.redis\.cache\.(?:windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)$/,
		isNamedBy: info => info.text('memory', 'maxmemory_reservation') !== undefined,
		save: 'az redis export',
		restart: 'az redis force-reboot',
	},
	{
		name: 'Azure Managed Redis',
		host: /\.(?:redis\.azure\.net|redisenterprise\.cache\.azure\.net)$/,
		save: 'az redisenterprise database export',
		restart: 'the portal',
	},
	{
		name: 'Redis Cloud',
		host: /\.(?:cloud\.redislabs\.com|redis-cloud\.com|cloud\.rlrcp\.com)$/,
		isNamedBy: info => info.text('server', 'rlec_version') !== undefined,
		save: 'the console: Backup now',
		restart: 'the console or its support',
	},
	{
		name: 'Upstash',
		host: /\.upstash\.io$/,
		isNamedBy: info => info.text('server', 'upstash_version') !== undefined,
		save: 'the console: Backups',
		restart: 'nothing: it has no process of yours',
	},
	{
		name: 'Aiven',
		host: /\.aivencloud\.com$/,
		save: 'nothing: it saves by itself',
		restart: 'avn service update --power-off',
	},
];

/** Why a managed service doesn't run the command, and what to use there; undefined for a server of one's own. */
export function serviceInstead(
	wanted: 'save' | 'restart',
	endpoint: Endpoint,
	info: InfoReply | undefined,
): string | undefined {
	const host = endpoint.kind === 'tcp' ? endpoint.host.toLowerCase() : '';
	const service = services.find(({host: pattern, isNamedBy}) => pattern.test(host) || (info && isNamedBy?.(info)));
	return service === undefined ? undefined : `${service.name} forbids it; use ${service[wanted]}`;
}

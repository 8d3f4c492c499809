import type {CommandFamily} from '../derive/server-product.js';
import {isKnownTo, readCommands, sentinelChannel, type Version} from '../wire/read-commands.js';
import {catalogue} from './catalogue/catalogue.js';

/** The server for which an ACL SETUSER command is written. Its product, version and kind decide which rights exist. */
export type AclServer = {
	/** The product, Redis or Valkey. It decides which commands exist, and therefore which rights an ACL rule can name. */
	readonly product: CommandFamily;
	readonly version: Version;
	readonly isSentinel: boolean;
};

/** Whether the server has ACL users, which came with Redis 6.0. */
export const hasUsers = ({version}: AclServer): boolean => version[0] >= 6;

/** Commands whose subcommands have rights of their own. For any other command the second word is an argument. */
const containers: ReadonlySet<string> = new Set([
	...readCommands.flatMap(({name}) => (name.includes('|') ? [name.replace(/\|.*/, '')] : [])),
	'script',
]);

/**
The right for a command, as ACL rules name it: `CONFIG SET maxmemory 1gb` → `config|set`, `SHUTDOWN SAVE` → `shutdown`.
*/
function rightOf([name = '', subcommand = '']: readonly string[]): string {
	const command = name.toLowerCase();
	return containers.has(command) && subcommand !== '' ? `${command}|${subcommand.toLowerCase()}` : command;
}

/** The rights that a user needs for the guarded actions, without duplicates, in the order of the action menu. */
const actionRights = ({product, version, isSentinel}: AclServer): readonly string[] => {
	const rows = catalogue.filter(
		({since, server}) => (server === 'sentinel') === isSentinel && isKnownTo(since ?? {}, product, version),
	);
	return [...new Set(rows.map(({command}) => rightOf(command)))];
};

const sentinelRights: ReadonlySet<string> = new Set(['ping', 'info', 'client|setname', 'client|list']);

/** The commands of a preflight that a Sentinel supports. A Sentinel has neither TIME nor SLOWLOG. */
const sentinelFacts: ReadonlySet<string> = new Set(['command|info', 'acl|whoami', 'acl|dryrun']);

function readRights({product, version, isSentinel}: AclServer, mayAct: boolean, seesKeys: boolean): string[] {
	return readCommands
		.filter(row => isKnownTo(row, product, version))
		.filter(({name, need}) =>
			isSentinel
				? need === 'sentinel' || sentinelRights.has(name) || (mayAct && sentinelFacts.has(name))
				: need === 'monitor' || (mayAct && need === 'actions') || (seesKeys && need === 'keys'),
		)
		.map(({name}) => name);
}

export const monitorUser = 'redistop-mon';
export const actionsUser = 'redistop-act';

/**
The ACL SETUSER command for a user with exactly the rights that redis-top needs. The user gets access to keys only with
`seesKeys`. The only channel that the user may subscribe to is `__sentinel__:hello`. The rights depend on product and
version, because a single right that the server does not know makes the whole command fail. The operator replaces
`PASSWORD`.

@param mayAct True for a user who may run the guarded actions.
@param seesKeys True for a user who may scan keys and read facts about single keys, such as type and size. Even then the
user has no right to a command that returns the value of a key.
*/
export function aclUserLine(server: AclServer, mayAct: boolean, seesKeys = false): string {
	const rights = [...readRights(server, mayAct, seesKeys), ...(mayAct ? actionRights(server) : [])].map(
		name => `+${name}`,
	);
	// Rights for channels exist since 6.2. redis-top subscribes to the channel `__sentinel__:hello` to discover
	// Sentinels.
	const subscribed = server.isSentinel ? [] : [`&${sentinelChannel}`];
	const channels = server.version[0] > 6 || server.version[1] >= 2 ? ['resetchannels', ...subscribed] : [];
	return [
		'ACL SETUSER',
		mayAct ? actionsUser : monitorUser,
		'on resetpass >PASSWORD resetkeys',
		// Key patterns that only allow reading (`%R~*`) exist since 7.0. An older server needs `~*`.
		...(seesKeys && !server.isSentinel ? [server.version[0] >= 7 ? '%R~*' : '~*'] : []),
		...channels,
		'-@all',
		...rights,
	].join(' ');
}

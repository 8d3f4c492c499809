import type {ServerProduct} from '../derive/deployment.js';
import {isKnownTo, readCommands, sentinelChannel, type Version} from '../wire/read-commands.js';
import {catalogue} from './catalogue/catalogue.js';

/** The server that an ACL line is for. */
export type AclServer = {
	readonly product: ServerProduct['product'];
	readonly version: Version;
	readonly isSentinel: boolean;
};

/** Users came with Redis 6.0. */
export const hasUsers = ({version}: AclServer): boolean => version[0] >= 6;

/** Commands whose second word is a command of its own, with a right of its own; that of others is an argument. */
const containers: ReadonlySet<string> = new Set([
	...readCommands.flatMap(({name}) => (name.includes('|') ? [name.replace(/\|.*/, '')] : [])),
	'script',
]);

/** `CONFIG SET maxmemory 1gb` → `config|set`, `SHUTDOWN SAVE` → `shutdown`. */
function rightOf([name = '', subcommand = '']: readonly string[]): string {
	const command = name.toLowerCase();
	return containers.has(command) && subcommand !== '' ? `${command}|${subcommand.toLowerCase()}` : command;
}

/** The rights of the guarded actions, each once, in the menu's order. */
const actionRights = ({product, version, isSentinel}: AclServer): readonly string[] => {
	const rows = catalogue.filter(
		({since, server}) => (server === 'sentinel') === isSentinel && isKnownTo(since ?? {}, product, version),
	);
	return [...new Set(rows.map(({command}) => rightOf(command)))];
};

const sentinelRights: ReadonlySet<string> = new Set(['ping', 'info', 'client|setname', 'client|list']);

/** Of what a box asks, what a Sentinel knows: it has no clock and no slow log. */
const sentinelFacts: ReadonlySet<string> = new Set(['command|info', 'acl|whoami', 'acl|dryrun']);

function readRights({product, version, isSentinel}: AclServer, mayAct: boolean): string[] {
	return readCommands
		.filter(row => isKnownTo(row, product, version))
		.filter(({name, need}) =>
			isSentinel
				? need === 'sentinel' || sentinelRights.has(name) || (mayAct && sentinelFacts.has(name))
				: need === 'monitor' || (mayAct && need === 'actions'),
		)
		.map(({name}) => name);
}

export const monitorUser = 'redistop-mon';
export const actionsUser = 'redistop-act';

/**
The line that makes a user who may do what redis-top does and nothing else: no key, no channel but the sentinels', no other command. A right
that this version doesn't know would fail the whole line, so that each version has its own. `PASSWORD` is to be filled in.

@param mayAct Whether for a user who runs the guarded actions too.
*/
export function aclUserLine(server: AclServer, mayAct: boolean): string {
	const rights = [...readRights(server, mayAct), ...(mayAct ? actionRights(server) : [])].map(name => `+${name}`);
	// Channels are part of users since 6.2. Of all there are this one is listened to, for who the sentinels are.
	const heard = server.isSentinel ? [] : [`&${sentinelChannel}`];
	const channels = server.version[0] > 6 || server.version[1] >= 2 ? ['resetchannels', ...heard] : [];
	return [
		'ACL SETUSER',
		mayAct ? actionsUser : monitorUser,
		'on resetpass >PASSWORD resetkeys',
		...channels,
		'-@all',
		...rights,
	].join(' ');
}

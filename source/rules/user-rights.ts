import {type ServerProduct, serverProduct} from '../derive/server-product.js';
import type {AccessRefusal} from '../domain/access-log.js';
import type {AclUser} from '../domain/acl-user.js';
import {message, nameOf} from '../domain/message.js';
import {isSentinelClient} from './client-names.js';
import {infoNumber, rareAnswerMissing} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {type NodeFacts, quoted, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/**
The commands that a Sentinel sends to the nodes that it monitors. `failover` is the transaction that promotes a replica
and makes the other replicas follow it. One refused command aborts the whole transaction. Sources: sentinel.c,
`sentinelSendSlaveOf`, and the ACL line in sentinel.conf.
*/
const sentinelCommands = {
	failover: ['multi', 'slaveof', 'config|rewrite', 'client|kill', 'exec'],
	watching: ['ping', 'info', 'subscribe', 'publish'],
} as const;

/** Valkey 9.0.0 sends FAILOVER ABORT before each failover. Source: https://github.com/valkey-io/valkey/pull/2780 */
const needsFailover = ({product, version}: ServerProduct): boolean => product === 'valkey' && version === '9.0.0';

/** The users that Sentinels are logged in as; empty if CLIENT LIST was not read. */
const sentinelUsers = ({record}: NodeFacts): ReadonlySet<string> =>
	new Set(
		(record.clients?.value ?? []).flatMap(({name, user}) =>
			isSentinelClient(name) && user !== undefined ? [user] : [],
		),
	);

/** The latest refusals of commands from Sentinels, the newest first; undefined if ACL LOG may not be read. */
function refusedSentinels({record, nowMs}: NodeFacts, withinSeconds: number): readonly AccessRefusal[] | undefined {
	const log = record.accessLog;
	const sinceSeconds = log === undefined ? 0 : (nowMs - log.atMs) / 1000;
	return log?.value.filter(
		({clientName, lack, ageSeconds}) =>
			isSentinelClient(clientName) && lack !== 'auth' && ageSeconds + sinceSeconds <= withinSeconds,
	);
}

const sentinelRight = (what: string): string =>
	sentinelCommands.failover.find(command => command === what) ?? (what === 'replicaof' ? 'slaveof' : what);

const usersOf = ({record}: NodeFacts): readonly AclUser[] | undefined => record.aclUsers?.value;

export const senAcl = rule({
	id: 'sen.acl',
	scope: 'node',
	docs: {
		looksAt:
			"The rule looks for what the user of a Sentinel lacks on the nodes that it monitors. ACL LOG names refused connections `sentinel-…-cmd` and `sentinel-…-pubsub`. On the node in focus, CLIENT LIST names the Sentinels' users, and ACL LIST their rights. A failover needs MULTI, SLAVEOF, CONFIG REWRITE, CLIENT KILL and EXEC, and Valkey 9.0.0 needs FAILOVER too.",
		since: '6.0',
		falsePositives: [
			'The log keeps a refusal after the right was granted. Ten minutes after the last refusal it counts no more.',
			'A right of a selector with keys counts as a right. The rule may miss that the keys are too few.',
		],
	},
	thresholds: {
		age: {value: 600, unit: 'seconds', source: 'how long a refusal in ACL LOG is reported'},
	},
	raiseAfter: 1,
	needs: {
		log: {
			read: ({record}: NodeFacts) => record.accessLog,
			missing: rareAnswerMissing('ACL LOG'),
		},
	},
	evaluate(_, facts, limits) {
		const refused = refusedSentinels(facts, limits.age) ?? [];
		const users = sentinelUsers(facts);
		const server = facts.sample && serverProduct(facts.sample.info);
		const isNeeded = (command: string): boolean =>
			[...sentinelCommands.failover, ...sentinelCommands.watching].some(each => each === command) ||
			(command === 'failover' && server !== undefined && needsFailover(server));
		const lacking = (usersOf(facts) ?? []).find(({user, lacks}) => users.has(user) && lacks.some(isNeeded));
		const user = refused[0]?.user ?? lacking?.user;
		if (user === undefined) {
			return clear;
		}

		const seen = refused
			.filter(each => each.user === user)
			.map(({lack, object}) => (lack === 'command' ? object : lack));
		const lacks = new Set([
			...seen.map(sentinelRight),
			...(lacking?.user === user ? lacking.lacks.filter(isNeeded) : []),
		]);
		const commands = [...lacks].filter(each => each !== 'channel' && each !== 'key');
		const isFailover = commands.some(
			each => sentinelCommands.failover.some(command => command === each) || each === 'failover',
		);
		const rights = [...commands.map(each => `+${each}`), ...(lacks.has('channel') ? ['allchannels'] : [])];
		return fires(isFailover ? 'critical' : 'warning', {
			problem: isFailover ? 'cannot be failed over by its sentinels' : 'denies its sentinels what they need',
			reason: message`their user ${nameOf('user', user)} lacks ${rights.slice(0, 4).join(' ')}${rights.length > 4 ? ` and ${rights.length - 4} more` : ''}`,
			effect: isFailover ? 'failover-impossible' : undefined,
			evidence: [
				{name: 'user', value: message`${nameOf('user', user)}`},
				...(seen.length === 0 ? [] : [{name: 'refused in ACL LOG', value: [...new Set(seen)].join(' ')}]),
				...(lacking?.user === user
					? [{name: 'lacks by ACL LIST', value: lacking.lacks.filter(isNeeded).join(' ')}]
					: []),
			],
			meaning: isFailover
				? 'A sentinel promotes a replica in one transaction. The node refuses it, and the failover ends with failover-abort-slave-timeout.'
				: 'Sentinels that cannot look at the node hold it down, and do not find each other.',
			next: [
				hint(message`give user ${nameOf('user', user)} ${rights.join(' ')} on every node: users are not replicated`),
				redisCli(facts, message`ACL SETUSER ${quotedName('user', user)} ${rights.map(quoted).join(' ')}`),
				hint('then ACL SAVE or CONFIG REWRITE on every node'),
				redisCli(facts, 'ACL LOG 10'),
			],
		});
	},
});

/**
The first release of each release line that does not check the default user's rights while it loads an append-only file.
Every release of a newer release line has the change. Sources: https://github.com/valkey-io/valkey/pull/3984 and
https://github.com/redis/redis/pull/14545 with the release notes of each line.
*/
const loadsAllSince: Readonly<Partial<Record<ServerProduct['product'], readonly string[]>>> = {
	redis: ['8.6.0'],
	valkey: ['8.0.11', '8.1.10', '9.0.6', '9.1.2'],
};

const numbersOf = (version: string): readonly number[] => version.split('.').map(Number);

/**
Whether a release loads append-only files completely. Undefined if the version cannot be read, and for other products.
*/
function loadsAll({product, version = ''}: ServerProduct): boolean | undefined {
	const [major = Number.NaN, minor = Number.NaN, patch = Number.NaN] = numbersOf(version);
	const lines = loadsAllSince[product]?.map(numbersOf);
	if (lines === undefined || Number.isNaN(major + minor + patch)) {
		return undefined;
	}

	const own = lines.find(([first, second]) => first === major && second === minor);
	const newest = lines.at(-1) ?? [];
	return own === undefined
		? major > (newest[0] ?? 0) || (major === newest[0] && minor > (newest[1] ?? 0))
		: patch >= (own[2] ?? 0);
}

/**
A write command for each data type. A default user that may not run all writes lacks the right to at least one of these
commands.
*/
const writes: ReadonlySet<string> = new Set(['set', 'del', 'expire', 'hset', 'lpush', 'sadd', 'zadd', 'xadd']);

export const perDefaultOffAof = rule({
	id: 'per.default_off_aof',
	scope: 'node',
	docs: {
		looksAt:
			'The rule fires where the server writes an append-only file (`aof_enabled`), and the user `default` may not write every key by ACL LIST. Some releases check the rights of this user when they load the file: they leave out what MULTI/EXEC, scripts and functions wrote. Redis 8.6, Valkey 8.0.11, 8.1.10, 9.0.6 and 9.1.2 do not check them.',
		since: '6.0',
		falsePositives: [
			'Single commands are loaded all the same. Where no client uses MULTI, scripts or functions, nothing is lost.',
			'After a rewrite the file begins with an RDB part, which is loaded whole. Only what was written since is at risk.',
			'A distribution may have added the change to an older release.',
		],
	},
	raiseAfter: 1,
	needs: {
		isWritten: infoNumber('persistence', 'aof_enabled'),
		users: {read: usersOf, missing: rareAnswerMissing('ACL LIST')},
	},
	evaluate({isWritten, users}, facts) {
		const server = facts.sample && serverProduct(facts.sample.info);
		const own = users.find(({user}) => user === 'default');
		const mayWrite = own === undefined || (own.hasAllKeys && !own.lacks.some(command => writes.has(command)));
		if (isWritten === 0 || mayWrite || server === undefined || loadsAll(server) !== false) {
			return clear;
		}

		const {version = '-', product} = server;
		return fires('warning', {
			problem: 'loses transactions and script writes at a restart',
			reason: `${product} ${version} checks the rights of the user default when it loads its append-only file`,
			effect: 'data-at-risk',
			evidence: [
				{name: 'aof_enabled', value: isWritten, unit: 'count'},
				{name: 'user default', value: own.isOn ? 'on' : 'off'},
				{name: 'rights of default', value: own.hasAllKeys ? `lacks ${own.lacks.join(' ')}` : 'not all keys'},
				{name: 'version', value: version},
			],
			meaning:
				'Writes of MULTI/EXEC, scripts and functions since the last rewrite are left out, without an error in the log.',
			next: [
				...(own.isOn
					? [hint('update the server; or give the clients of default a user of their own, so that default can be off')]
					: [
							redisCli(facts, "ACL SETUSER default off resetpass '~*' '&*' +@all"),
							hint(
								'nobody can log in as a user that is off, so these rights give nothing away; then ACL SAVE or CONFIG REWRITE',
							),
						]),
				hint('before a restart: BGREWRITEAOF, which writes all data into the part that is loaded whole'),
			],
			action: 'bgrewriteaof',
		});
	},
});

export const userRightsRules = [senAcl, perDefaultOffAof] as const;

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {isReadCommand} from '../../source/wire/read-commands.js';
import type {TestReply} from '../harness/resp-client.js';
import {serverBinaries, startServer} from '../harness/servers.js';

test('reads are allowed, in upper and lower case, with arguments', () => {
	for (const text of [
		'PING',
		'info',
		'INFO server memory',
		'Slowlog Get 16',
		'CONFIG GET maxmemory',
		'CLIENT LIST',
		'client setname redis-top',
		'LATENCY HISTOGRAM get set',
		'CLUSTER NODES',
		'ACL WHOAMI',
		'ACL LOG',
		'ACL LOG 10',
		'ACL LIST',
		'BACKUP STATUS',
		'CLUSTER MYSHARDID',
		'ACL DRYRUN default SHUTDOWN',
		'COMMANDLOG GET 10 slow',
		'SENTINEL MASTERS',
		'PUBSUB NUMSUB __sentinel__:hello',
	]) {
		assert.equal(isReadCommand(text.split(' ')), true, text);
	}
});

test('what changes something is refused, however it is spelled', () => {
	const refused: ReadonlyArray<readonly string[]> = [
		[],
		[''],
		['ACL', 'LOG', 'RESET'],
		['acl', 'log', 'reset'],
		['ACL', 'LOG', '10', 'RESET'],
		['ACL', 'SETUSER', 'x'],
		['ACL', 'SAVE'],
		['BACKUP', 'START'],
		['BACKUP', 'ABORT'],
		['SLOWLOG', 'RESET'],
		['SLOWLOG'],
		['LATENCY', 'RESET'],
		['COMMANDLOG', 'RESET', 'slow'],
		['CONFIG', 'SET', 'maxmemory', '100'],
		['CONFIG', 'RESETSTAT'],
		['CONFIG', 'REWRITE'],
		['CONFIG', ' GET'],
		['CONFIG GET'],
		['INFO\r\nSHUTDOWN'],
		['CLIENT', 'KILL', 'ID', '1'],
		['CLIENT', 'PAUSE', '1'],
		['CLIENT', 'NO-EVICT', 'on'],
		['CLUSTER', 'FAILOVER'],
		['CLUSTER', 'RESET'],
		['SENTINEL', 'FAILOVER', 'x'],
		['BGSAVE'],
		['SHUTDOWN', 'NOSAVE'],
		['MONITOR'],
		['KEYS', '*'],
		['DEBUG', 'SLEEP', '1'],
		['EVAL', 'return 1', '0'],
		['MEMORY', 'PURGE'],
		['FUNCTION', 'FLUSH'],
		['MODULE', 'LOAD', 'x'],
		['RESET'],
		['SUBSCRIBE', '__sentinel__:hello'],
		['PUBLISH', '__sentinel__:hello', 'x'],
		['QUIT'],
	];
	for (const command of refused) {
		assert.equal(isReadCommand(command), false, command.join(' '));
	}
});

test('whatever the words are, an answer comes, and case changes nothing', () => {
	fc.assert(
		fc.property(fc.array(fc.string(), {maxLength: 4}), words => {
			assert.equal(
				isReadCommand(words.map(word => word.toUpperCase())),
				isReadCommand(words.map(word => word.toUpperCase().toLowerCase())),
			);
		}),
	);
});

/**
Reads that the servers themselves count as administrative and dangerous, because of what they show or how long they take.
Each was looked up: none changes data, settings or another connection.
*/
const reviewedReads = new Set([
	'acl|dryrun',
	'acl|list',
	'acl|log',
	'backup|status',
	'client|list',
	'cluster|count-failure-reports',
	'cluster|getslotmigrations',
	'cluster|links',
	'cluster|slot-stats',
	'commandlog|get',
	'commandlog|len',
	'config|get',
	'info',
	'lastsave',
	'latency|doctor',
	'latency|histogram',
	'latency|history',
	'latency|latest',
	'module|list',
	'role',
	'slowlog|get',
	'slowlog|len',
]);

type Listed = {readonly name: string; readonly flags: ReadonlySet<string>; readonly categories: ReadonlySet<string>};

/** COMMAND's own list, with the subcommands (Redis ≥ 7.0) as `config|get`. */
function listedCommands(reply: TestReply): Listed[] {
	return (reply as TestReply[]).flatMap(entry => {
		const [name, , flags, , , , categories, , , subcommands] = entry as TestReply[];
		const own: Listed = {
			name: String(name),
			flags: new Set((flags as TestReply[]).map(String)),
			categories: new Set((categories as TestReply[]).map(String)),
		};
		return [own, ...listedCommands(subcommands ?? [])];
	});
}

for (const name of serverBinaries().keys()) {
	test(`${name}: of all its commands none that writes is allowed, and none that is dangerous but the reviewed`, async () => {
		const server = await startServer({server: name});
		try {
			const commands = listedCommands(await server.command('COMMAND'));
			assert.ok(commands.length > 300, `${commands.length} commands`);
			const allowed = commands.filter(command => isReadCommand(command.name.split('|')));
			assert.ok(allowed.some(command => command.name === 'slowlog|get'));
			assert.deepEqual(
				allowed
					.filter(({flags, categories}) => flags.has('write') || categories.has('@write'))
					.map(entry => entry.name),
				[],
			);
			const risky = allowed.filter(
				({flags, categories}) => categories.has('@dangerous') || categories.has('@admin') || flags.has('admin'),
			);
			assert.deepEqual(
				risky.map(entry => entry.name).filter(entry => !reviewedReads.has(entry)),
				[],
			);
		} finally {
			await server.stop();
		}
	});
}

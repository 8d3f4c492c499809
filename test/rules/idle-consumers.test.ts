import type {CommandRate} from '../../source/derive/command-rates.js';
import type {ClientRow} from '../../source/domain/client.js';
import {keyNotTaken} from '../../source/rules/idle-consumers.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const calls = (command: string, total: number, callsPerSecond = 0): CommandRate => ({
	command,
	calls: total,
	callsPerSecond,
	meanMicroseconds: 3,
	timeShare: 0.1,
	failuresPerSecond: 0,
});

/** A connection of a consumer that ran 500 commands in 100 seconds, and sent the last one 50 seconds ago. */
const worker = (id: number, parts: Partial<ClientRow> = {}): ClientRow =>
	clientOf({
		id,
		name: 'invoice-worker',
		command: 'brpop',
		ageSeconds: 150,
		idleSeconds: 50,
		totals: {inBytes: 1, outBytes: 1, commands: 500},
		...parts,
	});
const producer = clientOf({id: 5, name: 'invoice-api', command: 'lpush'});

const served = (commands: readonly CommandRate[], ...clients: readonly ClientRow[]): FactsParts => ({
	info: {server: {uptime_in_seconds: 1000}},
	earlier: {server: {uptime_in_seconds: 999}},
	record: {commands, clients: {atMs: 0, value: [producer, ...clients]}},
});
const both = [calls('lpush', 9000, 50), calls('brpop', 9000, 1)];
const pushesAlone = [calls('lpush', 9000, 50), calls('brpop', 9000)];

testRule(keyNotTaken, [
	[
		'all workers of a queue hang, while another queue is served',
		served(both, worker(7), worker(8), clientOf({id: 9, name: 'mail', command: 'brpop', flags: 'b'})),
		'warning',
		/^has consumers that hang: invoice-worker asks for no entry, 2 connections idle for 50s after BRPOP: LPUSH goes on at 50\/s$/,
	],
	[
		'all consumers of a stream hang',
		served([calls('xadd', 900, 20)], worker(7, {command: 'xreadgroup'}), worker(8, {command: 'xreadgroup'})),
		'warning',
		/, 2 connections idle for 50s after XREADGROUP: XADD goes on at 20\/s$/,
	],
	['one worker waits in the server', served(both, worker(7), worker(8, {flags: 'b'})), 'clear'],
	['one worker is at work', served(both, worker(7), worker(8, {idleSeconds: 2})), 'clear'],
	['a single worker may have long work', served(both, worker(7)), 'clear'],
	[
		'workers whose work usually takes long',
		served(both, ...[7, 8].map(id => worker(id, {ageSeconds: 500, totals: {inBytes: 1, outBytes: 1, commands: 30}}))),
		'clear',
	],
	[
		'the server does not count the commands',
		served(both, ...[7, 8].map(id => worker(id, {totals: undefined}))),
		'clear',
	],
	['nothing is pushed', served([calls('lpush', 9000), calls('brpop', 9000)], worker(7), worker(8)), 'clear'],
	[
		'all consumers are gone, as in a deploy',
		served(pushesAlone),
		'info',
		/^gets list entries from invoice-api that nobody takes, LPUSH goes on at 50\/s: BRPOP stopped$/,
	],
	['all consumers have been gone for a minute', {...served(pushesAlone), heldSeconds: 61}, 'warning'],
	[
		'consumers of a slow queue have been gone for a minute',
		{...served([calls('lpush', 900, 2), calls('brpop', 900)]), heldSeconds: 61},
		'warning',
	],
	[
		'consumers come so rarely that their absence says nothing',
		served([calls('lpush', 900, 2), calls('brpop', 90)]),
		'clear',
	],
	['consumers take entries', served([calls('lpush', 9000, 50), calls('brpop', 9000, 40)]), 'clear'],
	['the lists are trimmed', served([calls('lpush', 9000, 50), calls('ltrim', 9000, 50)]), 'clear'],
	['a script may take them', served([...pushesAlone, calls('evalsha', 100, 5)]), 'clear'],
	['nothing was ever taken', served([calls('lpush', 9000, 50)]), 'clear'],
	['the commands are not known yet', {record: {commands: []}}, 'pending'],
]);

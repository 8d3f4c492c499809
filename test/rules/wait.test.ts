import {cliWait} from '../../source/rules/wait.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const waiting = (idleSeconds: number, name = 'orders') => ({name, flags: 'b', command: 'wait', idleSeconds});

/** A primary with replicas and clients. */
const primary = (
	replicas: number,
	...clients: ReadonlyArray<Omit<Parameters<typeof clientOf>[0], 'id'>>
): FactsParts => ({
	info: {
		replication: {
			role: 'master',
			connected_slaves: replicas,
			...Object.fromEntries(
				Array.from({length: replicas}, (_, index) => [
					`slave${index}`,
					`ip=10.0.1.${20 + index},port=6379,state=online,offset=1,lag=0`,
				]),
			),
		},
	},
	record: {role: 'primary', clients: {atMs: 0, value: clients.map((client, id) => clientOf({...client, id}))}},
});

testRule(cliWait, [
	['nobody', primary(1, {name: 'orders', command: 'set'}), 'clear'],
	['for a second, as usual', primary(1, waiting(1)), 'clear'],
	['WAIT was the last command, and is over', primary(0, {...waiting(90), flags: 'N'}), 'clear'],
	[
		'shortly, but without a replica',
		primary(0, waiting(1), waiting(0)),
		'warning',
		/^keeps clients of orders waiting in WAIT, 2 of them, each until its timeout: it has no replica that could acknowledge$/,
	],
	['for its own append-only file', primary(0, {...waiting(1), command: 'waitaof'}), 'clear'],
	[
		'for its own append-only file, for long',
		primary(0, {...waiting(12), command: 'waitaof'}),
		'critical',
		/WAITAOF, 1 of them, up to 12s: it has no replica that could acknowledge, or waits for its disk$/,
	],
	['workers', primary(0, {...waiting(90), command: 'blpop'}), 'clear'],
	[
		'without a replica',
		primary(0, waiting(12), waiting(9)),
		'critical',
		/^keeps clients of orders waiting in WAIT, 2 of them, up to 12s: it has no replica that could acknowledge$/,
	],
	[
		'for a replica',
		primary(1, waiting(12), waiting(9, 'billing')),
		'warning',
		/^keeps clients of orders and 1 more waiting in WAIT, 2 of them, up to 12s: 1 replica has not acknowledged enough$/,
	],
	['CLIENT LIST was not read', {record: {role: 'primary'}}, 'pending'],
]);

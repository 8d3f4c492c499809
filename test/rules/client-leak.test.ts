import type {ClientRow} from '../../source/domain/client.js';
import {cliLeak} from '../../source/rules/client-leak.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

/** Connections that were opened one after the other, `each` a second, and used once. */
const opened = (seconds: number, each: number, parts: Partial<ClientRow> = {}): ClientRow[] =>
	Array.from({length: seconds * each}, (_, at) => {
		const ageSeconds = Math.floor(at / each);
		return clientOf({id: at, name: 'cron-report', ageSeconds, idleSeconds: Math.max(0, ageSeconds - 1), ...parts});
	});

const leak = (
	value: readonly ClientRow[],
	{
		before = 190,
		limit = 1000,
		atMs = nowMs,
		...rest
	}: {
		readonly before?: number;
		readonly limit?: number;
		readonly atMs?: number;
	} & FactsParts = {},
): FactsParts => ({
	...rest,
	info: {clients: {connected_clients: 200, maxclients: limit}},
	earlier: {clients: {connected_clients: before}},
	record: {clients: {atMs, value}},
});

testRule(cliLeak, [
	[
		'half a minute of connections that are used once',
		leak(opened(40, 5)),
		'warning',
		/^gets 5\.1\d*\/s connections from cron-report that it does not close, 200 were used once; full in about 2m/,
	],
	['ten seconds of them', leak(opened(10, 20)), 'info'],
	['ten seconds of them, in two readings', leak(opened(10, 20), {heldSeconds: 6}), 'warning'],
	[
		'from a host, without a name',
		leak(opened(40, 5, {name: ''})),
		'warning',
		/connections from 10\.0\.4\.20 that it does not close/,
	],
	[
		'a pool that was opened a minute ago',
		leak(opened(10, 20).map(row => ({...row, ageSeconds: row.ageSeconds + 60, idleSeconds: row.idleSeconds + 60}))),
		'clear',
	],
	['a pool that is used in turn', leak(opened(40, 5, {idleSeconds: 0})), 'clear'],
	['workers that wait', leak(opened(40, 5, {flags: 'b'})), 'clear'],
	['subscribers', leak(opened(40, 5, {flags: 'P'})), 'clear'],
	['as many were closed', leak(opened(40, 5), {before: 200}), 'clear'],
	['days are left', leak(opened(40, 3), {limit: 1_000_000}), 'clear'],
	['a few connections', leak(opened(40, 2)), 'clear'],
	['most clients are others', leak([...opened(40, 5), ...opened(40, 6, {name: 'web', idleSeconds: 0})]), 'clear'],
	['an old list', leak(opened(40, 5), {atMs: nowMs - 20_000}), 'clear'],
	['no list', {info: {clients: {connected_clients: 200, maxclients: 1000}}, config: {}}, 'pending'],
]);

import assert from 'node:assert/strict';
import test from 'node:test';
import type {MonitoredPrimary} from '../../source/domain/sentinel.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {takeoverOf} from '../../source/topology/taken-over.js';
import {nameOf} from '../cluster/views.js';
import {emptyRecord, sampledAtMs} from '../harness/records.js';
import {emptyHost} from '../harness/rule-cases.js';
import {clusterRecord, fleetOf, gone, plainRecord} from './fleets.js';

const dead = (port: number): NodeRecord => ({...clusterRecord(port), reach: 'down', failure: gone});

/** The cluster after the failure of 17050. `changed` are the lines that every other node prints. */
const after = (...changed: readonly string[]): readonly NodeRecord[] => [
	dead(17_050),
	...[17_051, 17_052, 17_053, 17_054, 17_055].map(port => {
		const isPromoted = port === 17_053 && changed.some(line => line.startsWith('17053 master'));
		return clusterRecord(port, {changed}, isPromoted ? {role: 'primary'} : {});
	}),
];

const cases: ReadonlyArray<readonly [string, readonly NodeRecord[], ReturnType<typeof takeoverOf>]> = [
	[
		'its replica has its slots',
		after('17050 master,fail 1', '17053 master 7 0-5460'),
		{by: nameOf(17_053), isCluster: true},
	],
	['nobody has its slots', after('17050 master,fail 1 0-5460'), undefined],
	['it is not marked FAIL yet', after('17050 master,fail? 1 0-5460'), undefined],
	['another node has a part of its slots', after('17050 master,fail 1', '17051 master 7 5461-10922 0-100'), undefined],
	['it has a replica still', after('17050 master,fail 1', '17051 master 7 0-10922'), undefined],
	['no other node answers', [dead(17_050)], undefined],
];

for (const [name, records, expected] of cases) {
	test(`a failed primary of a cluster: ${name}`, () => {
		const nodes = fleetOf(...records);
		assert.deepEqual(takeoverOf(records[0] as NodeRecord, nodes), expected);
	});
}

test('a failed primary that never answered redis-top is replaced by a node that nobody names', () => {
	const unknown: NodeRecord = {...emptyRecord(nameOf(17_050)), reach: 'down', failure: gone};
	const others = after('17050 master,fail 1', '17053 master 7 0-5460').slice(1);
	assert.deepEqual(takeoverOf(unknown, fleetOf(unknown, ...others)), {by: undefined, isCluster: true});
	const owner = after('17050 master,fail 1 0-5460').slice(1);
	assert.equal(takeoverOf(unknown, fleetOf(unknown, ...owner)), undefined, 'it owns slots still');
});

test('the log of the node that took over names a failed primary that never answered redis-top', () => {
	const unknown: NodeRecord = {...emptyRecord(nameOf(17_050)), reach: 'down', failure: gone};
	const by = (...lines: readonly string[]) => {
		const log = {source: '-', remarks: [], lines: lines.map(line => `7:S 30 Nov 2026 07:34:07.951 ${line}`)};
		const others = after('17050 master,fail 1', '17053 master 7 0-5460')
			.slice(1)
			.map(record =>
				record.address === nameOf(17_053) ? {...record, host: {atMs: 0, value: {...emptyHost, log}}} : record,
			);
		return takeoverOf(unknown, fleetOf(unknown, ...others))?.by;
	};
	const won = "# Failover election won: I'm the new master.";
	const connects = (port: number, word = 'MASTER') => `* Connecting to ${word} 127.0.0.1:${port}`;
	assert.equal(
		by(connects(17_050), '* MASTER <-> REPLICA sync started', won, '* Cluster state changed: ok'),
		nameOf(17_053),
	);
	assert.equal(
		by(connects(17_050, 'PRIMARY'), "* Failover election won: I'm the new primary."),
		nameOf(17_053),
		'Valkey',
	);
	assert.equal(by(connects(17_050), connects(17_051), won), undefined, 'it replaced another one');
	assert.equal(by(connects(17_050)), undefined, 'it won no election');
	assert.equal(by(won, connects(17_050)), undefined, 'it became its replica later');
	assert.equal(by(won), undefined, 'the log no longer tells');
});

test('a node that answers is not replaced, whatever others report', () => {
	const records = after('17050 master,fail 1', '17053 master 7 0-5460').map(record =>
		record.address === nameOf(17_050) ? clusterRecord(17_050) : record,
	);
	assert.equal(takeoverOf(records[0] as NodeRecord, fleetOf(...records)), undefined);
});

const monitored = (port: number, replicas: readonly number[]): MonitoredPrimary =>
	({
		name: 'main',
		address: nameOf(port),
		host: '127.0.0.1',
		port,
		flags: new Set(['master']),
		replicas: replicas.map(replica => ({address: nameOf(replica), host: '127.0.0.1', port: replica, flags: new Set()})),
	}) as unknown as MonitoredPrimary;

const sentinel = (port: number, primary: MonitoredPrimary): NodeRecord => ({
	...plainRecord(port),
	role: 'sentinel',
	sentinel: {atMs: sampledAtMs, value: {primaries: [primary]}},
});

const old: NodeRecord = {...plainRecord(7001), reach: 'down', failure: gone};
const promoted = plainRecord(7002);

test('a failed primary is replaced once all Sentinels list it below a primary that answers', () => {
	const moved = monitored(7002, [7001]);
	const by = (...others: readonly NodeRecord[]) => takeoverOf(old, fleetOf(old, ...others));
	assert.deepEqual(by(promoted, sentinel(26_379, moved)), {by: nameOf(7002), isCluster: false});
	assert.equal(by(promoted, sentinel(26_379, moved), sentinel(26_380, monitored(7001, [7002]))), undefined);
	assert.equal(by({...promoted, reach: 'down', failure: gone}, sentinel(26_379, moved)), undefined);
	assert.equal(by({...promoted, role: 'replica'}, sentinel(26_379, moved)), undefined, 'not promoted yet');
	assert.equal(by(promoted), undefined, 'without a Sentinel nobody knows where clients went');
});

test('a hung primary is not replaced: it holds the connections of its clients', () => {
	const records = after('17050 master,fail 1', '17053 master 7 0-5460').map(record =>
		record.address === nameOf(17_050) ? {...record, reach: 'stale' as const} : record,
	);
	assert.equal(takeoverOf(records[0] as NodeRecord, fleetOf(...records)), undefined);
});

test('a failed replica was replaced by nobody', () => {
	const replica: NodeRecord = {...plainRecord(7003, 7002), reach: 'down', failure: gone};
	const nodes = fleetOf(replica, promoted, sentinel(26_379, monitored(7002, [7003])));
	assert.equal(takeoverOf(replica, nodes), undefined);
});

test('a primary that failed before redis-top started is known by its entry at the Sentinels', () => {
	const unknown: NodeRecord = {...emptyRecord(nameOf(7001)), reach: 'down', failure: gone};
	const entry = (runId: string, flags: readonly string[], configEpoch: number): NodeRecord => {
		const primary = monitored(7002, [7001]);
		const replicas = (primary.replicas ?? []).map(replica => ({...replica, runId, flags: new Set(flags)}));
		return sentinel(26_379, {...primary, configEpoch, replicas});
	};
	const by = (...others: readonly NodeRecord[]) => takeoverOf(unknown, fleetOf(unknown, promoted, ...others));
	const replaced = entry('', ['s_down', 'slave'], 1);
	assert.deepEqual(by(replaced), {by: nameOf(7002), isCluster: false});
	assert.equal(by(entry('a1', ['s_down', 'slave'], 1)), undefined, 'a replica that failed, and was reached before');
	assert.equal(by(entry('', ['s_down', 'slave'], 0)), undefined, 'no failover took place');
	assert.equal(by(entry('', ['slave'], 1)), undefined, 'the Sentinel has just learned of it');
	assert.equal(
		by(replaced, {...entry('a1', ['s_down'], 1), ...plainAddress(26_380)}),
		undefined,
		'another one reached it',
	);
});

const plainAddress = (port: number) => ({address: nameOf(port), endpoint: plainRecord(port).endpoint});

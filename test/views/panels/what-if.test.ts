import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ReplicaLink} from '../../../source/derive/replica-links.js';
import type {NodeAddress} from '../../../source/domain/node.js';
import type {NodeRecord} from '../../../source/state/monitor-state.js';
import {clusterPanel} from '../../../source/views/panels/cluster/cluster.js';
import {replicationPanel} from '../../../source/views/panels/replication/replication.js';
import {nameOf} from '../../cluster/views.js';
import {assertAnySize, panelText} from '../../harness/panel-text.js';
import {emptyRecord, panelInput} from '../../harness/records.js';
import {clusterRecord, gone, plainRecord, sixPorts} from '../../topology/fleets.js';

const linkTo = (port: number, behindBytes: number, behindSeconds: number): ReplicaLink => ({
	address: nameOf(port) as NodeAddress,
	state: 'online',
	behindBytes,
	behindSeconds,
	ackAgeSeconds: 0,
	offset: 1000,
});

const zone = (name: string) => ({server: {availability_zone: name}});

/** A cluster in two zones whose second shard has no replica that answers. */
const cluster: readonly NodeRecord[] = sixPorts.map(port =>
	clusterRecord(
		port,
		{},
		{
			info: zone(port === 17_050 || port === 17_053 ? 'a' : 'b'),
			...(port < 17_053 ? {replicas: [linkTo(port + 3, 1228, 7)]} : {}),
			...(port === 17_054 ? {failure: gone, reach: 'down'} : {}),
		},
	),
);

const whatIf = {groupBy: 'what-if'};

test('at 80 columns what dies, what is lost, what is not served and who takes over stand whole', () => {
	const input = panelInput(cluster, {table: whatIf});
	assert.deepEqual(panelText(clusterPanel, input, {width: 80, height: 21}), [
		'┌─ 8 Cluster  what if it dies now ────────────────────────────────── 1-9 of 9 ─┐',
		'│ IF THIS DIES                 LOST   TIME UNSERVED WHO TAKES OVER             │',
		'│>zone a, 2 nodes            !! all      - !! 5,461 nobody: no replica survives│',
		'│ zone b, 4 nodes            !! all      -   !! all nobody for 2 of 2 shards: …│',
		'│ host 127.0.0.1, 6 nodes    !! all      -   !! all nobody for 3 of 3 shards: …│',
		'│ primary 127.0.0.1:17051    !! all      - !! 5,462 nobody: 127.0.0.1:17054 re…│',
		'│ primary 127.0.0.1:17050     1.20K   ! 7s        0 127.0.0.1:17053            │',
		'│ primary 127.0.0.1:17052     1.20K   ! 7s        0 127.0.0.1:17055            │',
		'│ replica 127.0.0.1:17053      none      -        0 no replica left: shard 1   │',
		'│ replica 127.0.0.1:17054      none      -        0 no replica left: shard 2   │',
		'│ replica 127.0.0.1:17055      none      -        0 no replica left: shard 3   │',
		'│                                                                              │',
		'│ nodes    127.0.0.1:17050, 127.0.0.1:17053                                    │',
		'│ shard 1  nobody takes over: no replica survives; slots 0-5460 (5,461 slots)  │',
		'│          are not served; no copy survives: all data lost unless it comes back│',
		'│          with its disk                                                       │',
		'│                                                                              │',
		'│                                                                              │',
		'│                                                                              │',
		'│                                                                              │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('panel 3 shows the same outside a cluster, without slots', () => {
	const nodes = [plainRecord(7001, undefined, {replicas: [linkTo(7002, 40, 0.2)]}), plainRecord(7002, 7001)];
	assert.deepEqual(panelText(replicationPanel, panelInput(nodes, {table: whatIf}), {width: 80, height: 12}), [
		'┌─ 3 Replication  what if it dies now ────────────────────────────── 1-3 of 3 ─┐',
		'│ IF THIS DIES                 LOST   TIME WHO TAKES OVER                      │',
		'│>host 127.0.0.1, 2 nodes    !! all      - nobody: no replica survives         │',
		'│ primary 127.0.0.1:7001        40B     0s by hand 127.0.0.1:7002: no sentinel…│',
		'│ replica 127.0.0.1:7002       none      - no replica left: 127.0.0.1:7001     │',
		'│                                                                              │',
		'│ nodes    127.0.0.1:7001, 127.0.0.1:7002                                      │',
		'│ primary  nobody takes over: no replica survives; no copy survives: all data  │',
		'│          lost unless it comes back with its disk                             │',
		'│                                                                              │',
		'│                                                                              │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('the keys, the node and the details of a row', () => {
	const input = panelInput(cluster, {table: whatIf});
	const keys = clusterPanel.rowKeys(input);
	assert.deepEqual(keys.slice(0, 2), ['zone a', 'zone b']);
	assert.equal(clusterPanel.nodeOf?.(input, 'host 127.0.0.1'), undefined);
	assert.equal(clusterPanel.nodeOf?.(input, `node ${nameOf(17_050)}`), nameOf(17_050));
	assert.deepEqual(clusterPanel.details?.(input, `node ${nameOf(17_051)}`), [
		['if this dies', 'primary 127.0.0.1:17051'],
		[
			'shard 2',
			'nobody takes over: 127.0.0.1:17054 refuses connections; slots 5461-10922 (5,462 slots) are not served; no copy survives: all data lost unless it comes back with its disk',
		],
	]);
	assert.equal(clusterPanel.details?.(input, 'node gone'), undefined);
});

test('a filter finds what dies and who takes over', () => {
	const shown = clusterPanel.rowKeys(panelInput(cluster, {table: {...whatIf, filter: 'zone'}}));
	assert.deepEqual(shown, ['zone a', 'zone b']);
});

test('it fits any size', () => {
	assertAnySize(clusterPanel, [panelInput(cluster, {table: whatIf})]);
	assertAnySize(replicationPanel, [panelInput(cluster, {table: whatIf})]);
});

test('of a node that has never told its role, nothing is claimed', () => {
	const node = {...emptyRecord('10.0.1.11:6379'), failure: gone, reach: 'down' as const};
	const [row] = panelText(replicationPanel, panelInput([node], {table: whatIf}), {width: 80, height: 21}).slice(2);
	assert.match(row ?? '', /^│>node 10\.0\.1\.11:6379 +- +- not known: it has not told its role +│$/);
});

import type {ClusterState} from '../../source/cluster/cluster-state.js';
import type {NodeView} from '../../source/cluster/node-view.js';
import type {BusLinks, LinkDirection} from '../../source/domain/bus-links.js';
import {cluAnnounce, cluGhost, cluLinks, cluNodeFail} from '../../source/rules/cluster-nodes.js';
import {cluNoReplica, cluPlacement, cluReplicaSkew, cluReplicaUnfit} from '../../source/rules/cluster-replicas.js';
import {
	cluAsm,
	cluKeySkew,
	cluMigrating,
	cluSlotSkew,
	cluSlotsFail,
	cluSlotsPfail,
} from '../../source/rules/cluster-slots.js';
import {
	cluConfig,
	cluCoverage,
	cluEpochDup,
	cluMinority,
	cluSplit,
	cluState,
	cluView,
} from '../../source/rules/cluster-state.js';
import {idOf, six, sixViews, viewFrom} from '../cluster/views.js';
import {type RecordParts, sampledAtMs} from '../harness/records.js';
import {silent, testClusterRule} from './clu-cases.js';

const well = {views: sixViews()};
const others = (port: number, parts: Parameters<typeof viewFrom>[1] = {}): NodeView[] =>
	[17050, 17051, 17052, 17053, 17054, 17055].filter(each => each !== port).map(each => viewFrom(each, parts));
const counted = (views: readonly NodeView[], field: string, value: number): NodeView[] =>
	views.map(view => ({...view, info: new Map(view.info).set(field, String(value))}));

const cut = six.filter(line => !/^1705[04]/.test(line)).map(line => line.replace(/(master|slave)/, '$1,fail?'));
const split = [
	...[17050, 17054].map(port => viewFrom(port, {changed: cut, state: 'fail', epoch: 5})),
	...[17051, 17052, 17053, 17055].map(port =>
		viewFrom(port, {changed: ['17050 master,fail 1', '17053 master 6 0-5460', '17054 slave,fail:17051 3']}),
	),
];
const bothWrite = split.map(view => ({...view, info: new Map(view.info).set('cluster_state', 'ok')}));

testClusterRule(cluSplit, [
	[
		'two owners, one refuses writes',
		{views: split},
		/^critical -: split: slots 0-5460 \(5,461 slots\) have 2 owners: 17053 .* and 17050/,
	],
	['both take writes', {views: bothWrite}, /^critical -: split brain: slots 0-5460 .* writable on 2 primaries/],
	['no split', well, undefined],
]);
testClusterRule(cluMinority, [
	['two of six', {views: split}, /^critical -: 17050, 17054 are cut off from the majority/],
	['nobody', well, undefined],
]);
testClusterRule(cluView, [
	[
		'for a minute',
		{
			views: [
				viewFrom(17050, {changed: ['17051 master 3 5461-10921', '17052 master 5 10922-16383']}),
				...others(17050),
			],
			forMs: 60_000,
		},
		/^critical -: nodes disagree about who owns which slot/,
	],
	['for a second', {views: [viewFrom(17050, {changed: ['17051 master 3 5461-10921']}), ...others(17050)]}, undefined],
	['a stale node', {views: sixViews({17052: {epoch: 3}}), forMs: 60_000}, /^warning -: 17052 is at epoch 3/],
]);

const dead = {changed: ['17050 master,fail 1 0-5460'], state: 'fail'};
testClusterRule(cluNodeFail, [
	[
		'an owner that nobody replaced',
		{views: others(17050, dead)},
		/^critical -: is held failed by 5 nodes for 1s, and slots 0-5460 \(5,461 slots\) are without an owner/,
	],
	[
		'an owner that was replaced',
		{views: others(17050, {changed: ['17050 master,fail 1', '17053 master 7 0-5460']})},
		/^warning -: is held failed by .* for 1s$/,
	],
	[
		'a suspicion',
		{views: sixViews({17052: {changed: ['17050 master,fail? 1 0-5460']}})},
		/^warning 17050: is suspected \(fail\?\) by 17052/,
	],
	['nobody', well, undefined],
]);
testClusterRule(cluState, [
	['some', {views: split}, /^critical -: cluster_state:fail on 17050, 17054$/],
	['all', {views: others(17050, dead)}, /on all 5 nodes that answer/],
	['none', well, undefined],
]);
testClusterRule(cluCoverage, [
	[
		'a hole',
		{views: sixViews({}, {lines: six.map(line => line.replace('0-5460', '1-5460'))})},
		/^critical -: slots 0 \(1 slot\) have no owner/,
	],
	['none', well, undefined],
]);
testClusterRule(cluSlotsFail, [
	[
		'counted by the majority',
		{views: counted(sixViews(), 'cluster_slots_fail', 5461)},
		/^critical -: 5,461 slots are on failed nodes/,
	],
	['counted by a minority', {views: counted(split.slice(0, 2), 'cluster_slots_fail', 10_923)}, undefined],
	['none', {views: counted(sixViews(), 'cluster_slots_fail', 0)}, undefined],
]);
testClusterRule(cluSlotsPfail, [
	[
		'just now',
		{views: counted(sixViews(), 'cluster_slots_pfail', 5461)},
		/^info -: 5,461 slots are on nodes that 17050 suspects/,
	],
	['for half a node timeout', {views: counted(sixViews(), 'cluster_slots_pfail', 5461), heldSeconds: 1}, /^warning -/],
	['none', well, undefined],
]);

const unlinked = sixViews().map((view, index) =>
	index === 0
		? {
				...view,
				nodes: view.nodes.map(node => (node.id === idOf(17051) ? {...node, linkState: 'disconnected' as const} : node)),
			}
		: view,
);
const meshed = (parts: Partial<BusLinks>, agoMs = 0): RecordParts => ({
	busLinks: {
		atMs: sampledAtMs - agoMs,
		value: {present: 10, expected: 10, gaps: [], unsentBytes: 0, backlogs: [], ...parts},
	},
});
const gap = (direction: LinkDirection, port: number, isConfirmed = true) => ({
	direction,
	peer: idOf(port),
	isConfirmed,
});
const waiting = (unsentBytes: number, beforeBytes: number | undefined) => ({
	direction: 'to' as const,
	peer: idOf(17053),
	unsentBytes,
	beforeBytes,
});
testClusterRule(cluLinks, [
	['a link that is down', {views: unlinked}, /^warning 17050: has no bus link to 17051$/],
	[
		'distrust by one',
		{views: sixViews({17055: {changed: ['17050 master,fail? 1 0-5460']}})},
		/^warning -: 17055 alone holds 17050 suspect/,
	],
	[
		'links that two readings lack',
		{...well, parts: {17050: meshed({gaps: [gap('from', 17053), gap('to', 17054), gap('from', 17054)]})}},
		/^warning 17050: has no bus link to 17054, and gets no bus link from 17053, 17054$/,
	],
	['a link that one reading lacks', {...well, parts: {17050: meshed({gaps: [gap('from', 17053, false)]})}}, undefined],
	['a link from one that is not there', {...well, parts: {17050: meshed({gaps: [gap('from', 17059)]})}}, undefined],
	['read long ago', {...well, parts: {17050: meshed({gaps: [gap('from', 17053)]}, 301_000)}}, undefined],
	[
		'told by one that is silent now',
		{...well, parts: {17050: {...meshed({gaps: [gap('from', 17053)]}), failure: silent}}},
		undefined,
	],
	[
		'a full buffer',
		{...well, parts: {17050: meshed({backlogs: [waiting(11 * 2 ** 20, undefined)]})}},
		/^warning 17050: 11\.0M wait to be sent on the bus link to 17053$/,
	],
	[
		'a buffer that grows',
		{...well, parts: {17050: meshed({backlogs: [waiting(3 * 2 ** 20, 2 ** 20)]})}},
		/^warning 17050: 3\.00M wait to be sent on the bus link to 17053, 1\.00M in the reading before$/,
	],
	['a buffer that empties', {...well, parts: {17050: meshed({backlogs: [waiting(2 ** 20, 2 ** 21)]})}}, undefined],
	['a buffer for a moment', {...well, parts: {17050: meshed({backlogs: [waiting(2 ** 19, 0)]})}}, undefined],
	['all well', well, undefined],
]);
testClusterRule(cluReplicaSkew, [
	[
		'two on one, none on another',
		{views: sixViews({}, {changed: ['17054 slave:17050 1']})},
		/^info -: replicas lie unevenly: 2 of 17050, 0 of 17051$/,
	],
	['even', well, undefined],
]);
testClusterRule(cluEpochDup, [
	[
		'equal',
		{views: sixViews({}, {lines: six.map(line => line.replace('master 3', 'master 1'))})},
		/^warning -: 17050, 17051 have the same configuration epoch 1/,
	],
	['different', well, undefined],
]);

const open =
	(problem: 'one-sided' | 'stuck' | undefined) =>
	(watch: ClusterState): ClusterState => ({
		...watch,
		moves: [
			{
				slot: 5061,
				source: idOf(17050),
				target: idOf(17051),
				isMigrating: true,
				isImporting: problem !== 'one-sided',
				sinceMs: watch.atMs - 700_000,
				keysLeft: 3,
				keysThere: 0,
				keysAtFirst: 3,
				movedAtMs: watch.atMs - 700_000,
				keysPerSecond: undefined,
				problem,
			},
		],
	});
const giving = {views: sixViews({}, {changed: [`17050 master 1 0-5460 [5061->-${idOf(17051)}]`]})};
testClusterRule(cluMigrating, [
	[
		'one-sided',
		{...giving, change: open('one-sided')},
		/^critical -: slot 5061 from 17050 to 17051 is one-sided: 17051 is not taking it/,
	],
	['stuck', {...giving, change: open('stuck')}, /^warning -: slot 5061 .* is stuck: no key moved for 11m40s/],
	['under way', {...well, change: open(undefined)}, undefined],
]);

const atomic =
	(state: string, secondsAgo: number | undefined, message = '') =>
	(watch: ClusterState): ClusterState => ({
		...watch,
		migrations: [
			{
				name: 'a',
				operation: 'IMPORT',
				slots: [{first: 0, last: 10}],
				source: 'x',
				target: 'y',
				state,
				message,
				createdMs: undefined,
				updatedMs: secondsAgo === undefined ? undefined : watch.atMs - secondsAgo * 1000,
				remainingBytes: undefined,
			},
		],
	});
testClusterRule(cluAsm, [
	[
		'failed',
		{...well, change: atomic('failed', 5, 'target lost')},
		/^warning -: migration of slots 0-10 \(11 slots\) failed: target lost/,
	],
	['failed long ago', {...well, change: atomic('failed', 3600)}, undefined],
	['silent', {...well, change: atomic('snapshotting', 61)}, /is snapshotting and has not moved for 1m01s/],
	['under way', {...well, change: atomic('snapshotting', 1)}, undefined],
	['done', {...well, change: atomic('success', 3600)}, undefined],
	['nobody says when', {...well, change: atomic('snapshotting', undefined)}, undefined],
]);

const linkUp = {replication: {role: 'slave', master_link_status: 'up', slave_repl_offset: 100}};
const linked = {17053: linkUp, 17054: linkUp, 17055: linkUp};
testClusterRule(cluNoReplica, [
	[
		'a link that never was',
		{
			...well,
			info: {
				...linked,
				17053: {replication: {role: 'slave', master_link_status: 'down', master_link_down_since_seconds: -1}},
			},
		},
		/^warning 17050: has no replica that could be promoted: 17053 never synchronised/,
	],
	[
		'none',
		{
			views: sixViews({}, {lines: six.filter(line => !line.startsWith('17053'))}).filter(
				({address}) => !address.endsWith('17053'),
			),
			info: linked,
		},
		/^warning 17050: has no replica$/,
	],
	['all linked', {...well, info: linked}, undefined],
]);
const twoReplicas = sixViews({}, {changed: ['17054 slave:17050 1']});
testClusterRule(cluReplicaUnfit, [
	[
		'one of two has lost its link',
		{
			views: twoReplicas,
			info: {
				...linked,
				17054: {replication: {role: 'slave', master_link_status: 'down', master_link_down_since_seconds: -1}},
			},
		},
		/^warning 17054: could not be promoted: never synchronised/,
	],
	[
		'one of two has copied nothing yet',
		{
			views: twoReplicas,
			info: {...linked, 17054: {replication: {role: 'slave', master_link_status: 'up', slave_repl_offset: 0}}},
		},
		/^warning 17054: could not be promoted: has copied nothing yet/,
	],
	[
		'one of two does not answer: that is said elsewhere',
		{views: twoReplicas, info: linked, parts: {17054: {failure: silent}}},
		undefined,
	],
	['both are fit', {views: twoReplicas, info: linked}, undefined],
	[
		'the only one is unfit: another rule says so',
		{...well, info: {...linked, 17053: {replication: {role: 'slave', master_link_status: 'down'}}}},
		undefined,
	],
]);
testClusterRule(cluPlacement, [['everything on one host', well, undefined]]);
testClusterRule(cluSlotSkew, [
	[
		'uneven',
		{
			views: sixViews(
				{},
				{lines: six.map(line => line.replace('0-5460', '0-9999').replace('5461-10922', '10000-10922'))},
			),
		},
		/^info -: slots lie unevenly: 10,000 on 17050, 923 on 17051/,
	],
	['even', well, undefined],
]);

const keys = (one: number, other: number, third: number) => ({
	17050: {keyspace: {db0: `keys=${one},expires=0`}},
	17051: {keyspace: {db0: `keys=${other},expires=0`}},
	17052: {keyspace: {db0: `keys=${third},expires=0`}},
});
testClusterRule(cluKeySkew, [
	[
		'three times the median',
		{...well, info: keys(3000, 1000, 900)},
		/^warning 17050: has 3\.0 times the keys of the median primary/,
	],
	['of next to nothing', {...well, info: keys(30, 10, 9)}, undefined],
	['even', {...well, info: keys(1100, 1000, 900)}, undefined],
]);

const ghosted = (flags: string) => ({views: sixViews({}, {changed: [`17059 ${flags} 0`]})});
testClusterRule(cluGhost, [
	[
		'without an address',
		ghosted('master,noaddr'),
		/^warning -: 17059\S* has no address and is still listed by 6 nodes/,
	],
	['a fresh MEET', ghosted('handshake'), /^info -: 17059 never answered its MEET/],
	['an old one', {...ghosted('handshake'), heldSeconds: 30}, /^warning -/],
	['failed just now', ghosted('master,fail'), undefined],
	['none', well, undefined],
]);
testClusterRule(cluAnnounce, [
	[
		'never reached',
		{...well, parts: {17050: {origin: 'cluster', failure: silent, lastReplyAtMs: undefined, clusterNodes: undefined}}},
		/^warning 17050: was never reached from here \(refuses connections\)/,
	],
	[
		'lost since',
		{...well, parts: {17050: {origin: 'cluster', failure: silent, lastReplyAtMs: sampledAtMs}}},
		undefined,
	],
	['all reached', well, undefined],
]);
testClusterRule(cluConfig, [
	[
		'timeouts differ',
		{...well, config: {17052: {'cluster-node-timeout': '5000'}}},
		/^info -: cluster-node-timeout differs: 2000 ms on 5 nodes, 5000 ms on 17052/,
	],
	[
		'reads when down',
		{...well, config: {17052: {'cluster-allow-reads-when-down': 'yes'}}},
		/^info -: 17052 goes on serving reads when the cluster is down/,
	],
	['alike', well, undefined],
]);

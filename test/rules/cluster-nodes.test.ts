import type {BusLinks, LinkDirection} from '../../source/domain/bus-links.js';
import {cluAnnounce, cluGhost, cluLinks, cluNodeFail} from '../../source/rules/cluster-nodes.js';
import {idOf, sixViews} from '../cluster/views.js';
import {type RecordParts, sampledAtMs} from '../harness/records.js';
import {dead, others, silent, testClusterRule, well} from './cluster-cases.js';

testClusterRule(cluNodeFail, [
	[
		'an owner that nobody replaced',
		{views: others(17050, dead)},
		/^critical -: 17050 is marked FAIL by 5 nodes, for 1s, and slots 0-5460 \(5,461 slots\) are not served$/,
	],
	[
		'an owner that was replaced',
		{views: others(17050, {changed: ['17050 master,fail 1', '17053 master 7 0-5460']})},
		/^warning -: 17050 is marked FAIL by 5 nodes, for 1s$/,
	],
	[
		'one node’s own opinion',
		{views: sixViews({17052: {changed: ['17050 master,fail? 1 0-5460']}})},
		/^warning 17050: is flagged PFAIL \(fail\?\) by 17052, for 1s$/,
	],
	['nobody', well, undefined],
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
		'flagged by one alone',
		{views: sixViews({17055: {changed: ['17050 master,fail? 1 0-5460']}})},
		/^warning -: 17055 alone flags 17050 PFAIL/,
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
		'told by a node that does not answer now',
		{...well, parts: {17050: {...meshed({gaps: [gap('from', 17053)]}), failure: silent}}},
		undefined,
	],
	[
		'a full buffer',
		{...well, parts: {17050: meshed({backlogs: [waiting(11 * 2 ** 20, undefined)]})}},
		/^warning 17050: has 11\.0M unsent on the bus link to 17053$/,
	],
	[
		'a buffer that grows',
		{...well, parts: {17050: meshed({backlogs: [waiting(3 * 2 ** 20, 2 ** 20)]})}},
		/^warning 17050: has 3\.00M unsent on the bus link to 17053, 1\.00M in the reading before$/,
	],
	['a buffer that empties', {...well, parts: {17050: meshed({backlogs: [waiting(2 ** 20, 2 ** 21)]})}}, undefined],
	['a buffer for a moment', {...well, parts: {17050: meshed({backlogs: [waiting(2 ** 19, 0)]})}}, undefined],
	['all well', well, undefined],
]);

const ghosted = (flags: string) => ({views: sixViews({}, {changed: [`17059 ${flags} 0`]})});

testClusterRule(cluGhost, [
	[
		'without an address',
		ghosted('master,noaddr'),
		/^warning -: 17059\S* is still listed by 6 nodes: it has no address$/,
	],
	['a fresh MEET', ghosted('handshake'), /^info -: 17059 is still listed by 6 nodes: it never answered its MEET$/],
	['an old one', {...ghosted('handshake'), heldSeconds: 30}, /^warning -/],
	['failed just now', ghosted('master,fail'), undefined],
	['none', well, undefined],
]);

testClusterRule(cluAnnounce, [
	[
		'never reached',
		{...well, parts: {17050: {origin: 'cluster', failure: silent, lastReplyAtMs: undefined, clusterNodes: undefined}}},
		/^warning 17050: was never reached from here, although the cluster reaches it: refuses connections$/,
	],
	[
		'lost since',
		{...well, parts: {17050: {origin: 'cluster', failure: silent, lastReplyAtMs: sampledAtMs}}},
		undefined,
	],
	['all reached', well, undefined],
]);

import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ClusterState} from '../../source/cluster/cluster-state.js';
import type {NodeView} from '../../source/cluster/node-view.js';
import {coverage, slotCounts} from '../../source/cluster/slot-map.js';
import type {BusLinks, LinkDirection} from '../../source/domain/bus-links.js';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {cluAnnounce} from '../../source/rules/cluster-announce.js';
import {cluLinks} from '../../source/rules/cluster-links.js';
import {cluGhost, cluNodeFail} from '../../source/rules/cluster-nodes.js';
import {cluView} from '../../source/rules/cluster-state.js';
import {idOf, six, sixViews, viewFrom} from '../cluster/views.js';
import {type RecordParts, recordFrom, sampledAtMs} from '../harness/records.js';
import {emptyHost} from '../harness/rule-cases.js';
import {type ClusterCase, dead, fleetOf, others, silent, testClusterRule, well} from './cluster-cases.js';

/** The views of a cluster whose first primary lost its id: it answers as a node of its own that knows nobody. */
const ownerWithoutAddress = (lines: readonly string[] = six) => {
	const [, ...rest] = sixViews({}, {lines, changed: ['17050 master,noaddr 1 0-5460']});
	const shown = lines.some(line => line.startsWith('17053'))
		? rest
		: rest.filter(({address}) => !/17053$/.test(address));
	return [...shown, viewFrom(17_059, {lines: ['17059 master 0']})];
};

/** The first primary is marked FAIL, and its replica lost its link that long ago; negative: it never had one. */
const heldBack = (seconds: number, flags = ''): ClusterCase => ({
	views: others(17050, flags === '' ? dead : {...dead, changed: [...dead.changed, `17053 slave,${flags}:17050 1`]}),
	info: {17053: {replication: {master_link_status: 'down', master_link_down_since_seconds: seconds}}},
});

/** The same, and the log of the replica says so many seconds ago that it could not store the data. */
const heldBackByDisk = (seconds: number, secondsAgo: number, error = 'No space left on device'): ClusterCase => ({
	...heldBack(seconds),
	parts: {
		17053: {
			host: {
				atMs: sampledAtMs,
				value: {
					...emptyHost,
					log: {
						source: '/var/log/redis.log',
						lines: [],
						remarks: [
							{
								id: 'primary-data-unstored',
								severity: 'critical',
								rules: ['rep.link_down'],
								meaning: '-',
								line: `Write error or short write writing to the DB dump file: ${error}`,
								atMs: sampledAtMs - secondsAgo * 1000,
								count: 3,
							},
						],
					},
				},
			},
		},
	},
});

/** The nodes on three hosts: each primary and the replica of another one. */
const hostOf: Readonly<Record<number, string>> = {
	17050: '10.0.1.1',
	17055: '10.0.1.1',
	17051: '10.0.1.2',
	17053: '10.0.1.2',
	17052: '10.0.1.3',
	17054: '10.0.1.3',
};
const onHosts = (cluster: ClusterState): ClusterState => {
	const views = cluster.comparison.views.map(view => ({
		...view,
		address: `${hostOf[Number(view.address.split(':')[1])]}:6379` as NodeAddress,
	}));
	return {
		...cluster,
		comparison: {...cluster.comparison, views, viewOf: new Map(views.map(view => [view.self.id, view]))},
	};
};

const flaggedBy = (...ports: readonly number[]) => ({
	changed: six
		.filter(line => ports.some(port => line.startsWith(String(port))))
		.map(line => line.replace(/(master|slave)/, '$1,fail?')),
});

/** The hosts of 17050 and 17051 do not reach each other. */
const cutPair = sixViews({
	17050: flaggedBy(17051, 17053),
	17055: flaggedBy(17051, 17053),
	17051: flaggedBy(17050, 17055),
	17053: flaggedBy(17050, 17055),
});

const restartedWithKeys: ClusterCase = {
	...heldBack(-1),
	info: {
		17053: {
			replication: {master_link_status: 'down', master_link_down_since_seconds: -1},
			keyspace: {db0: 'keys=600,expires=0'},
		},
	},
};

testClusterRule(cluNodeFail, [
	[
		'two hosts that do not reach each other',
		{views: cutPair, forMs: 9000, change: onHosts},
		/^warning 17050: is flagged PFAIL \(fail\?\) by 17051, 17053, for 9s: hosts 10\.0\.1\.1 and 10\.0\.1\.2 do not reach each other, 10\.0\.1\.3 reaches both$/m,
	],
	[
		'the same, when other nodes may not flag each other yet',
		{views: cutPair, forMs: 9000, change: onHosts, config: {17050: {'cluster-node-timeout': '15000'}}},
		/^warning 17050: is flagged PFAIL \(fail\?\) by 17051, 17053, for 9s$/m,
	],
	[
		'a node that no other node reaches',
		{
			views: sixViews({}, flaggedBy(17050)).map(view => (view.address.endsWith('17050') ? viewFrom(17050) : view)),
			forMs: 9000,
		},
		/for 9s: it answers here, so look at its bus port 17070$/,
	],
	[
		'a node that the others look for where nothing answers',
		{
			views: sixViews({17052: {changed: ['17050 master,fail? 1 0-5460']}}),
			forMs: 9000,
			change: cluster => ({
				...cluster,
				comparison: {
					...onHosts(cluster).comparison,
					unreached: ['127.0.0.1:17050' as NodeAddress],
				},
			}),
		},
		/for 9s: they look for it at 17050, where nothing answers$/,
	],
	[
		'an owner of slots without an address',
		{views: ownerWithoutAddress()},
		/^critical -: slots 0-5460 \(5,461 slots\) are not served: 17050\S* is not at its address any more, a node with another id is \(nodes\.conf lost\?\)$/,
	],
	[
		'the same without a replica',
		{views: ownerWithoutAddress(six.filter(line => !line.startsWith('17053')))},
		/^critical -: slots 0-5460 \(5,461 slots\) are not served, and no replica can be promoted: 17050\S* is not at its address any more/,
	],
	[
		'an owner that nobody replaced',
		{views: others(17050, dead)},
		/^critical -: 17050 leaves slots 0-5460 \(5,461 slots\) unserved: it is marked FAIL by 5 nodes, for 1s$/,
	],
	[
		'an owner whose only replica may not take over',
		{views: others(17050, {...dead, changed: [...dead.changed, '17053 slave,nofailover:17050 1']})},
		/^critical -: 17050 leaves 5,461 slots unserved, 17053 takes over only by hand: cluster-replica-no-failover yes$/,
	],
	[
		'an owner whose only replica has data that is too old',
		heldBack(60),
		/^critical -: 17050 leaves 5,461 slots unserved, 17053 has too old data: 17053 has data that is 1m00s old, more than cluster-replica-validity-factor allows \(32s\)$/,
	],
	[
		'an owner whose only replica has data that is too old, because its disk is full',
		heldBackByDisk(90, 80),
		/^critical -: 17050 leaves 5,461 slots unserved, disk of 17053 full: 17053 has data that is 1m30s old, more than/,
	],
	[
		'an owner whose only replica has data that is too old, because it cannot write its folder',
		heldBackByDisk(90, 80, 'Permission denied'),
		/unserved, 17053 could not store its data: its folder cannot be written: 17053 has data that is 1m30s old/,
	],
	[
		'an owner whose only replica has data that is too old, and whose disk was full before its link broke',
		heldBackByDisk(90, 200),
		/unserved, 17053 has too old data: /,
	],
	[
		'an owner whose only replica may not take over, and has data that is too old by now',
		heldBack(60, 'nofailover'),
		/^critical -: 17050 leaves 5,461 slots unserved, 17053 takes over only by hand: cluster-replica-no-failover yes, and 17053 has data that is 1m00s old/,
	],
	[
		'an owner whose only replica may not take over, and lost it a moment ago',
		heldBack(5, 'nofailover'),
		/^critical -: 17050 leaves 5,461 slots unserved, 17053 takes over only by hand: cluster-replica-no-failover yes$/,
	],
	[
		'an owner whose only replica never got data',
		heldBack(-1),
		/^critical -: 17050 leaves 5,461 slots unserved, 17053 has no data: 17053 never synchronised/,
	],
	[
		'an owner whose only replica was restarted with the keys of its own RDB file',
		restartedWithKeys,
		/unserved, 17053 has older data: 17053 has not synchronised with its primary since its start: its 600 keys may be old$/,
	],
	['an owner whose replica lost it a moment ago', heldBack(5), /unserved: it is marked FAIL by 5 nodes, for 1s$/],
	[
		'an owner one of whose replicas may take over',
		{
			views: others(17050, {
				...dead,
				changed: [...dead.changed, '17053 slave,nofailover:17050 1', '17054 slave:17050 1'],
			}),
		},
		/unserved: it is marked FAIL by 5 nodes, for 1s$/,
	],
	[
		'an owner that was replaced',
		{views: others(17050, {changed: ['17050 master,fail 1', '17053 master 7 0-5460']})},
		/^warning -: 17050 is marked FAIL by 5 nodes, for 1s$/,
	],
	[
		'a node that came back without cluster mode, after its replica took over',
		{
			views: others(17050, {changed: ['17050 master,fail 1', '17053 master 7 0-5460']}),
			beside: [recordFrom({address: '127.0.0.1:17050', info: {cluster: {cluster_enabled: 0}}})],
		},
		/^warning 17050: is marked FAIL by 5 nodes, for 1s: it runs without cluster mode, as if started without its config file$/,
	],
	[
		'one node’s own opinion',
		{views: sixViews({17052: {changed: ['17050 master,fail? 1 0-5460']}})},
		/^warning 17050: is flagged PFAIL \(fail\?\) by 17052, for 1s$/,
	],
	[
		'a replica that has just restarted',
		{
			views: sixViews({}, {changed: ['17053 slave,fail:17050 1']}),
			info: {17053: {server: {uptime_in_seconds: 40}}},
			forMs: 9000,
		},
		/^info 17053: is marked FAIL/,
	],
	[
		'a replica that started a while ago',
		{
			views: sixViews({}, {changed: ['17053 slave,fail:17050 1']}),
			info: {17053: {server: {uptime_in_seconds: 60}}},
			forMs: 9000,
		},
		/^warning 17053: is marked FAIL/,
	],
	[
		'one node’s own opinion, for less than half a node timeout',
		{views: sixViews({17052: {changed: ['17050 master,fail? 1 0-5460']}}), forMs: 400},
		/^info 17050: is flagged PFAIL/,
	],
	[
		'a node that answers here, for long',
		{views: sixViews({17052: {changed: ['17050 master,fail? 1 0-5460']}}), forMs: 9000},
		/^warning 17050: is flagged PFAIL \(fail\?\) by 17052, for 9s: other nodes reach it, so look at the network from there$/,
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
	[
		'links of a node that has just started',
		{
			...well,
			parts: {
				17050: meshed({gaps: [gap('from', 17053)]}),
				17053: {info: {server: {uptime_in_seconds: 9}}},
			},
		},
		undefined,
	],
	[
		'links of a node that has not replied since, and may restart',
		{
			...well,
			parts: {
				17050: meshed({gaps: [gap('from', 17053)]}),
				17053: {lastReplyAtMs: sampledAtMs - 3000, info: {server: {uptime_in_seconds: 900}}},
			},
		},
		undefined,
	],
	[
		'links that were read just after a start',
		{
			...well,
			parts: {
				17050: meshed({gaps: [gap('from', 17053)]}, 10_000),
				17053: {info: {server: {uptime_in_seconds: 20}}},
			},
		},
		undefined,
	],
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

/** A view in which a node stands at the address of another one. */
const readdressed = (view: NodeView, id: number, at: number, line?: string): NodeView => {
	const nodes = line === undefined ? view.nodes : [...view.nodes, ...viewFrom(at, {lines: [line]}).nodes];
	return {...view, nodes: nodes.map(node => (node.id === idOf(id) ? {...node, port: at} : node))};
};

/** As 17050 was moved and another node was given its old address: 17050 has 17054 at its own address. */
const misplaced = sixViews().map((view, index) => (index === 0 ? readdressed(view, 17_054, 17_050) : view));

const ghostAt = (line: string) => sixViews().map(view => readdressed(view, 17_059, 17_051, line));

const ghosted = (flags: string) => ({views: sixViews({}, {changed: [`17059 ${flags} 0`]})});

testClusterRule(cluGhost, [
	[
		'without an address',
		ghosted('master,noaddr'),
		/^warning -: 17059\S* is still listed by 6 nodes: a node with another id is at its address \(nodes\.conf lost\?\)$/,
	],
	['a fresh MEET', ghosted('handshake'), /^info -: 17059 is still listed by 6 nodes: it never answered its MEET$/],
	['an old one', {...ghosted('handshake'), heldSeconds: 30}, /^warning -/],
	['failed just now', ghosted('master,fail'), undefined],
	['an owner of slots is not a ghost', {views: ownerWithoutAddress()}, undefined],
	[
		'a node that has replicas, and no slots',
		{views: sixViews({}, {changed: ['17059 master,noaddr 0', '17055 slave:17059 5']})},
		/^warning -: 17059\S* is still listed by 6 nodes: a node with another id is at its address \(nodes\.conf lost\?\)$/,
	],
	['another node’s address for one that answers', {views: misplaced}, undefined],
	[
		'two ids at one address',
		{views: ghostAt('17059 master 0')},
		/^warning -: 17051 is listed under 2 ids: a node was set up again where another was$/,
	],
	['none', well, undefined],
]);

const unreachedParts: RecordParts = {
	origin: 'cluster',
	failure: silent,
	lastReplyAtMs: undefined,
	clusterNodes: undefined,
};
const unlinkedFrom = (port: number) => ({
	replication: {role: 'slave', master_host: '127.0.0.1', master_port: port, master_link_status: 'down'},
});
/** All six views, in which the node at one port announces another port. The node itself is listed at that port, too. */
const announcing = (own: number, announced: number): NodeView[] => {
	const views = sixViews().map(view => ({
		...view,
		nodes: view.nodes.map(line => (line.port === own ? {...line, port: announced} : line)),
	}));
	return [...views, {...viewFrom(announced, {lines: [...six, `${announced} master 0`]})}];
};

/** Six nodes that agree, one of them on a host of its own, to which no packet gets through from here. */
const cutOffFromHere = (port: number, code = 'ETIMEDOUT'): ClusterCase => ({
	views: sixViews().map(view => ({
		...view,
		address: view.address.endsWith(`:${port}`) ? (`10.9.0.2:${port}` as NodeAddress) : view.address,
		nodes: view.nodes.map(line => (line.port === port ? {...line, host: '10.9.0.2'} : line)),
	})),
	parts: {
		17051: {origin: 'cluster'},
		[port]: {origin: 'cluster', failure: socketFailure(code, ''), lastReplyAtMs: undefined, clusterNodes: undefined},
	},
});

test('clu.announce: a way that is cut is told at once, with the replica that can take over', () => {
	const [found] = cluAnnounce.evaluate(fleetOf(cutOffFromHere(17050)), () => 0);
	assert.ok(found?.kind === 'fires');
	assert.equal(found.isCertain, true);
	assert.equal(found.effect, 'slots-unserved');
	assert.match(
		found.next.map(({text}) => messageText(text)).join('\n'),
		/^check the route and the firewalls from here to its host\n.*nc -vz -w 3 10\.9\.0\.2 17050\n.*127\.0\.0\.1:17053, which is reached from here, .*\nredis-cli -h 127\.0\.0\.1 -p 17053 CLUSTER FAILOVER\n(?!.*nat-map)/,
	);
	const [refused] = cluAnnounce.evaluate(fleetOf(cutOffFromHere(17050, 'ECONNREFUSED')), () => 0);
	assert.ok(refused?.kind === 'fires');
	assert.equal(refused.isCertain, false);
});

testClusterRule(cluAnnounce, [
	[
		'a primary on a host to which no packet gets through, while other hosts are reached',
		cutOffFromHere(17050),
		/^critical .*17050: was never reached from here, although the cluster reaches it: clients here miss slots 0-5460 \(5,461 slots\): no route from here, or a firewall between$/,
	],
	[
		'a replica on such a host',
		cutOffFromHere(17053),
		/^warning .*17053: was never reached from here, although the cluster reaches it: no route from here, or a firewall between$/,
	],
	[
		'never reached',
		{...well, parts: {17050: {origin: 'cluster', failure: silent, lastReplyAtMs: undefined, clusterNodes: undefined}}},
		/^warning 17050: was never reached from here, although the cluster reaches it: refuses connections$/,
	],
	[
		'never reached, and nothing answers: the host is there, because the cluster reaches it',
		{
			...well,
			parts: {
				17050: {
					origin: 'cluster',
					failure: socketFailure('ETIMEDOUT', ''),
					lastReplyAtMs: undefined,
					clusterNodes: undefined,
				},
			},
		},
		/^warning 17050: was never reached from here, although the cluster reaches it: no route from here, or a firewall between$/,
	],
	[
		'lost since',
		{...well, parts: {17050: {origin: 'cluster', failure: silent, lastReplyAtMs: sampledAtMs}}},
		undefined,
	],
	['all reached', well, undefined],
	[
		'never reached, and its replica does not reach it either',
		{...well, parts: {17050: unreachedParts}, info: {17053: unlinkedFrom(17050)}},
		/^critical 17050: is announced, and nothing answers there, nor does its replica 17053 reach it: clients miss slots 0-5460 \(5,461 slots\): cluster-announce-port or cluster-announce-ip is wrong$/,
	],
	[
		'a node that announces another port than its own',
		{views: announcing(17050, 17059), parts: {17059: unreachedParts}, info: {17053: unlinkedFrom(17059)}},
		/^critical 17050: announces 17059, where nothing answers, nor does its replica 17053 reach it: clients miss slots 0-5460/,
	],
	[
		'a node that announces another port than its own, which its replica reaches',
		{views: announcing(17050, 17059), parts: {17059: unreachedParts}},
		/^warning 17050: announces 17059, where nothing answers, although the cluster reaches it: refuses connections$/,
	],
]);

test('clu.announce: the step sets the port at which the node answers, or has the --nat-map', () => {
	const stepsOf = (given: ClusterCase) => {
		const [found] = cluAnnounce.evaluate(fleetOf(given), () => 0);
		return found?.kind === 'fires' ? found.next.map(({text}) => messageText(text)).join('\n') : '-';
	};
	const views = announcing(17050, 17059);
	const wrong = {views, parts: {17059: unreachedParts}, info: {17053: unlinkedFrom(17059)}};
	assert.match(
		stepsOf(wrong),
		/^let it announce its own port\nredis-cli -h 127\.0\.0\.1 -p 17050 CONFIG SET cluster-announce-port 0\nCONFIG REWRITE keeps it/,
	);
	const away: NodeView[] = sixViews().map(view => ({
		...view,
		nodes: view.nodes.map(line => ({...line, host: '172.18.0.2'})),
	}));
	const inside = {...away[1], address: '172.18.0.2:17051' as NodeAddress} as NodeView;
	const mapped = {views: [...away.filter(view => view !== away[1]), inside], parts: {17051: unreachedParts}};
	assert.match(stepsOf(mapped), /redis-top --nat-map 172\.18\.0\.2=127\.0\.0\.1;/);
});

testClusterRule(cluView, [
	[
		'another node’s address for one that answers',
		{views: misplaced},
		/^warning -: 17050 has a wrong address for 17054, it has 17050, where another node answers$/,
	],
	['all well', well, undefined],
]);

const forgets = (given: ClusterCase): string[] =>
	[cluGhost, cluNodeFail].flatMap(rule =>
		rule
			.evaluate(fleetOf(given), () => 0)
			.flatMap(found =>
				found.kind === 'fires'
					? [found.action, ...found.next.map(({kind, text}) => (kind === 'command' ? messageText(text) : undefined))]
					: [],
			)
			.filter(text => text !== undefined && /forget/i.test(text))
			.map(text => text ?? ''),
	);

for (const [name, given, expected] of [
	['an owner of slots', {views: ownerWithoutAddress()}, 0],
	['a primary with replicas', {views: sixViews({}, {changed: ['17059 master,noaddr 0', '17055 slave:17059 5']})}, 0],
	[
		'an owner in one view alone',
		{views: sixViews({17055: {changed: ['17059 master,noaddr 9 0-5']}}, {changed: ['17059 master,noaddr 0']})},
		0,
	],
	['a node that answers at its own address', {views: misplaced}, 0],
	['the id of a node that was set up again, with slots', {views: ghostAt('17059 master 0 0-5')}, 0],
	['a ghost', {views: ghostAt('17059 master 0')}, 2],
] as const) {
	test(`CLUSTER FORGET of ${name} is ${expected === 0 ? 'never ' : ''}offered`, () => {
		assert.equal(forgets(given).length, expected);
	});
}

test('slots whose owner has no address do not count as served', () => {
	const segments = fleetOf({views: ownerWithoutAddress()}).cluster?.segments ?? [];
	assert.equal(coverage(slotCounts(segments)), 16_384 - 5461);
});

test('a node marked FAIL is no small loss where the nodes that report it refuse commands', () => {
	const meanings = (state: 'ok' | 'fail') =>
		cluNodeFail
			.evaluate(fleetOf({views: others(17055, {changed: ['17055 slave,fail:17051 2'], state})}), () => 0)
			.map(found => (found.kind === 'fires' ? messageText(found.meaning) : found.kind));
	assert.deepEqual(meanings('ok'), ['The cluster works without it, with less in reserve.']);
	assert.deepEqual(meanings('fail'), ['The nodes that report it refuse commands: cluster_state:fail.']);
});

test('clu.node_fail: a narrow screen keeps how many slots are not served', () => {
	const [finding] = cluNodeFail.evaluate(fleetOf({views: others(17050, dead)}), () => 0);
	assert.ok(finding?.kind === 'fires');
	assert.deepEqual(
		finding.briefProblems?.map(text => messageText(text).replace(/^\S+17050/, '17050')),
		['17050 leaves 5,461 slots unserved'],
	);
});

test('clu.node_fail: a failover by hand that loses writes is the last step, and no action', () => {
	const [finding] = cluNodeFail.evaluate(fleetOf(heldBackByDisk(90, 80)), () => 0);
	assert.ok(finding?.kind === 'fires');
	assert.equal(finding.action, undefined);
	const steps = finding.next.map(({text}) => messageText(text));
	assert.match(steps[0] ?? '', /^start \S+17050 again: it has the newest data$/);
	assert.match(steps[1] ?? '', /^free disk space on the host of \S+17053$/);
	assert.match(steps[2] ?? '', /without the writes since its link to it broke:$/);
	assert.match(steps[3] ?? '', /CLUSTER FAILOVER FORCE$/);
});

test('clu.node_fail: the writes that a failover by hand loses end when the owner fell silent', () => {
	const step = (downSeconds: number, silentSeconds: number) => {
		const given = heldBack(downSeconds);
		const views = (given.views ?? []).map(view => ({
			...view,
			nodes: view.nodes.map(node =>
				node.id === idOf(17050) ? {...node, pingSentMs: sampledAtMs - silentSeconds * 1000} : node,
			),
		}));
		const info = {17053: {...given.info?.[17053], server: {server_time_usec: sampledAtMs * 1000}}};
		const [finding] = cluNodeFail.evaluate(fleetOf({...given, views, info}), () => 0);
		assert.ok(finding?.kind === 'fires');
		return finding.next.map(({text}) => messageText(text)).find(text => text.includes('without')) ?? '';
	};
	assert.match(step(60, 37), /without the writes of the last 23s before it fell silent:$/);
	assert.match(step(160, 137), /without the writes of the last 23s before it fell silent:$/);
	assert.match(step(60, 60), /without the writes since its link to it broke:$/);
});

test('clu.node_fail: a replica with older keys is promoted only if the newest are lost for good', () => {
	const stepsOf = (given: ClusterCase) => {
		const [finding] = cluNodeFail.evaluate(fleetOf(given), () => 0);
		assert.ok(finding?.kind === 'fires');
		return finding.next.map(({text}) => messageText(text));
	};
	const steps = stepsOf(restartedWithKeys);
	assert.match(steps[0] ?? '', /^start \S+17050 again: it has the newest data$/);
	assert.match(steps[1] ?? '', /^only if it is lost for good: .*, without the writes since its RDB file:$/);
	assert.match(steps[2] ?? '', /CLUSTER FAILOVER FORCE$/);
	assert.doesNotMatch(stepsOf(heldBack(-1)).join('\n'), /FORCE/);
});

test('clu.node_fail: a node without cluster mode is to be started with its config file, and its bus port is no suspect', () => {
	const [finding] = cluNodeFail.evaluate(
		fleetOf({
			views: others(17050, dead),
			beside: [recordFrom({address: '127.0.0.1:17050', info: {cluster: {cluster_enabled: 0}}})],
		}),
		() => 0,
	);
	assert.ok(finding?.kind === 'fires');
	const steps = finding.next.map(({text}) => messageText(text)).join('\n');
	assert.match(steps, /^start it with its config file again: cluster-enabled yes/);
	assert.doesNotMatch(steps, /bus port/);
});

test('clu.node_fail: a replica with the data of an owner that lost its nodes.conf is promoted at once', () => {
	const stepsOf = (given: ClusterCase) =>
		cluNodeFail
			.evaluate(fleetOf(given), () => 0)
			.flatMap(each => (each.kind === 'fires' ? each.next : []))
			.map(({text}) => messageText(text));
	const link = (status: string, keys: number) => ({
		17053: {
			replication: {master_link_status: status, ...(status === 'up' ? {} : {master_link_down_since_seconds: 3})},
			keyspace: keys === 0 ? {} : {db0: `keys=${keys},expires=0,avg_ttl=0`},
		},
	});
	const full = stepsOf({views: ownerWithoutAddress(), info: link('down', 97)});
	assert.match(full[0] ?? '', /^promote 127\.0\.0\.1:17053 at once/);
	assert.match(full[1] ?? '', /17053 CLUSTER FAILOVER TAKEOVER$/);
	const emptied = stepsOf({views: ownerWithoutAddress(), info: link('up', 0)});
	assert.match(emptied[0] ?? '', /^put its old nodes\.conf and data/);
	assert.match(emptied[1] ?? '', /without their data/);
});

testClusterRule(cluNodeFail, [
	[
		'an owner that lost its nodes.conf, and its replica copied the empty data set of the new node',
		{
			views: ownerWithoutAddress(),
			info: {17053: {replication: {master_link_status: 'up'}, keyspace: {}}},
		},
		/^critical -: slots 0-5460 \(5,461 slots\) are not served, 17053 copied an empty data set: .*nodes\.conf lost/,
	],
]);

test('clu.links: a node that alone announces an unusual bus port is the cause, with the setting that ends it', () => {
	const announcing = unlinked.map(view => ({
		...view,
		nodes: view.nodes.map(node => ({...node, busPort: node.port === 17_051 ? 17_577 : node.port + 10_000})),
	}));
	const [found] = cluLinks.evaluate(fleetOf({views: announcing}), () => 0);
	assert.ok(found?.kind === 'fires');
	assert.equal(messageText(found.reason ?? ''), 'it announces bus port 17577, the others theirs plus 10000');
	assert.match(
		found.next.map(({text}) => messageText(text)).join('\n'),
		/17051 CONFIG SET cluster-announce-bus-port 0/,
	);
});

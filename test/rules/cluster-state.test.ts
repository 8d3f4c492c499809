import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {Failure} from '../../source/domain/sample.js';
import {statementText} from '../../source/domain/statement.js';
import {oldAddress} from '../../source/rules/cluster-findings.js';
import {missingPrimary} from '../../source/rules/cluster-majority-lost.js';
import {
	cluConfig,
	cluCoverage,
	cluEpochDup,
	cluMinority,
	cluSplit,
	cluState,
	cluView,
} from '../../source/rules/cluster-state.js';
import {six, sixViews, viewFrom} from '../cluster/views.js';
import {
	type ClusterCase,
	dead,
	fleetOf,
	oneCutOff,
	others,
	said,
	silent,
	split,
	testClusterRule,
	well,
} from './cluster-cases.js';

const bothWrite = split.map(view => ({...view, info: new Map(view.info).set('cluster_state', 'ok')}));

testClusterRule(cluSplit, [
	[
		'two owners, one refuses writes',
		{views: split},
		/^critical -: split: slots 0-5460 \(5,461 slots\) have 2 owners, 17053 .* and 17050/,
	],
	['both take writes', {views: bothWrite}, /^critical -: split brain: slots 0-5460 .* writable on 2 primaries/],
	[
		'two owners, one of which no node reaches',
		{views: oneCutOff(true)},
		/^critical -: split: no node reaches 17050 at bus port 17070, so slots 0-5460 \(5,461 slots\) have 2 owners, 17053 .* and 17050 /,
	],
	['no split', well, undefined],
]);

testClusterRule(cluMinority, [
	['two of six', {views: split}, /^critical -: 17050, 17054 are cut off from the majority/],
	[
		'one of six, which no node reaches',
		{views: oneCutOff(false)},
		/^critical -: no node reaches 17050 at bus port 17070, it is cut off from the majority, and claims slots 0-5460/,
	],
	[
		'a replica that no node reaches',
		{
			views: sixViews(
				{
					17053: {
						changed: six
							.filter(line => !line.startsWith('17053'))
							.map(line => line.replace(/(master|slave)/, '$1,fail?')),
					},
				},
				{changed: ['17053 slave,fail:17050 1']},
			),
		},
		/^warning -: no node reaches 17053 at bus port 17073, it is cut off from the majority$/,
	],
	[
		'one that flags the others and that they reach, as after a stop',
		{
			views: sixViews({
				17050: {
					changed: six
						.filter(line => !line.startsWith('17050'))
						.map(line => line.replace(/(master|slave)/, '$1,fail?')),
				},
			}),
		},
		/^critical -: 17050 is cut off from the majority/,
	],
	['nobody', well, undefined],
]);

test('clu.minority and clu.split: the port to open comes first where no node reaches one node', () => {
	for (const rule of [cluMinority, cluSplit]) {
		const [found] = rule.evaluate(fleetOf({views: oneCutOff(true)}), () => 5000);
		const [first, second] = found?.kind === 'fires' ? found.next.map(({text}) => messageText(text)) : [];
		assert.match(first ?? '', /^open TCP port 17070 of 127\.0\.0\.1 to the other nodes, and theirs to it/);
		assert.match(second ?? '', /another node: nc -zv 127\.0\.0\.1 17070$/);
	}
});

const pfail = six.map(line => line.replace(/(master|slave)/, '$1,fail?'));
const stepsOf = (views: NonNullable<ClusterCase['views']>, silentPorts: readonly number[]) => {
	const parts = Object.fromEntries(silentPorts.map(port => [port, {failure: silent}]));
	const [found] = cluMinority.evaluate(fleetOf({views, parts}), () => 5000);
	return found?.kind === 'fires' ? found.next.map(({text}) => messageText(text)).join('\n') : '-';
};

test('clu.minority: where one node of all answers, the others may have moved to other addresses', () => {
	const alone = [viewFrom(17050, {changed: pfail.filter(line => !line.startsWith('17050')), state: 'fail'})];
	const ports = [17051, 17052, 17053, 17054, 17055];
	const all = [...alone, ...ports.map(port => viewFrom(port))];
	assert.match(stepsOf(all, ports), /as pods do.*\n.*-p 17050 CLUSTER MEET NEW-HOST PORT/);
	assert.doesNotMatch(stepsOf(split, []), /NEW-HOST/);
});

/** 17051 and 17052 are down, two of three primaries, and redis-top gets this failure from them. */
const twoDown = (failure: Failure): ClusterCase => {
	const changed = ['17051 master,fail? 2 5461-10922', '17052 master,fail? 3 10923-16383'];
	return {
		views: [17050, 17053, 17054, 17055]
			.map(port => viewFrom(port, {changed, state: 'fail'}))
			.concat([viewFrom(17051), viewFrom(17052)].map(view => ({...view, nodes: []}))),
		parts: {
			17051: {failure, clusterNodes: undefined},
			17052: {failure, clusterNodes: undefined},
		},
	};
};

testClusterRule(cluMinority, [
	[
		'two of three primaries refuse connections',
		twoDown(silent),
		/^critical -: 2 of 3 primaries are down: no majority, no failover: 17051, 17052 refuse connections$/,
	],
	[
		'two of three primaries that may live beyond a cut in the network',
		twoDown({...silent, code: 'ETIMEDOUT'}),
		/^critical -: 2 of 3 primaries do not answer: no majority here, no failover: neither redis-top nor the other nodes reach 17051, 17052$/,
	],
	[
		'two of three primaries that redis-top reaches, and the other nodes do not',
		twoDown({...silent, code: 'NOAUTH', state: 'refusing'}),
		/^critical -: the 4 nodes that answer are a minority/,
	],
]);

test('clu.minority: primaries that do not answer are brought back first, and replaced only if they are gone for good', () => {
	const [found] = cluMinority.evaluate(fleetOf(twoDown({...silent, code: 'ETIMEDOUT'})), () => 5000);
	assert.ok(found?.kind === 'fires');
	const next = found.next.map(({text}) => messageText(text)).join('\n');
	assert.match(next, /^bring back one of them, machine or network: /);
	assert.match(next, /gone for good.*\n.*-p 17054 CLUSTER FAILOVER TAKEOVER\n.*-p 17055 CLUSTER FAILOVER TAKEOVER/);
	assert.equal(found.evidence.filter(({name}) => name === missingPrimary).length, 2);
});

test('clu.minority: where primaries are down, they are started, or their replicas promoted without a vote', () => {
	const [found] = cluMinority.evaluate(fleetOf(twoDown(silent)), () => 5000);
	const next = found?.kind === 'fires' ? found.next.map(({text}) => messageText(text)).join('\n') : '-';
	assert.match(next, /^start 127\.0\.0\.1:17051, 127\.0\.0\.1:17052/);
	assert.match(next, /-p 17054 CLUSTER FAILOVER TAKEOVER\n.*-p 17055 CLUSTER FAILOVER TAKEOVER/);
	assert.doesNotMatch(next, /bus port|FORCE/);
});

test('clu.minority: nodes that look for each other at old addresses are told so, with a MEET for each', () => {
	const view = viewFrom(17050, {changed: pfail.filter(line => !line.startsWith('17050')), state: 'fail'});
	const moved = {...view, address: '127.0.0.2:17050' as NodeAddress};
	const ports = [17051, 17052, 17053, 17054, 17055];
	const parts = Object.fromEntries(ports.map(port => [port, {failure: silent}]));
	const [found] = cluMinority.evaluate(
		fleetOf({views: [moved, ...ports.map(port => viewFrom(port))], parts}),
		() => 5000,
	);
	assert.ok(found?.kind === 'fires');
	assert.equal(
		statementText(found),
		'the 1 node that answers reaches no other, all known by addresses where nothing answers, and itself as 127.0.0.1:17050: are all at new addresses now?',
	);
	const steps = found.next.map(({text}) => messageText(text));
	assert.equal(steps[0], 'CLUSTER MEET each at its new address', 'it fits line 3 of 80 columns');
	assert.match(steps[1] ?? '', /CLUSTER MEET HOST 17051 17071 {3}# HOST: where 127\.0\.0\.1 is now$/);
	assert.equal(steps.filter(text => text.includes('CLUSTER MEET HOST')).length, 5);
	assert.equal(found.evidence.filter(({name}) => name === oldAddress).length, 5);
});

/** A node that has started at a new address, and the old addresses of the others, where nothing answers. */
const unmet = (received: string, code = 'EHOSTUNREACH', uptimeSeconds = 20): ClusterCase => {
	const view = viewFrom(17050, {
		changed: pfail.filter(line => !line.startsWith('17050')),
		state: 'fail',
		uptimeSeconds,
	});
	const info = new Map(view.info).set('cluster_stats_messages_received', received);
	const ports = [17051, 17052, 17053, 17054, 17055];
	return {
		views: [{...view, info}, ...ports.map(port => viewFrom(port))],
		info: {17050: {server: {uptime_in_seconds: uptimeSeconds}}},
		parts: Object.fromEntries(ports.map(port => [port, {failure: {...silent, code, state: 'down'}}])),
	};
};

test('clu.minority: a node that has received nothing since its start may be at a new address, or the others are', () => {
	const [found] = cluMinority.evaluate(fleetOf(unmet('0')), () => 5000);
	assert.ok(found?.kind === 'fires');
	assert.equal(
		statementText(found),
		'127.0.0.1:17050 has met no other node since its start, 20s ago: new addresses (pods)?',
	);
	assert.match(messageText(found.next[2]?.text ?? ''), /CLUSTER MEET HOST 1705\d 1707\d {3}# HOST: where/);
	assert.equal(found.evidence.filter(({name}) => name === oldAddress).length, 5);
});

testClusterRule(cluMinority, [
	['a node that met others since its start', unmet('12'), /^critical -: the 1 node that answers is a minority/],
	[
		'others whose hosts refuse connections',
		unmet('0', 'ECONNREFUSED'),
		/^critical -: the 1 node that answers is a min/,
	],
	['a node that has just started', unmet('0', 'EHOSTUNREACH', 0), /^critical -: the 1 node that answers is a minority/],
]);

/** A node that lost its nodes.conf, and is the only one that redis-top knows. */
const lone: ClusterCase = {views: [viewFrom(17050, {lines: ['17050 master 0'], state: 'fail'})]};

test('a node that knows no other node is not said to be a minority, and its network is not blamed', () => {
	assert.deepEqual(said(cluMinority, lone), [
		'critical -: 17050 knows no other node of a cluster and owns no slots: it never joined one, or its nodes.conf was lost',
	]);
	assert.deepEqual(said(cluState, lone), ['critical -: the 1 node that answers refuses commands: cluster_state:fail']);
	const [found] = cluMinority.evaluate(fleetOf(lone), () => 5000);
	const next = found?.kind === 'fires' ? found.next.map(({text}) => messageText(text)).join('\n') : '-';
	assert.match(next, /CLUSTER MEET OTHER-HOST PORT/);
	assert.doesNotMatch(next, /bus ports/);
});

test('a node that knows no other node and has a part of the slots is not told to take the rest', () => {
	const owner: ClusterCase = {views: [viewFrom(17050, {lines: ['17050 master 1 0-5460'], state: 'fail'})]};
	assert.deepEqual(said(cluCoverage, owner), [
		'critical -: slots 5461-16383 (10,923 slots) have no owner: 17050 knows no other node of a cluster',
	]);
	const [found] = cluCoverage.evaluate(fleetOf(owner), () => 5000);
	const next = found?.kind === 'fires' ? found.next.map(({kind, text}) => `${kind} ${messageText(text)}`) : [];
	assert.match(next.join('\n'), /CLUSTER MEET OTHER-HOST PORT/);
	assert.ok(
		next.every(step => !/^command .*--cluster fix/.test(step)),
		next.join('\n'),
	);
	const hole = {views: sixViews({}, {lines: six.map(line => line.replace('0-5460', '1-5460'))})};
	const [other] = cluCoverage.evaluate(fleetOf(hole), () => 5000);
	assert.match(other?.kind === 'fires' ? messageText(other.next[0]?.text ?? '') : '', /--cluster fix /);
});

test('clu.state: where no node knows an owner of slots, the node that had them comes back before others get the slots', () => {
	const lost = {views: sixViews({}, {lines: six.map(line => line.replace('0-5460', '0-99 120-5460')), state: 'fail'})};
	const [found] = cluState.evaluate(fleetOf(lost), () => 5000);
	const next = found?.kind === 'fires' ? found.next.map(({text}) => messageText(text)) : [];
	assert.match(next[0] ?? '', /^was a node removed with them\? Start it again, then CLUSTER MEET/);
	assert.match(next[2] ?? '', /--cluster fix /);
});

const forgetful = six.filter(line => !line.startsWith('17050'));
const givenUp = viewFrom(17050, {
	lines: six.map(line => line.replace('0-5460', '0-99 120-5460')),
	state: 'fail',
});

testClusterRule(cluState, [
	[
		'nodes that forgot the owner of slots',
		{
			views: [
				viewFrom(17050),
				viewFrom(17053),
				...[17051, 17052, 17054, 17055].map(port => viewFrom(port, {lines: forgetful, state: 'fail'})),
			],
		},
		/^critical -: 4 nodes forgot 17050 and refuse commands: slots 0-5460 \(5,461 slots\) have no owner there \(CLUSTER FORGET\)$/,
	],
	[
		'an owner that gave up some of its slots',
		{views: [givenUp, ...others(17050)]},
		/^critical -: 17050 gave up 20 slots and refuses commands: it does not claim slots 100-119 \(20 slots\) any more \(CLUSTER DELSLOTS\)$/,
	],
	[
		'slots that no node has any more',
		{views: sixViews({}, {lines: six.map(line => line.replace('0-5460', '0-99 120-5460')), state: 'fail'})},
		/^critical -: all 6 nodes that answer refuse commands: slots 100-119 \(20 slots\) have no owner$/,
	],
	['some', {views: split}, /^critical -: 17050, 17054 refuse commands: cluster_state:fail$/],
	['all', {views: others(17050, dead)}, /^critical -: all 5 nodes that answer refuse commands/],
	[
		'a replica that has just restarted',
		{views: sixViews({17053: {state: 'fail'}}), info: {17053: {server: {uptime_in_seconds: 1}}}},
		undefined,
	],
	[
		'a replica that hears of nobody',
		{views: sixViews({17053: {state: 'fail'}}), info: {17053: {server: {uptime_in_seconds: 3}}}},
		/^warning -: 17053 refuses commands/,
	],
	[
		'a replica alone',
		{views: sixViews({17053: {state: 'fail'}})},
		/^warning -: 17053 refuses commands: cluster_state:fail$/,
	],
	[
		'a primary that has just restarted',
		{views: sixViews({17050: {state: 'fail'}}), info: {17050: {server: {uptime_in_seconds: 3}}}},
		undefined,
	],
	[
		'a primary that has restarted and should be back',
		{views: sixViews({17050: {state: 'fail'}}), info: {17050: {server: {uptime_in_seconds: 4}}}},
		/^critical -: 17050 refuses commands/,
	],
	[
		'a primary that has just restarted, and no node accepts commands',
		{views: others(17050, dead), info: {17051: {server: {uptime_in_seconds: 1}}}},
		/^critical -: all 5 nodes that answer refuse commands/,
	],
	[
		'a former primary that has just restarted, and does not know yet that it was replaced',
		{
			views: sixViews(
				{17050: {state: 'fail', changed: []}},
				{changed: ['17053 master 7 0-5460', '17050 slave:17053 7']},
			),
			info: {17050: {server: {uptime_in_seconds: 1}}},
		},
		undefined,
	],
	[
		'one that does not know for long',
		{
			views: sixViews(
				{17050: {state: 'fail', changed: []}},
				{changed: ['17053 master 7 0-5460', '17050 slave:17053 7']},
			),
			info: {17050: {server: {uptime_in_seconds: 3}}},
		},
		/^critical -: 17050 refuses commands/,
	],
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
	[
		'a stale node',
		{views: sixViews({17052: {epoch: 3}}), forMs: 60_000},
		/^warning -: 17052 does not learn of the newest epoch, it is at epoch 3/,
	],
]);

testClusterRule(cluEpochDup, [
	[
		'equal',
		{views: sixViews({}, {lines: six.map(line => line.replace('master 3', 'master 1'))})},
		/^warning -: 17050, 17051 have the same configuration epoch 1/,
	],
	['different', well, undefined],
]);

testClusterRule(cluConfig, [
	[
		'timeouts differ',
		{...well, config: {17052: {'cluster-node-timeout': '5000'}}},
		/^info -: cluster-node-timeout differs between nodes, 2000 ms on 5 nodes and 5000 ms on 17052$/,
	],
	[
		'reads when down',
		{...well, config: {17052: {'cluster-allow-reads-when-down': 'yes'}}},
		/^info -: 17052 serves reads while the cluster is down$/,
	],
	['alike', well, undefined],
]);

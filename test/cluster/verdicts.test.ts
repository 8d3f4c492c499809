import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {statementText} from '../../source/domain/statement.js';
import {type Compared, idOf, later, nameOf, six, sixViews, verdictsAfter, viewFrom} from './views.js';

const kinds = ({verdicts}: Compared): string[] => verdicts.map(({kind, severity}) => `${kind} ${severity}`);
const textsOf = ({verdicts}: Compared): string[] => verdicts.map(verdict => statementText(verdict));
const says = ({verdicts}: Compared): string =>
	verdicts
		.map(verdict => [statementText(verdict), ...verdict.meaning.map(each => messageText(each))].join('. '))
		.join('\n');

/** The partition {17050, 17054} | {17051, 17052, 17053, 17055}, as a run of redis 7.0 with a node timeout of 2 s showed it. */
const sideA = [17050, 17054];
const sideB = [17051, 17052, 17053, 17055];
const inA = {
	changed: [
		'17051 master,fail? 3 5461-10922',
		'17052 master,fail? 5 10923-16383',
		'17053 slave,fail?:17050 1',
		'17055 slave,fail?:17052 5',
	],
};
const inB = {changed: ['17050 master,fail? 1 0-5460', '17054 slave,fail?:17051 3']};
const promoted = {epoch: 6, changed: ['17050 master,fail 1', '17053 master 6 0-5460', '17054 slave,fail:17051 3']};
const split = (a: object, b: object) => [
	...sideA.map(port => viewFrom(port, {...inA, ...a})),
	...sideB.map(port => viewFrom(port, {...b})),
];

test('six nodes that agree give the verdict that all is well', () => {
	const compared = verdictsAfter([sixViews()]);
	assert.deepEqual(kinds(compared), ['healthy ok']);
	assert.match(says(compared), /^6 nodes agree, 3 primaries among them, configuration [\da-f]{8}$/);
	assert.equal(compared.comparison.partitions.length, 1);
	assert.equal(compared.comparison.groups.length, 1);
});

test('a partition up to 3 s: both sides flag each other PFAIL, and the cut-off primary still accepts writes', () => {
	const compared = verdictsAfter([split({state: 'ok', epoch: 5}, {...inB, epoch: 5})]);
	assert.deepEqual(kinds(compared), ['minority critical']);
	assert.match(
		says(compared),
		/^127\.0\.0\.1:17050, 127\.0\.0\.1:17054 are cut off from the majority, and claim slots 0-5460 \(5,461 slots\): they do not reach 127\.0\.0\.1:17051, /,
	);
	assert.match(
		says(compared),
		/\. 127\.0\.0\.1:17050 still takes writes until the node timeout \(2s\) has passed\. They are lost/,
	);
	assert.deepEqual(compared.verdicts[0]?.slots, [{first: 0, last: 5460}]);
});

test('a partition at 4 s: both owners are named with their slots, and the old one refuses writes', () => {
	const views = split({state: 'fail', epoch: 5}, promoted);
	const compared = verdictsAfter([views, later(views, 200)]);
	assert.deepEqual(kinds(compared), ['fenced-primary critical', 'minority critical']);
	const fenced = compared.verdicts[0];
	assert.equal(
		textsOf(compared)[0],
		'split: slots 0-5460 (5,461 slots) have 2 owners, 127.0.0.1:17053 (epoch 6, takes writes) and 127.0.0.1:17050 (epoch 1, refuses writes)',
	);
	assert.deepEqual(fenced?.nodes, [nameOf(17053), nameOf(17050)]);
	assert.match(says(compared), /17053 wins by epoch; 127\.0\.0\.1:17050 will be its replica when they meet/);
	assert.match(says(compared), /The writes that it took after the split began, up to about 2s of them, are lost/);
	assert.deepEqual(
		compared.comparison.groups.map(({members}) => members.length),
		[4, 2],
	);
	assert.deepEqual(
		compared.comparison.partitions.map(({members, hasMajority}) => [members.length, hasMajority]),
		[
			[4, true],
			[2, false],
		],
	);
});

/** 17053 was promoted, and 17050 claims its slots with an older view. */
const twoOwners = (parts: object, flags: string) => [
	viewFrom(17050, {epoch: 5, ...parts}),
	...sixViews({}, {changed: [`17050 ${flags} 1`, '17053 master 6 0-5460']}).slice(1),
];

for (const [name, parts, kind] of [
	['refuses writes after its start', {state: 'fail', uptimeSeconds: 1}, 'converging info'],
	['still refuses writes after a node timeout', {state: 'fail', uptimeSeconds: 2}, 'fenced-primary critical'],
	['takes writes at once', {state: 'ok', uptimeSeconds: 1}, 'split-brain critical'],
	['does not say when it started', {state: 'fail'}, 'fenced-primary critical'],
] as const) {
	test(`an owner that restarted after a failover ${name}`, () => {
		const views = twoOwners(parts, 'master,fail');
		const {verdicts} = verdictsAfter([views, later(views, 200)]);
		const [found] = verdicts.filter(each => each.slots.some(({first}) => first === 0) && each.kind !== 'minority');
		assert.equal(`${found?.kind} ${found?.severity}`, kind);
		assert.equal(
			/17050 returns with an older view/.test(found ? statementText(found) : ''),
			kind === 'converging info',
		);
	});
}

test('two owners that reach each other have the time of a planned failover to agree', () => {
	const views = twoOwners({state: 'ok'}, 'master');
	const soon = verdictsAfter([views, later(views, 4900)], {nodeTimeoutMs: 5000});
	assert.deepEqual(kinds(soon), ['converging info']);
	assert.match(says(soon), /slots 0-5460 .*are changing owner.*reach each other, as in a planned failover/);
	assert.deepEqual(kinds(verdictsAfter([views, later(views, 5000)], {nodeTimeoutMs: 5000})), ['split-brain critical']);
});

test('a partition with TAKEOVER in the minority: both sides have a majority and accept writes', () => {
	const takenOver = {
		state: 'ok',
		epoch: 7,
		changed: [
			'17051 master,fail 3',
			'17052 master,fail 5 10923-16383',
			'17053 slave,fail:17050 1',
			'17055 slave,fail:17052 5',
			'17054 master 7 5461-10922',
		],
	};
	const views = split({...takenOver, keys: 12}, {...promoted, keys: 40});
	assert.deepEqual(kinds(verdictsAfter([views, later(views, 200)])), [
		'split-brain critical',
		'split-brain critical',
		'converging info',
	]);
	const compared = verdictsAfter([views, later(views, 2001)]);
	assert.deepEqual(kinds(compared), ['split-brain critical', 'split-brain critical', 'split-brain critical']);
	for (const [index] of views.entries()) {
		// After a freeze, the new view of the thawed node meets a view from before.
		const withOld = later(views, 2001).map((view, at) => (at === index ? {...view, atMs: 0} : view));
		assert.match(says(verdictsAfter([views, withOld])), /perhaps a split brain: 2 partitions/);
	}

	const texts = textsOf(compared);
	assert.ok(
		texts.includes(
			'split brain: slots 5461-10922 (5,462 slots) are writable on 2 primaries, 127.0.0.1:17054 (epoch 7, 12 keys, takes writes) and 127.0.0.1:17051 (epoch 3, 40 keys, takes writes)',
		),
		texts.join('\n'),
	);
	assert.ok(
		texts.some(text => /slots 0-5460 .* 17053 \(epoch 6.* 17050 \(epoch 1/.test(text.replaceAll('127.0.0.1:', ''))),
	);
	assert.match(says(compared), /2 partitions have a majority each/);
	assert.match(
		says(compared),
		/127\.0\.0\.1:17054 wins by epoch: .*127\.0\.0\.1:17051 will be its replica, and all that was written there since the split is lost/,
	);
});

test('two owners of a slot are asked again first, so that a failover between two polls is no split', () => {
	const before = sixViews({}, {atMs: 0});
	const after = sixViews({}, {atMs: 300, epoch: 7, changed: ['17050 slave:17053 7', '17053 master 7 0-5460']});
	const mixed = [...before.slice(0, 3), ...after.slice(3)];
	const first = verdictsAfter([before, mixed]);
	assert.deepEqual(kinds(first), ['converging info']);
	assert.match(says(first), /slots 0-5460 .* are changing owner/);
	assert.deepEqual(kinds(verdictsAfter([before, mixed, mixed])), ['converging info'], 'asked nobody since');
	assert.deepEqual(kinds(verdictsAfter([before, mixed, later(after, 100)])), ['healthy ok']);
	const contested = [...later(before, 5500).slice(0, 3), ...later(after, 5500).slice(3)];
	assert.ok(kinds(verdictsAfter([before, mixed, contested])).includes('split-brain critical'));
});

test('of two owners with equal epochs none wins', () => {
	const views = [viewFrom(17050), viewFrom(17053, {changed: ['17053 master 1 0-5460', '17050 master 1']})];
	const compared = verdictsAfter([views, later(views, 5000)]);
	assert.match(says(compared), /epochs are equal: which primary stays is decided when the partitions meet/);
	assert.equal(compared.comparison.claims.contested[0]?.winner, undefined);
	assert.ok(kinds(compared).includes('equal-epochs info'));
});

test('differing views count as converging for two node timeouts, then as a disagreement', () => {
	const lagging = [
		viewFrom(17050, {changed: ['17051 master 3 5461-10921', '17052 master 5 10922-16383']}),
		...sixViews().slice(1),
	];
	assert.deepEqual(kinds(verdictsAfter([lagging])), ['converging info']);
	assert.deepEqual(kinds(verdictsAfter([lagging, later(lagging, 4000)])), ['converging info']);
	const lasting = verdictsAfter([lagging, later(lagging, 4001)]);
	assert.deepEqual(kinds(lasting), ['views-differ critical']);
	assert.match(
		says(lasting),
		/2 configurations: [\da-f]{8} \{127\.0\.0\.1:17051, .*\}, [\da-f]{8} \{127\.0\.0\.1:17050\}/,
	);
	assert.match(says(lasting), /has lasted 4s/);
});

const dead = ['17050 master,fail 1 0-5460'];
const survivors = (parts: object = {}, replica: object = {}) =>
	[17051, 17052, 17053, 17054, 17055].map(port =>
		viewFrom(port, {changed: dead, state: 'fail', ...parts, ...(port === 17053 ? replica : {})}),
	);

test('a failed owner with a candidate gives the verdict that an election runs', () => {
	const compared = verdictsAfter([survivors()], {unreached: [nameOf(17050)]});
	assert.deepEqual(kinds(compared), ['owner-failed critical']);
	assert.match(says(compared), /slots 0-5460 \(5,461 slots\) are not served: 127\.0\.0\.1:17050 is marked FAIL/);
	assert.match(says(compared), /17053 may take its place: an election/);
});

const obstacles: ReadonlyArray<readonly [string, object, RegExp]> = [
	[
		'never synchronised',
		{replica: {isLinkUp: false, linkDownSeconds: -1}},
		/no replica can be promoted[\s\S]*Not promoted: 127\.0\.0\.1:17053 never synchronised/,
	],
	[
		'too old',
		{replica: {isLinkUp: false, linkDownSeconds: 33}},
		/has data that is 33s old, more than cluster-replica-validity-factor allows \(32s\)/,
	],
	[
		'still fresh enough',
		{replica: {isLinkUp: false, linkDownSeconds: 31}},
		/17053 could take its place and has not: read its log/,
	],
	[
		'no failover',
		{changed: [...dead, '17053 slave,nofailover:17050 1']},
		/may not be promoted \(cluster-replica-no-failover\)/,
	],
];
for (const [name, replica, expected] of obstacles) {
	test(`a failed owner that no replica replaces: ${name}`, () => {
		const views = survivors({}, replica);
		assert.match(says(verdictsAfter([views, later(views, 60_000)])), expected);
	});
}

test('a failed owner without a replica differs from one whose replica does not answer', () => {
	const lines = six.filter(line => !line.startsWith('17053'));
	const views = [17051, 17052].map(port => viewFrom(port, {lines, changed: dead}));
	assert.match(says(verdictsAfter([views])), /no replica can be promoted[\s\S]*It has no replica/);
	const silent = survivors().filter(({address}) => address !== nameOf(17053));
	assert.match(
		says(verdictsAfter([silent], {unreached: [nameOf(17053)]})),
		/Not promoted: 127\.0\.0\.1:17053 does not answer/,
	);
});

test('an owner that only redis-top cannot reach is named as such', () => {
	const compared = verdictsAfter([sixViews().slice(1)], {unreached: [nameOf(17050)]});
	assert.deepEqual(kinds(compared), ['owner-unreachable warning']);
	assert.match(
		says(compared),
		/17050, owner of slots 0-5460 \(5,461 slots\), does not answer redis-top, but all 5 nodes that answer reach it/,
	);
});

test("a minority without the other nodes' views gets the part of the verdict that it can know", () => {
	const views = sideA.map(port => viewFrom(port, {...inA, state: 'fail'}));
	const compared = verdictsAfter([views], {unreached: sideB.map(nameOf)});
	assert.deepEqual(kinds(compared)[0], 'minority critical');
	assert.match(
		textsOf(compared)[0] ?? '',
		/the 2 nodes that answer are a minority, reaching 1 of 3 primaries with slots: neither they nor redis-top reach 127\.0\.0\.1:17051, 127\.0\.0\.1:17052/,
	);
	assert.match(says(compared), /If the others live, they are the majority and may have promoted other owners/);
});

test('a cluster without a majority in any partition is named where redis-top reaches all owners', () => {
	const alone = (port: number) =>
		viewFrom(port, {
			state: 'fail',
			changed: six
				.filter(line => !line.startsWith(String(port)))
				.map(line => line.replace(/(master|slave)/, '$1,fail?')),
		});
	const compared = verdictsAfter([[17050, 17051, 17052].map(alone)]);
	assert.equal(kinds(compared)[0], 'no-majority critical');
	assert.match(says(compared), /no partition has a majority: the nodes reach at most 1 of 3 primaries/);
});

test('nodes that came back under other addresses are named, with the addresses that the others need', () => {
	const view = (port: number) =>
		viewFrom(port, {
			state: 'fail',
			lines: six.slice(0, 3),
			changed: six
				.slice(0, 3)
				.filter(line => !line.startsWith(String(port)))
				.map(line => line.replace('master', 'master,fail?')),
		});
	// Each node answers at a port one hundred higher than the one that the others have.
	const moved = [17050, 17051, 17052].map(port => ({...view(port), address: nameOf(port + 100)}));
	const compared = verdictsAfter([moved], {unreached: [17050, 17051, 17052].map(nameOf)});
	const [verdict] = compared.verdicts;
	assert.equal(verdict?.kind, 'no-majority');
	assert.match(says(compared), /^3 of 3 nodes have new addresses, which the others do not know/);
	assert.deepEqual(verdict.meet, [17150, 17151, 17152].map(nameOf));
	// Addresses that --nat-map maps are reached, so nothing is known to be wrong with them.
	assert.deepEqual(verdictsAfter([moved]).verdicts[0]?.meet, undefined);
});

test('a PFAIL of one node alone is named with that node', () => {
	const compared = verdictsAfter([sixViews({17055: {changed: ['17050 master,fail? 1 0-5460']}})]);
	assert.deepEqual(kinds(compared), ['one-sided-link warning']);
	assert.match(says(compared), /127\.0\.0\.1:17055 alone flags 127\.0\.0\.1:17050 PFAIL \(fail\?\).*bus port 17070/s);
});

test('a node that keeps an older epoch is named', () => {
	const views = sixViews({17052: {epoch: 3}});
	assert.deepEqual(kinds(verdictsAfter([views])), ['healthy ok'], 'gossip takes a moment');
	const compared = verdictsAfter([views, later(views, 5000)]);
	assert.deepEqual(kinds(compared), ['stale-node warning']);
	assert.match(says(compared), /17052 does not learn of the newest epoch, it is at epoch 3 and others are at 6/);
});

test('an owner that answers and does not claim its slots is named', () => {
	const views = sixViews({17050: {changed: ['17050 master 1']}});
	const compared = verdictsAfter([views, later(views, 5000)]);
	assert.ok(kinds(compared).includes('unclaimed critical'), kinds(compared).join());
});

test('a single replica that is cut off is named', () => {
	const views = sixViews(
		{17055: {state: 'fail', changed: six.slice(0, 5).map(line => line.replace(/(master|slave)/, '$1,fail?'))}},
		{},
	);
	const compared = verdictsAfter([views]);
	assert.deepEqual(kinds(compared), ['minority warning']);
	assert.match(says(compared), /17055 is cut off[\s\S]*Only replicas are cut off/);
});

test('a new node without a cluster has no majority, and an empty reply or a missing view gives no verdict', () => {
	assert.deepEqual(kinds(verdictsAfter([[viewFrom(17050, {lines: ['17050 master 0']})]])), ['no-majority critical']);
	assert.deepEqual(kinds(verdictsAfter([[{...viewFrom(17050), nodes: []}]])), []);
	assert.deepEqual(kinds(verdictsAfter([])), []);
});

test('one node under two names is one view, and one address under two ids is a duplicate', () => {
	const twice = verdictsAfter([
		[viewFrom(17050), {...viewFrom(17050, {atMs: 5}), address: 'localhost:17050' as never}],
	]);
	assert.equal(twice.comparison.views.length, 1);
	assert.equal(twice.comparison.nameOf(idOf(17050)), 'localhost:17050');
	const ghost = viewFrom(17050);
	const line = ghost.nodes[1];
	assert.ok(line);
	const clash = verdictsAfter([[{...ghost, nodes: [...ghost.nodes, {...line, id: idOf(9)}]}]]);
	assert.deepEqual(clash.comparison.duplicateAddresses, [{address: nameOf(17051), ids: [idOf(17051), idOf(9)]}]);
});

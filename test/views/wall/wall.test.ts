import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ReplicaLink} from '../../../source/derive/replica-links.js';
import {message, nodeName} from '../../../source/domain/message.js';
import type {NodeAddress} from '../../../source/domain/node.js';
import {usualKeyboard} from '../../../source/keys/keyboard.js';
import type {Finding} from '../../../source/rules/finding.js';
import type {MonitorState} from '../../../source/state/monitor-state.js';
import {newView} from '../../../source/state/reduce-view.js';
import {verdictOf} from '../../../source/state/verdict.js';
import {lineWidth} from '../../../source/text/fit.js';
import {asciiGlyphs, unicodeGlyphs} from '../../../source/text/glyphs.js';
import {plainText} from '../../../source/text/line.js';
import {figures} from '../../../source/views/figures.js';
import {screenLines} from '../../../source/views/screen.js';
import {headline} from '../../../source/views/wall/headline.js';
import {sceneAt, sceneMs, wallScenes} from '../../../source/views/wall/rotation.js';
import {findingOf} from '../../harness/findings.js';
import {sampledAtMs as nowMs, recordFrom, refusedConnection, stateOf} from '../../harness/records.js';

const record = recordFrom({
	info: {
		server: {redis_version: '7.0.15'},
		memory: {used_memory: '95', maxmemory: '100', mem_not_counted_for_evict: '0'},
		replication: {role: 'master'},
	},
});

const firing = (rule: Finding['rule'], severity: Finding['severity'] = 'critical'): Finding => ({
	rule,
	severity,
	node: record.address,
	subject: undefined,
	problem: `has ${rule}`,
	evidence: [],
	meaning: '',
	next: [],
	sinceMs: nowMs - 754_000,
	clearedAtMs: undefined,
});

const incident: MonitorState = {
	...stateOf([record]),
	findings: [firing('mem.max')],
	incidentSinceMs: nowMs - 754_000,
};

const linkTo = (address: NodeAddress): ReplicaLink => ({
	address,
	state: 'online',
	offset: 1,
	ackAgeSeconds: 0,
	behindBytes: 10,
	behindSeconds: 0,
});

const wall = (state: MonitorState, columns: number, rows: number, glyphs = unicodeGlyphs) =>
	screenLines({
		state,
		view: newView('overview', 1000, true),
		deployment: 'standalone',
		lock: {kind: 'read-only'},
		nowMs,
		liveNowMs: nowMs,
		keyboard: usualKeyboard,
		glyphs,
		columns,
		rows,
	});

const textOf = (...input: Parameters<typeof wall>): string =>
	wall(...input)
		.map(plainText)
		.join('\n');

test('the wall display fills any size exactly, with and without data', () => {
	for (const state of [stateOf([]), stateOf([record]), incident]) {
		for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
			for (const [columns, rows] of [
				[1, 1],
				[40, 10],
				[60, 15],
				[80, 24],
				[120, 40],
				[160, 50],
				[200, 60],
				[400, 120],
			] as const) {
				const lines = wall(state, columns, rows, glyphs);
				assert.equal(lines.length, rows);
				for (const line of lines) {
					assert.equal(lineWidth(line), columns, `${columns}×${rows}: ${plainText(line)}`);
				}
			}
		}
	}
});

test('the worst figure is chosen by the thresholds of each node’s own target', () => {
	const half = {'mem.max.warning': 0.4, 'mem.max.critical': 0.45};
	const memory = (used: number) => ({memory: {used_memory: String(used), maxmemory: '100'}});
	const nodes = [
		recordFrom({address: '10.0.1.11:6379', info: memory(70)}),
		{...recordFrom({address: '10.0.1.12:6379', info: memory(50)}), thresholds: half},
	];
	const [figure] = figures(stateOf(nodes));
	assert.deepEqual(
		[figure?.text, figure?.tone, figure?.thresholds[0], figure?.node?.address],
		['50%', 'critical', '! from 40%  !! from 45%', '10.0.1.12:6379'],
	);
});

test('the wall display has the verdict, the incident clock, and five figures with their thresholds', () => {
	const text = textOf(incident, 200, 60);
	assert.match(text, /has mem\.max/);
	assert.match(text, /since [\d:]+ UTC, the first critical finding/);
	for (const title of [
		'memory, % of maxmemory',
		'rejected connections/s',
		'evicted keys/s',
		'replication delay',
		'slowest p99',
	]) {
		assert.ok(text.includes(title), title);
	}

	assert.match(text, /! from 80% {2}!! from 90%/);
	assert.match(text, /2 Memory/);
	assert.match(text, /Who acted/);
	assert.match(text, /the wall is view-only/);
	assert.match(textOf(incident, 100, 30), /INCIDENT 12:34/);
	assert.match(textOf(stateOf([record]), 200, 60), /no incident/);
});

test('the scenes are the panels with findings, in turn', () => {
	const state = {...incident, findings: [firing('mem.max'), firing('rep.lost'), firing('per.none', 'info')]};
	const scenes = wallScenes(state);
	assert.deepEqual(scenes.map(({panel}) => panel).sort(), ['memory', 'replication']);
	assert.notDeepEqual(sceneAt(scenes, 0), sceneAt(scenes, sceneMs));
	assert.deepEqual(sceneAt(scenes, 0), sceneAt(scenes, 2 * sceneMs));
	assert.deepEqual(wallScenes(stateOf([record])), [{panel: 'overview', node: undefined}]);
});

const onOneHost = (parts: Parameters<typeof recordFrom>[0], port: number) =>
	recordFrom({...parts, address: `127.0.0.1:${port}`});

/** Two shards on one host. The first primary is dead, and its last report of its replica with it. */
const halfDead = stateOf([
	onOneHost(
		{
			reach: 'down',
			failure: refusedConnection,
			lastReplyAtMs: nowMs - 30_000,
			info: {memory: {used_memory: 30, maxmemory: 100}},
		},
		17_001,
	),
	onOneHost({info: {memory: {used_memory: 20, maxmemory: 100}}}, 17_002),
]);

test('no figure, title or threshold of the wall is cut from 80x24 on', () => {
	for (const [columns, rows] of [
		[80, 24],
		[120, 40],
		[200, 60],
	] as const) {
		const lines = wall(halfDead, columns, rows).map(plainText);
		const first = lines.findIndex(row => row.includes('memory'));
		assert.ok(first > 0);
		for (const row of lines.slice(first, first + 8)) {
			assert.doesNotMatch(row, /…/);
		}

		assert.doesNotMatch(lines.at(-1) ?? '', /…/);
	}
});

test('the last value of a dead node is not shown while another node answers', () => {
	const [memory] = figures(halfDead);
	assert.deepEqual([memory?.text, memory?.node?.address], ['20%', '127.0.0.1:17002']);
});

test('a full cache and a full replica have no mark: neither is a problem', () => {
	const full = {used_memory: '99', maxmemory: '100'};
	const toneOf = (policy: string, role: 'primary' | 'replica') =>
		figures(stateOf([recordFrom({role, info: {memory: {...full, maxmemory_policy: policy}}})]))[0]?.tone;
	assert.equal(toneOf('noeviction', 'primary'), 'critical');
	assert.equal(toneOf('volatile-lru', 'primary'), 'critical');
	assert.equal(toneOf('allkeys-lru', 'primary'), 'plain');
	assert.equal(toneOf('noeviction', 'replica'), 'plain');
});

test('the figure of p99 names its command', () => {
	const bounds = new Map([
		['get', {p99: 64}],
		['set', {p99: 500}],
	]);
	const node = {...record, latency: {atMs: nowMs, value: {bounds}}} as unknown as typeof record;
	const [, , , , slowest] = figures(stateOf([node]));
	assert.equal(slowest?.culprit, 'set');
});

test('a replica that receives nothing is behind for at least as long as its last ACK is old', () => {
	const replica = {address: '10.0.1.12:6379' as never, state: 'online', offset: 1, behindSeconds: undefined};
	const delayOf = (behindBytes: number) =>
		figures(stateOf([{...record, replicas: [{...replica, behindBytes, ackAgeSeconds: 37}]}]))[3];
	assert.deepEqual([delayOf(1000)?.text, delayOf(1000)?.tone], ['≥37s', 'critical']);
	assert.equal(delayOf(0)?.text, '-');
});

test('large letters show whole sentences, and shorter ones where there is less room', () => {
	const verdict = verdictOf(halfDead, nowMs);
	assert.deepEqual(headline(verdict, halfDead, 196, 3), [
		'CRITICAL: refuses connections: nothing listens on',
		'the port',
	]);
	assert.deepEqual(headline(verdict, halfDead, 116, 2), [
		'CRITICAL: refuses connections:',
		'nothing listens on the port',
	]);
	assert.deepEqual(headline(verdict, halfDead, 76, 2), ['CRITICAL: refuses', 'connections']);
	const problem = 'leaves slots 0-5460 (5,461 slots) unserved';
	const unserved = {...incident, findings: [{...firing('mem.max'), problem}]};
	const text = headline(verdictOf(unserved, nowMs), unserved, 76, 2).join(' ');
	assert.match(text, /leaves slots 0-5460 unserved/, 'details in parentheses are left out before the end is cut');
	const long = {
		...unserved,
		findings: [{...firing('mem.max'), problem: `${problem}, 10.0.1.12:6379 may not take over`}],
	};
	assert.deepEqual(
		headline(verdictOf(long, nowMs), long, 76, 2),
		['!! leaves slots', '0-5460 unserved'],
		'the first clause',
	);
});

test('a node that may just be restarting is no incident, and the display does not say that nothing is wrong', () => {
	assert.match(textOf(halfDead, 120, 40), /no incident yet: it may be a restart/);
	assert.match(textOf(stateOf([record]), 120, 40), /no incident: nothing critical now/);
});

test('in ASCII the lower part has room at 80x24 too', () => {
	assert.match(textOf(incident, 80, 24, asciiGlyphs), /2 Memory/);
});

test('in ASCII a blank line separates two lines of large letters', () => {
	const long = {...firing('mem.max'), problem: 'refuses writes to every key of each database that it has'};
	const rows = wall({...incident, findings: [long]}, 120, 40, asciiGlyphs).map(plainText);
	const bar = rows.findIndex(row => row.startsWith('  !!'));
	assert.deepEqual(
		rows.slice(1, bar).map(row => /#/.test(row)),
		[false, true, true, true, true, true, false, true, true, true, true, true],
	);
});

for (const [columns, rows] of [
	[120, 40],
	[200, 60],
] as const) {
	test(`digits are a quarter of the height at ${columns}x${rows}`, () => {
		const lines = wall(incident, columns, rows).map(plainText);
		const top = lines.findIndex(text => text.includes('memory'));
		const cards = lines.slice(
			top,
			lines.findIndex((text, index) => index > top && text.startsWith('└')),
		);
		const digits = cards.filter(text => text.slice(0, Math.floor(columns / 5)).includes('█'));
		assert.equal(digits.length, rows / 4, lines.join('\n'));
	});
}

test('the strip shows a rare slow command in place of the p99 of frequent ones, and says of which it is', () => {
	const bounds = (calls: number, bound: number) => ({
		calls,
		p50: undefined,
		p99: calls < 100 ? undefined : bound,
		p999: undefined,
		max: bound,
		overMs: 10_000,
		buckets: [{bound, count: calls}],
	});
	const slowest = (...commands: ReadonlyArray<readonly [string, ReturnType<typeof bounds>]>) => {
		const value = {histograms: new Map(), elapsedMs: 0, runId: undefined, bounds: new Map(commands)};
		const node = {...recordFrom({address: '10.0.1.11:6379'}), latency: {atMs: 0, value}};
		const {labels, text, culprit, tone, thresholds} = figures(stateOf([node])).at(-1) ?? {};
		return [labels?.at(-1), text, culprit, tone, thresholds?.[0]];
	};
	assert.deepEqual(slowest(['get', bounds(5000, 32)], ['keys', bounds(20, 524_287)]), [
		'p99',
		'≤524 ms',
		'keys',
		'warning',
		'! from 10.0 ms',
	]);
	assert.deepEqual(slowest(['get', bounds(5000, 32)], ['sort', bounds(1, 33_553)]), [
		'p99',
		'≤0.03 ms',
		'get',
		'plain',
		'! from 10.0 ms  !! from 100 ms',
	]);
});

test('memory without a limit says so, and memory that is not known is a dash', () => {
	const text = (fields: Readonly<Record<string, number>>) =>
		figures(stateOf([recordFrom({info: {memory: fields}})]))[0]?.text;
	assert.equal(text({used_memory: 5, maxmemory: 0}), 'no limit');
	assert.equal(text({used_memory: 5}), '-');
	assert.equal(text({used_memory: 5, maxmemory: 10}), '50%');
});

test('the delay names the replica, and a single node is named by the header alone', () => {
	const one = '10.0.1.11:6379' as NodeAddress;
	const other = '10.0.1.12:6379' as NodeAddress;
	const replicas = [{...linkTo(other), behindSeconds: 44}];
	const pair = stateOf([recordFrom({address: one, replicas}), recordFrom({address: other, role: 'replica'})]);
	const delay = figures(pair).find(({labels}) => labels.includes('repl delay'));
	assert.equal(delay?.named, other);
	assert.equal(delay?.node?.address, one);
	const alone = wall(stateOf([record]), 80, 24)
		.slice(1)
		.map(plainText)
		.filter(row => row.includes('╭') || row.includes('│'));
	assert.equal(
		alone.slice(0, 9).some(row => row.includes('10.0.1.1')),
		false,
	);
});

test('a delay is in seconds without a letter, which would look like a digit, and the title has the unit', () => {
	const delayOf = (behindSeconds: number) =>
		figures(stateOf([{...record, replicas: [{...linkTo('10.0.1.12:6379' as NodeAddress), behindSeconds}]}]))[3];
	assert.deepEqual(new Set(delayOf(22)?.large), new Set(['22']));
	assert.deepEqual(new Set(delayOf(61)?.large), new Set(['61']));
	assert.ok(delayOf(61)?.titles.every(title => title.endsWith(', s')));
	assert.equal(delayOf(5400)?.large[0], '1h30m');
	assert.ok(delayOf(5400)?.titles.every(title => !title.includes(', s')));
});

test('the rates of the wall are digits alone, because their titles have the unit', () => {
	const rates = figures(stateOf([recordFrom({values: {connectionsRejected: 12, evicted: 0}})])).slice(1, 3);
	assert.deepEqual(
		rates.map(({text, large}) => [text, large[0]]),
		[
			['12/s', '12'],
			['0/s', '0'],
		],
	);
	assert.ok(rates.every(({titles}) => titles.every(title => title.endsWith('/s'))));
});

test('a p99 below a tenth of a millisecond is never rounded up to 0.1', () => {
	const bounds = new Map([['set', {p99: 16}]]);
	const node = {...record, latency: {atMs: nowMs, value: {bounds}}} as unknown as typeof record;
	assert.deepEqual(figures(stateOf([node]))[4]?.large, ['≤0.02', '0.02']);
});

test('line 1 of the wall has no lock, interval or round trip, and its events do not name the only node', () => {
	const event = {
		atMs: nowMs,
		severity: 'critical',
		node: record.address,
		text: 'refuses writes',
		kind: 'finding-opened',
	};
	const rows = wall({...incident, events: [event]} as unknown as MonitorState, 200, 60).map(plainText);
	assert.doesNotMatch(rows[0] ?? '', /LOCKED| 1s |rtt/);
	assert.match(rows[0] ?? '', /10\.0\.1\.11:6379.*age/);
	const shown = rows.find(row => row.includes('refuses writes')) ?? '';
	assert.doesNotMatch(shown.slice(shown.indexOf('!! ')), /10\.0\.1\.11/);
});

test('the wall display has no cursor, and a blank line between the bar and the large letters below it', () => {
	const lines = wall({...incident, findings: [firing('conn.rtt')]}, 120, 40);
	assert.ok(lines.some(each => plainText(each).includes('9 Findings')));
	assert.doesNotMatch(lines.map(plainText).join('\n'), />/);
	assert.ok(lines.flat().every(({isUnderCursor}) => isUnderCursor !== true));
	const bar = lines.findIndex(each => each.some(({tone}) => tone === 'critical-bar'));
	assert.equal(plainText(lines[bar + 1] ?? []).trim(), '');
	assert.match(plainText(lines[bar + 2] ?? []), /[▀█]/);
});

test('the card of memory without a limit says so', () => {
	const free = recordFrom({info: {memory: {used_memory: 5, maxmemory: 0}}});
	for (const [columns, rows] of [
		[80, 24],
		[120, 40],
		[200, 60],
	] as const) {
		assert.match(textOf(stateOf([free]), columns, rows), /│ no limit/);
	}
});

test('below a figure there is no age of data unless the data is old, because it would look like the figure', () => {
	const replicas = [{...linkTo('10.0.1.12:6379' as NodeAddress), behindSeconds: 61}];
	const fresh = stateOf([{...record, replicas}, recordFrom({address: '10.0.1.12:6379', role: 'replica'})]);
	const cards = textOf(fresh, 200, 60).split('\n').slice(8);
	assert.doesNotMatch(cards.join('\n'), /\d\.\ds/);
	const old = stateOf([{...record, lastReplyAtMs: nowMs - 12_000}]);
	assert.match(textOf(old, 200, 60), /data 12s old/);
});

test('a time in the last bucket has no upper bound: the figure shows the lower one, as panel 5 does', () => {
	const bounds = new Map([['keys', {p99: 1_082_130}]]);
	const node = {...record, latency: {atMs: nowMs, value: {bounds}}} as unknown as typeof record;
	const [, , , , slowest] = figures(stateOf([node]));
	assert.deepEqual([slowest?.text, slowest?.large], ['>541 ms', ['>541']]);
});

test('memory just below its limit is never shown as 100', () => {
	const full = {used_memory: '9980', maxmemory: '10000', mem_not_counted_for_evict: '0'};
	const [memory] = figures(stateOf([recordFrom({info: {memory: full}})]));
	assert.deepEqual(memory?.large.slice(-2), ['99%', '99']);
});

for (const [columns, rows] of [
	[120, 40],
	[200, 60],
] as const) {
	test(`a figure of three digits is as wide as its card allows at ${columns}x${rows}`, () => {
		const full = recordFrom({info: {memory: {used_memory: '100', maxmemory: '100', maxmemory_policy: 'noeviction'}}});
		const card = wall(stateOf([full]), columns, rows).map(each =>
			plainText(each).slice(1, Math.floor(columns / 5) - 1),
		);
		const top = card.findIndex(text => text.includes('memory'));
		const digits = card.slice(top + 2, top + 2 + rows / 4);
		const width =
			Math.max(...digits.map(text => text.trimEnd().length)) - Math.min(...digits.map(text => text.search(/█/)));
		const room = Math.floor(columns / 5) - 2;
		assert.ok(width <= room && width + 11 > room, digits.join('\n'));
	});
}

test('a slow command counts by its mean while the histograms show only fast calls', () => {
	const command = (name: string, meanMicroseconds: number, callsPerSecond = 3) =>
		({command: name, meanMicroseconds, callsPerSecond}) as never;
	const bounds = new Map([['get', {p99: 16}]]);
	const node = {
		...record,
		commands: [command('keys', 178_000), command('get', 2)],
		latency: {atMs: nowMs, value: {bounds}},
	} as unknown as typeof record;
	const [, , , , slowest] = figures(stateOf([node]));
	assert.deepEqual(
		[slowest?.labels.at(-1), slowest?.text, slowest?.culprit, slowest?.tone, slowest?.large[0]],
		['p99', '≥178 ms', 'keys', 'warning', '≥178'],
	);
	const many = {...(command('keys', 178_000) as object), callsOfInterval: 100} as never;
	assert.equal(figures(stateOf([{...node, commands: [many]}]))[4]?.text, '178 ms', 'the p99 of many may be less');
	const once = {...node, commands: [command('sort', 178_000, 0.1)]} as unknown as typeof record;
	assert.equal(figures(stateOf([once]))[4]?.labels.at(-1), 'p99', 'a single call takes too little of the time');
	const dead = {...node, failure: refusedConnection};
	assert.equal(figures(stateOf([dead]))[4]?.text, '-', 'the last times of a dead node are no figures of now');
});

test('the wall names only the actions on nodes of this deployment', () => {
	const entry = (target: string) =>
		({
			at: new Date(nowMs - 5000).toISOString(),
			osUser: `user-of-${target}`,
			phase: 'verified',
			action: 'bgsave',
			target,
		}) as never;
	const audit = {entries: [entry(record.address), entry('10.9.9.9:1')], broken: 0, fixes: [], problem: undefined};
	const text = textOf({...stateOf([record]), audit}, 200, 60);
	assert.match(text, new RegExp(`user-of-${record.address}`));
	assert.doesNotMatch(text, /user-of-10\.9/);
});

test('large letters name a node by its port, even where the whole address would fit', () => {
	const [primary, replica] = ['10.0.1.12:6379', '10.0.1.12:6380'] as [NodeAddress, NodeAddress];
	const behind = findingOf('rep.lag_bytes', 'warning', primary, {
		problem: message`replica ${nodeName(replica)} is 16.2M behind`,
	});
	const state = {...stateOf([recordFrom({address: primary}), recordFrom({address: replica})]), findings: [behind]};
	assert.deepEqual(headline(verdictOf(state, nowMs), state, 400, 3), ['WARNING: replica :6380 is 16.2M behind']);
});

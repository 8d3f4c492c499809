import assert from 'node:assert/strict';
import test from 'node:test';
import type {BusLinks} from '../../source/domain/bus-links.js';
import type {NodeId} from '../../source/domain/node.js';
import {clientListPeriod, isListAwaited} from '../../source/poll/client-list-schedule.js';
import type {PollDemand, PollInterest} from '../../source/poll/poll-demand.js';
import {blindMs, requestsDue} from '../../source/poll/poll-plan.js';
import {newPollState, type PollState, updateFromInfo, updateFromReplies} from '../../source/poll/poll-state.js';
import {polledSettings} from '../../source/poll/polled-settings.js';
import {allRequests, type RequestKind, requestOf} from '../../source/poll/requests.js';
import {redisVersion} from '../../source/poll/server-version.js';
import {isReadCommand} from '../../source/wire/read-commands.js';
import {infoOf} from '../harness/records.js';
import {sampleOf} from '../harness/samples.js';

const all: readonly PollInterest[] = ['clients', 'histograms', 'slowlog', 'cluster'];

const demand = (parts: Partial<PollDemand> = {}): PollDemand => ({
	isFocused: true,
	interests: new Set(all),
	isByHand: false,
	links: 'not-now',
	...parts,
});

/** A node that was asked before: Redis 7.2, few clients, no cluster. */
const memory = (parts: Partial<PollState> = {}): PollState => ({
	...newPollState(),
	version: [7, 2],
	runId: 'run-1',
	connectedClients: 20,
	busiestCommands: ['get', 'config|get'],
	...parts,
});

const askedAt = (...asked: ReadonlyArray<readonly [RequestKind, number]>): Pick<PollState, 'lastAskedMs'> => ({
	lastAskedMs: new Map(asked),
});

/** What rules alone look at, once a minute; its own table stands below. */
const rareKinds: ReadonlySet<RequestKind> = new Set([
	'latency-events',
	'latency-history',
	'large-requests',
	'large-replies',
	'modules',
	'module-info',
	'access-log',
	'acl-users',
	'backup',
	'shard-id',
	'foreign-slot-keys',
	'default-rights',
]);
const allKindsDue = (known: PollState, wanted: PollDemand, nowMs = 0): readonly RequestKind[] =>
	requestsDue(known, wanted, nowMs).map(({kind}) => kind);
const kindsDue = (...given: Parameters<typeof allKindsDue>): readonly RequestKind[] =>
	allKindsDue(...given).filter(kind => !rareKinds.has(kind));

const linksRead = (['cluster-nodes', 'cluster-info', 'cluster-links', 'config'] as const).map(
	(kind): readonly [RequestKind, number] => [kind, 0],
);
const gapped = (isConfirmed: boolean): BusLinks => ({
	present: 1,
	expected: 2,
	gaps: [{direction: 'to', peer: 'a'.repeat(40) as NodeId, isConfirmed}],
	unsentBytes: 0,
	backlogs: [],
});
const nobody = demand({isFocused: false, interests: new Set()});
const cases: ReadonlyArray<readonly [string, PollState, PollDemand, number, readonly RequestKind[]]> = [
	['first poll, not in focus', newPollState(), nobody, 0, ['info']],
	['first poll, in focus', newPollState(), demand(), 0, ['info', 'commandstats']],
	['first poll, by hand', newPollState(), demand({isByHand: true}), 0, ['info', 'commandstats']],
	['not in focus: its settings, for the rules', memory(), nobody, 0, ['info', 'config']],
	['not in focus, whatever is of interest', memory(), demand({isFocused: false}), 0, ['info', 'config']],
	['not in focus, a minute later', memory(askedAt(['config', 0])), nobody, 60_000, ['info']],
	['not in focus, five minutes later', memory(askedAt(['config', 0])), nobody, 300_000, ['info', 'config']],
	[
		'in focus, a moment after somebody set a setting',
		memory({...askedAt(['config', 0]), settingsWritten: 3, settingsWrittenWhenRead: 2}),
		demand({interests: new Set()}),
		3000,
		['info', 'config'],
	],
	[
		'in focus, and nobody set a setting',
		memory({...askedAt(['config', 0]), settingsWritten: 3, settingsWrittenWhenRead: 3}),
		demand({interests: new Set()}),
		3000,
		['info'],
	],
	['in focus, nothing of interest', memory(), demand({interests: new Set()}), 0, ['info', 'config']],
	['in focus, all of interest', memory(), demand(), 0, ['info', 'slowlog', 'clients', 'histograms', 'config']],
	[
		'its turn to have its slow log read',
		memory(askedAt(['config', 0], ['slowlog', 0])),
		{...nobody, isSlowlogDue: true},
		1000,
		['info', 'slowlog'],
	],
	[
		'its slow log once, for what was before the start',
		memory(askedAt(['config', 0])),
		{...nobody, isMerged: true, asksEarlier: true},
		1000,
		['info', 'slowlog'],
	],
	[
		'its slow log was read for that',
		memory(askedAt(['config', 0], ['slowlog', 0])),
		{...nobody, isMerged: true, asksEarlier: true},
		60_000,
		['info'],
	],
	['slow log alone', memory(), demand({interests: new Set(['slowlog'] as const)}), 0, ['info', 'slowlog', 'config']],
	[
		'no command has been called yet',
		memory({busiestCommands: []}),
		demand(),
		0,
		['info', 'slowlog', 'clients', 'config'],
	],
	[
		'cluster, in focus',
		memory({hasCluster: true}),
		demand({interests: new Set(['cluster'] as const)}),
		0,
		['info', 'cluster-nodes', 'cluster-info', 'config'],
	],
	[
		'cluster, not in focus: its own view, and the settings that a view is evaluated by',
		memory({hasCluster: true}),
		nobody,
		0,
		['info', 'cluster-nodes', 'cluster-info', 'config'],
	],
	[
		'cluster at rest, a second later',
		memory({hasCluster: true, ...askedAt(['cluster-nodes', 0], ['cluster-info', 0], ['config', 0])}),
		nobody,
		1000,
		['info'],
	],
	[
		'cluster at rest, two seconds later: the digest',
		memory({hasCluster: true, ...askedAt(['cluster-nodes', 0], ['cluster-info', 0], ['config', 0])}),
		nobody,
		2000,
		['info', 'cluster-info'],
	],
	[
		'cluster, its links: with the view they are compared with',
		memory({hasCluster: true, ...askedAt(['cluster-nodes', 0], ['cluster-info', 0], ['config', 0])}),
		{...nobody, links: 'scheduled'},
		1000,
		['info', 'cluster-links', 'cluster-nodes'],
	],
	[
		'cluster, half a minute before its links come again',
		memory({hasCluster: true, ...askedAt(...linksRead)}),
		{...nobody, links: 'scheduled'},
		29_000,
		['info', 'cluster-nodes', 'cluster-info'],
	],
	[
		'cluster, half a minute later',
		memory({hasCluster: true, ...askedAt(...linksRead)}),
		{...nobody, links: 'scheduled'},
		30_000,
		['info', 'cluster-nodes', 'cluster-info', 'cluster-links'],
	],
	[
		'a gap among its links, out of turn',
		memory({hasCluster: true, busLinks: gapped(false), ...askedAt(...linksRead)}),
		nobody,
		3000,
		['info', 'cluster-info', 'cluster-links', 'cluster-nodes'],
	],
	[
		'a gap that stays',
		memory({hasCluster: true, busLinks: gapped(true), ...askedAt(...linksRead)}),
		nobody,
		3000,
		['info', 'cluster-info'],
	],
	[
		'before there was CLUSTER LINKS',
		memory({version: [6, 2], hasCluster: true, ...askedAt(...linksRead)}),
		{...nobody, links: 'now'},
		1000,
		['info'],
	],
	[
		'cluster in a change: every view at every tick',
		memory({hasCluster: true, ...askedAt(['cluster-nodes', 0], ['cluster-info', 0], ['config', 0])}),
		{...nobody, views: 'now'},
		200,
		['info', 'cluster-nodes', 'cluster-info'],
	],
	[
		'large cluster, not in the sample: the digest alone, every five seconds',
		memory({hasCluster: true, ...askedAt(['cluster-info', 0], ['config', 0])}),
		{...nobody, views: 'not-now'},
		4000,
		['info'],
	],
	[
		'large cluster, five seconds later',
		memory({hasCluster: true, ...askedAt(['cluster-info', 0], ['config', 0])}),
		{...nobody, views: 'not-now'},
		5000,
		['info', 'cluster-info'],
	],
	[
		'open slots are counted, eight at most',
		memory({
			hasCluster: true,
			openSlots: Array.from({length: 9}, (_, slot) => slot),
			...askedAt(['cluster-nodes', 0], ['cluster-info', 0], ['config', 0]),
		}),
		nobody,
		0,
		['info', ...Array.from({length: 8}, () => 'slot-keys' as const)],
	],
	[
		'servers that move slots by themselves',
		memory({
			hasCluster: true,
			valkey: [9, 0],
			...askedAt(['cluster-nodes', 0], ['cluster-info', 0], ['config', 0]),
		}),
		nobody,
		0,
		['info', 'slot-migrations'],
	],
	[
		'asked just now',
		memory({...askedAt(['slowlog', 0], ['clients', 0], ['histograms', 0], ['config', 0]), histogramReadings: 3}),
		demand(),
		1000,
		['info'],
	],
	[
		'five seconds later',
		memory({...askedAt(['slowlog', 0], ['clients', 0], ['histograms', 0], ['config', 0]), histogramReadings: 3}),
		demand(),
		5000,
		['info', 'slowlog', 'clients'],
	],
	[
		'a turn that comes some milliseconds early still counts',
		memory({...askedAt(['slowlog', 0], ['clients', 0], ['histograms', 0], ['config', 0]), histogramReadings: 3}),
		demand(),
		4960,
		['info', 'slowlog', 'clients'],
	],
	[
		'the second histogram comes soon after the first',
		memory({...askedAt(['slowlog', 0], ['clients', 0], ['histograms', 0], ['config', 0]), histogramReadings: 1}),
		demand(),
		2000,
		['info', 'histograms'],
	],
	[
		'and the third one soon after the second',
		memory({...askedAt(['slowlog', 3000], ['clients', 3000], ['histograms', 0], ['config', 0]), histogramReadings: 2}),
		demand(),
		4000,
		['info', 'histograms'],
	],
	[
		'ten seconds later',
		memory({...askedAt(['slowlog', 6000], ['clients', 6000], ['histograms', 0], ['config', 0]), histogramReadings: 3}),
		demand(),
		10_000,
		['info', 'histograms'],
	],
	[
		'a minute later',
		memory({
			...askedAt(['slowlog', 59_000], ['clients', 59_000], ['histograms', 59_000], ['config', 0]),
			histogramReadings: 3,
		}),
		demand(),
		60_000,
		['info', 'config'],
	],
	[
		'by hand: everything of interest',
		memory(askedAt(['slowlog', 0], ['clients', 0], ['histograms', 0], ['config', 0])),
		demand({isByHand: true}),
		100,
		['info', 'slowlog', 'clients', 'histograms', 'config'],
	],
	[
		'2,001 clients: CLIENT LIST not by itself',
		memory({connectedClients: 2001}),
		demand(),
		0,
		['info', 'slowlog', 'histograms', 'config'],
	],
	[
		'2,001 clients: those with a flag, unless the server has refused the filter',
		memory({connectedClients: 2001, clientFlags: ['O', 'b']}),
		demand(),
		0,
		['info', 'slowlog', 'flagged-clients', 'flagged-clients', 'histograms', 'config'],
	],
	[
		'2,001 clients of a server without filters',
		memory({connectedClients: 2001, clientFlags: ['O'], hasClientFilters: false}),
		demand(),
		0,
		['info', 'slowlog', 'histograms', 'config'],
	],
	[
		'2,001 clients: CLIENT LIST by hand',
		memory({connectedClients: 2001}),
		demand({isByHand: true}),
		0,
		['info', 'slowlog', 'clients', 'histograms', 'config'],
	],
	[
		'6.2: a section a call, no histograms, settings one by one',
		memory({version: [6, 2]}),
		demand(),
		0,
		['info', 'commandstats', 'slowlog', 'clients', ...polledSettings.map(() => 'config' as const)],
	],
	['5.0, not in focus', memory({version: [5, 0]}), nobody, 0, ['info', ...polledSettings.map(() => 'config' as const)]],
];

for (const [name, known, wanted, nowMs, kinds] of cases) {
	test(`the requests that are due: ${name}`, () => {
		assert.deepEqual(kindsDue(known, wanted, nowMs), kinds);
	});
}

const commands = (known: PollState, wanted: PollDemand) =>
	requestsDue(known, wanted, 0).map(({command}) => command.join(' '));

test('refusals are counted from INFO errorstats, and noted when ACL LOG is read', () => {
	const state = newPollState();
	const refused = (noperm: number, wrongpass: number) =>
		updateFromInfo(
			state,
			sampleOf({
				errorstats: {
					errorstat_NOPERM: `count=${noperm}`,
					errorstat_WRONGPASS: `count=${wrongpass}`,
					errorstat_ERR: 'count=7',
				},
			}),
		);
	refused(3, 1);
	assert.deepEqual([state.refusals, state.refusalsWhenRead], [4, undefined]);
	updateFromReplies(state, {accessLog: []}, 0);
	refused(3, 2);
	assert.deepEqual([state.refusals, state.refusalsWhenRead], [5, 4]);
	updateFromInfo(state, sampleOf({server: {redis_version: '6.0.0'}}));
	assert.equal(state.refusals, undefined, 'before 6.2 nothing counts them');
});

test('since 7.0 one INFO names all its sections, and before 7.0 each INFO names at most one', () => {
	const [modern = ''] = commands(memory({version: [7, 0]}), demand());
	assert.match(
		modern,
		/^INFO server clients memory persistence stats replication cpu cluster keyspace errorstats threads/,
	);
	assert.match(modern, / commandstats$/);
	assert.doesNotMatch(commands(memory({version: [7, 0]}), nobody)[0] ?? '', /commandstats/);
	assert.deepEqual(commands(memory({version: [6, 2]}), demand()).slice(0, 2), ['INFO', 'INFO commandstats']);
});

test('no poll asks for a password or for all settings, or sends a command that is no read', () => {
	for (const version of [undefined, [2, 8], [6, 2], [7, 0], [9, 1]] as const) {
		const known = memory({version, hasCluster: true});
		for (const {command} of requestsDue(known, demand({isByHand: true}), 0)) {
			assert.ok(isReadCommand(command), command.join(' '));
			assert.doesNotMatch(command.join(' '), /pass|auth|\*/i);
		}
	}
});

test('slots of other nodes are counted in small parts, faster while their panel is open, and then once an hour', () => {
	const counts = (known: Partial<PollState>, wanted: PollDemand, nowMs: number) =>
		requestsDue(memory({hasCluster: true, ...asked(0), ownSlots: [{first: 0, last: 8191}], ...known}), wanted, nowMs)
			.filter(({kind}) => kind === 'foreign-slot-keys')
			.map(({command}) => Number(command.at(-1)));
	const shown = demand({interests: new Set(['cluster'])});
	const atRest = demand({interests: new Set()});
	assert.deepEqual(counts({}, shown, 1000).slice(0, 2), [8192, 8193]);
	assert.equal(counts({}, shown, 1000).length, 256);
	assert.equal(counts({}, atRest, 9000).length, 0);
	assert.equal(counts({}, atRest, 10_000).length, 64);
	assert.equal(counts({}, nobody, 10_000).length, 0);
	assert.equal(counts({}, {...shown, isWholeAtOnce: true}, 10_000).length, 0);
	assert.equal(counts({ownSlots: []}, shown, 10_000).length, 0);
	const over = {slotAudit: {isWhole: true, countOfSlot: new Map(), nextSlot: 16_384}};
	assert.equal(counts(over, shown, 60_000).length, 0);
	assert.equal(counts(over, shown, 3_600_000).length, 256);
});

const periods: ReadonlyArray<readonly [number, number | undefined]> = [
	[0, 5000],
	[500, 5000],
	[501, 15_000],
	[2000, 15_000],
	[2001, undefined],
	[100_000, undefined],
];

for (const [clients, periodMs] of periods) {
	test(`CLIENT LIST of ${clients} clients is asked for ${periodMs === undefined ? 'by hand' : `every ${periodMs} ms`}`, () => {
		assert.equal(clientListPeriod(clients, true), periodMs);
		assert.equal(clientListPeriod(clients, false), periodMs && 6 * periodMs);
	});
}

test('for rules alone CLIENT LIST is asked for seldom, unless the digest of INFO has changed', () => {
	const forRules = demand({interests: new Set(['client-rules'])});
	const isAsked = (known: Partial<PollState>, wanted: PollDemand, nowMs: number) =>
		kindsDue(memory({...askedAt(['clients', 0]), ...known}), wanted, nowMs).includes('clients');
	const unchanged = {clientDigest: 'a', listedClientDigest: 'a'};
	const changed = {clientDigest: 'b', listedClientDigest: 'a'};
	assert.deepEqual(
		[5000, 29_000, 30_000].map(nowMs => isAsked(unchanged, forRules, nowMs)),
		[false, false, true],
	);
	assert.deepEqual(
		[4000, 5000].map(nowMs => isAsked(changed, forRules, nowMs)),
		[false, true],
	);
	assert.equal(isAsked(unchanged, demand({interests: new Set(['clients'])}), 5000), true);
	assert.equal(isAsked(changed, demand({interests: new Set()}), 60_000), false);
});

const digestOf = (sections: Parameters<typeof sampleOf>[0]) => {
	const state = newPollState();
	updateFromInfo(state, sampleOf(sections));
	return state.clientDigest;
};

test('a client that comes, blocks, is paused or holds a buffer changes the digest of INFO; ordinary traffic does not', () => {
	const traffic = (rate: number) => digestOf({stats: {instantaneous_ops_per_sec: rate}});
	assert.equal(traffic(2000), traffic(2500));
	const output = (bytes: number) => digestOf({clients: {client_recent_max_output_buffer: bytes}});
	assert.equal(output(20_504), output(900_000));
	const digests = [
		digestOf({}),
		digestOf({clients: {connected_clients: 21}}),
		digestOf({clients: {blocked_clients: 1}}),
		digestOf({clients: {paused_reason: 'client_pause'}}),
		output(33_554_433),
		digestOf({clients: {client_recent_max_input_buffer: 67_108_865}}),
		digestOf({memory: {mem_clients_normal: 90_000_000}}),
		digestOf({memory: {mem_clients_slaves: 90_000_000}}),
		digestOf({stats: {evicted_clients: 1}}),
		traffic(1000),
	];
	assert.equal(new Set(digests).size, digests.length);
});

test('a node with many errors is asked which commands fail and for its clients, out of focus too', () => {
	const state = memory();
	const poll = (replies: number | undefined, elapsedMs: number) => {
		const sample = sampleOf(replies === undefined ? {} : {stats: {total_error_replies: replies}});
		updateFromInfo(state, {...sample, runId: 'run-1', elapsedMs}, false);
		const due = requestsDue({...state, version: [7, 2]}, nobody, elapsedMs);
		return [
			due.some(({kind}) => kind === 'clients'),
			due.some(({kind, command}) => kind === 'info' && command.includes('commandstats')),
		];
	};
	const [no, yes] = [
		[false, false],
		[true, true],
	];
	assert.deepEqual(poll(5000, 1000), no, 'errors from before the start');
	assert.deepEqual(poll(5002, 2000), no, 'two a second');
	assert.deepEqual(poll(5010, 10_000), no, 'one a second over eight seconds');
	assert.deepEqual(poll(5013, 11_000), yes);
	assert.equal(isListAwaited(state, nobody), true);
	assert.deepEqual(
		[12, 13, 14, 15].flatMap(second => poll(5013, second * 1000)),
		Array(8).fill(true),
	);
	assert.deepEqual(poll(5013, 16_000), no);
	assert.deepEqual(poll(undefined, 17_000), no, 'before 6.2');
});

test('after CLIENT LIST was read, the digest of its INFO is the known one', () => {
	const state = memory({clientDigest: 'b', listedClientDigest: 'a'});
	updateFromReplies(state, {}, 0);
	assert.equal(state.listedClientDigest, 'a');
	updateFromReplies(state, {clients: []}, 0);
	assert.equal(state.listedClientDigest, 'b');
});

test('clients that changed while the node was out of focus are listed once it is in focus', () => {
	const state = newPollState();
	const poll = (clients: number, isFocused: boolean) =>
		updateFromInfo(state, sampleOf({clients: {connected_clients: clients}}), isFocused);
	poll(20, true);
	updateFromReplies(state, {clients: []}, 0);
	poll(25, false);
	assert.equal(isListAwaited(state, demand({interests: new Set(['client-rules'])})), false, 'nobody looks');
	poll(25, true);
	assert.equal(isListAwaited(state, demand({interests: new Set(['client-rules'])})), true);
});

const asked = (atMs: number) => askedAt(...[...rareKinds, 'config' as const].map(kind => [kind, atMs] as const));
const withoutHistory = {
	lastAskedMs: new Map([...asked(0).lastAskedMs].filter(([kind]) => kind !== 'latency-history')),
};
const valkey81 = {valkey: [8, 1] as const};
const denied = {
	spot: {command: 'CONFIG GET', kind: 'denied', why: 'NOPERM', grant: '+config|get'},
	untilMs: blindMs,
} as const;
const rareCases: ReadonlyArray<readonly [string, PollState, PollDemand, number, readonly RequestKind[]]> = [
	['nothing before the settings were read', memory(valkey81), nobody, 0, []],
	['but what is on the screen', memory(valkey81), demand(), 0, ['large-requests', 'large-replies']],
	[
		'then all of it',
		memory({...valkey81, ...askedAt(['config', 0])}),
		nobody,
		1000,
		['latency-events', 'large-requests', 'large-replies', 'modules', 'access-log', 'acl-users'],
	],
	[
		'who may not read settings is asked for none of it',
		memory({...asked(0), blind: new Map([['config', denied]])}),
		nobody,
		300_000,
		[],
	],
	[
		'what was before the start: the history of each latency event, once',
		memory({...withoutHistory, latencyEvents: ['command', 'fork']}),
		{...nobody, isMerged: true, asksEarlier: true},
		1000,
		['latency-history', 'latency-history'],
	],
	[
		'and never again',
		memory({...asked(0), latencyEvents: ['command']}),
		{...nobody, isMerged: true, asksEarlier: true},
		60_000,
		['latency-events'],
	],
	[
		'not of who may not read settings',
		memory({...withoutHistory, blind: new Map([['config', denied]]), latencyEvents: ['command']}),
		{...nobody, isMerged: true, asksEarlier: true},
		1000,
		[],
	],
	['in focus, ten seconds later', memory(asked(0)), demand(), 10_000, ['latency-events']],
	['no latency monitor', memory({...asked(0), latencyThreshold: '0'}), demand(), 10_000, []],
	[
		'no latency monitor, but a reply was pending',
		memory({...asked(0), latencyThreshold: '0', isRecovering: true}),
		demand(),
		10_000,
		['latency-events'],
	],
	[
		'in focus, a minute later',
		memory(asked(0)),
		demand(),
		60_000,
		['latency-events', 'modules', 'access-log', 'acl-users'],
	],
	['not in focus, a minute later', memory(asked(0)), nobody, 60_000, ['latency-events']],
	[
		'in focus, and requests were refused since its ACL LOG was read',
		memory({refusals: 8, refusalsWhenRead: 5, ...asked(0)}),
		demand(),
		5000,
		['access-log', 'acl-users'],
	],
	['in focus, and none was refused', memory({refusals: 8, refusalsWhenRead: 8, ...asked(0)}), demand(), 5000, []],
	[
		'not in focus, and requests were refused since its ACL LOG was read',
		memory({refusals: 8, refusalsWhenRead: 5, ...asked(0)}),
		nobody,
		10_000,
		['access-log'],
	],
	[
		'Valkey, slow log on the screen',
		memory({...valkey81, ...asked(0)}),
		demand(),
		5000,
		['large-requests', 'large-replies'],
	],
	[
		'Valkey, something else on the screen',
		memory({...valkey81, ...asked(0)}),
		demand({interests: new Set()}),
		5000,
		[],
	],
	['Valkey, not in focus', memory({...valkey81, ...asked(0)}), nobody, 299_000, ['latency-events']],
	['Valkey 8.0 has no COMMANDLOG', memory({valkey: [8, 0], ...asked(0)}), demand(), 5000, []],
	[
		'a module that tells of its failures',
		memory({hasSearchModule: true, ...asked(0)}),
		nobody,
		300_000,
		['latency-events', 'modules', 'module-info', 'access-log', 'acl-users'],
	],
	[
		'the default user without a password',
		memory(asked(0)),
		{...nobody, isAnonymous: true},
		300_000,
		['latency-events', 'modules', 'access-log', 'acl-users', 'default-rights'],
	],
	[
		'Redis 8.10 has BACKUP',
		memory({version: [8, 10], tellsBackup: true, ...asked(0)}),
		nobody,
		300_000,
		['latency-events', 'modules', 'backup', 'access-log', 'acl-users'],
	],
	['a node of a cluster, half a minute later', memory({hasCluster: true, ...asked(0)}), nobody, 30_000, []],
	[
		'a minute later: its shard',
		memory({hasCluster: true, ...asked(0)}),
		nobody,
		60_000,
		['shard-id', 'latency-events'],
	],
	[
		'Redis 7.0 has no MYSHARDID',
		memory({version: [7, 0], hasCluster: true, ...asked(0)}),
		nobody,
		60_000,
		['latency-events'],
	],
	[
		'before 6.0 there are no users',
		memory({version: [5, 0], ...asked(0)}),
		{...nobody, isAnonymous: true},
		300_000,
		['latency-events', 'modules'],
	],
];
for (const [name, known, wanted, nowMs, kinds] of rareCases) {
	test(`low-frequency requests that are due: ${name}`, () => {
		assert.deepEqual(
			allKindsDue(known, wanted, nowMs).filter(kind => rareKinds.has(kind)),
			kinds,
		);
	});
}

test('a denied command is asked for again after ten minutes, and not before, even by hand', () => {
	const spot = {command: 'SLOWLOG GET', kind: 'denied', why: 'NOPERM', grant: '+slowlog|get'} as const;
	const known = memory({blind: new Map([['slowlog', {spot, untilMs: blindMs}]])});
	assert.equal(blindMs, 600_000);
	assert.ok(!kindsDue(known, demand(), blindMs - 1).includes('slowlog'));
	assert.ok(!kindsDue(known, demand({isByHand: true}), blindMs - 1).includes('slowlog'));
	assert.ok(kindsDue(known, demand(), blindMs).includes('slowlog'));
});

test('every request has a name and an ACL rule of its own command', () => {
	const known = memory({hasCluster: true, valkey: [9, 1], hasSearchModule: true, ...askedAt(['config', -1e6])});
	for (const {kind, command} of requestsDue(known, demand(), 0)) {
		const {words, grant} = requestOf(kind);
		const name = words.join(' ');
		assert.ok(command.join(' ').toUpperCase().startsWith(name), `${name}: ${command.join(' ')}`);
		assert.equal(grant, `+${name.toLowerCase().replace(' ', '|')}`);
	}
});

test('no grant in the table allows more than the request reads', () => {
	assert.equal(requestOf('migration-status').grant, undefined);
	assert.equal(requestOf('default-rights').grant, undefined);
});

test('each kind has one row, and a row refers only to kinds that exist', () => {
	const kinds = allRequests.map(({kind}) => kind);
	assert.deepEqual([...new Set(kinds)], kinds);
	for (const {dueWith, readWith} of allRequests) {
		for (const other of [dueWith, readWith]) {
			assert.ok(other === undefined || (kinds as readonly string[]).includes(other), other);
		}
	}
});

const migrating: ReadonlyArray<readonly [Partial<PollState>, string | undefined]> = [
	[{version: [7, 2], valkey: [9, 0]}, 'CLUSTER GETSLOTMIGRATIONS'],
	[{version: [7, 2], valkey: [8, 1]}, undefined],
	[{version: [8, 4]}, 'CLUSTER MIGRATION STATUS ALL'],
	[{version: [8, 2]}, undefined],
	[{version: [2, 8]}, undefined],
];
for (const [server, command] of migrating) {
	test(`slot migrations of ${JSON.stringify(server)} are asked for by ${command ?? 'no command'}`, () => {
		const due = requestsDue(memory({hasCluster: true, ...server}), nobody, 0);
		const request = due.find(({kind}) => kind === 'slot-migrations' || kind === 'migration-status');
		assert.equal(request?.command.join(' '), command);
		assert.ok(request === undefined || isReadCommand(request.command));
	});
}

const versions: ReadonlyArray<readonly [string | undefined, readonly [number, number] | undefined]> = [
	['7.2.4', [7, 2]],
	['255.255.255', [255, 255]],
	['8.0', [8, 0]],
	['unstable', undefined],
	[undefined, undefined],
];

for (const [text, version] of versions) {
	test(`redisVersion of ${text} is ${version?.join('.') ?? 'undefined'}`, () => {
		const info = infoOf(text === undefined ? {} : {server: {redis_version: text}});
		assert.deepEqual(redisVersion(info), version);
	});
}

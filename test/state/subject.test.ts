import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {clientErrorUrgency, effectRank, machineUrgency} from '../../source/domain/finding.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {RuleId} from '../../source/rules/all-rules.js';
import {
	followedNode,
	nextSubject,
	recurringWithinMs,
	type Subject,
	subjectKeptLongMs,
	subjectKeptMs,
	withSubject,
} from '../../source/state/subject.js';
import type {SharedProblem, Verdict} from '../../source/state/verdict.js';
import {recordFrom, refusedConnection, stateOf} from '../harness/records.js';
import {clusterRecord, gone} from '../topology/fleets.js';

/** A dead primary of a cluster, and the replica that has its slots now. */
const replacedPrimary = [
	{...clusterRecord(17_050), reach: 'down', failure: gone},
	clusterRecord(17_053, {changed: ['17050 master,fail 1', '17053 master 7 0-5460']}, {role: 'primary'}),
] as const;

type Problem = {
	readonly cause: string;
	readonly severity: 'warning' | 'critical';
	readonly urgency: number;
	readonly explains?: readonly string[];
	readonly sinceMs?: number;
	readonly failsBy?: string;
	readonly rule?: RuleId;
	readonly explainedBy?: RuleId;
	readonly node?: string;
};

const shared = ({
	cause,
	severity,
	urgency,
	explains,
	sinceMs,
	failsBy,
	rule,
	explainedBy,
	node,
}: Problem): SharedProblem => ({
	failsBy,
	...(rule === undefined ? {} : {rule}),
	explainedBy,
	explains,
	sinceMs,
	cause,
	severity,
	urgency,
	problem: `has ${cause}`,
	node: (node ?? '10.0.1.11:6379') as NodeAddress,
	nodesToo: 0,
	otherNodes: [],
});

const verdictWith = (...problems: readonly Problem[]): Verdict => {
	const [cause, ...others] = problems.map(shared);
	return cause === undefined
		? {severity: 'ok', answering: [], ageMs: 0, notes: 0}
		: {severity: cause.severity, cause, others};
};

const warning = (cause: string, urgency = 5): Problem => ({cause, severity: 'warning', urgency});
const critical = (cause: string, urgency = 5): Problem => ({cause, severity: 'critical', urgency});

/** The subject after each verdict, of verdicts a second apart; `cause?` is a subject that has ended. */
function subjects(verdicts: readonly Verdict[], everyMs = 1000): string[] {
	let held: Subject | undefined;
	return verdicts.map((verdict, index) => {
		held = nextSubject(held, verdict, index * everyMs);
		return held === undefined ? '-' : held.problem.cause + (held.endedAtMs === undefined ? '' : '?');
	});
}

const calm = verdictWith();
const refuses: Problem = {...critical('refused 0', 0), failsBy: 'refused'};
const silent: Problem = {...warning('stale 0', 0), failsBy: 'stale'};
const machine = warning('os.psi', machineUrgency);
const unfelt = warning('sec.open', effectRank(undefined));
const risk = warning('rep.none', effectRank('failover-impossible'));
const elsewhere: Problem = {...warning('c', 2), node: '10.0.1.12:6379'};
/** A warning that has lasted before the other problem of a case ended. */
const lasting = (urgency: number): Problem => ({...warning('b', urgency), sinceMs: -5000});
const keys: Problem = {...warning('lat.slowlog_new', 9), rule: 'lat.slowlog_new'};
const held: Problem = {...silent, explainedBy: 'lat.slowlog_new'};
const cases: ReadonlyArray<readonly [string, readonly Verdict[], readonly string[]]> = [
	['nothing is wrong', [calm, calm], ['-', '-']],
	[
		'a command that holds the server again and again is one subject with its silences',
		[verdictWith(keys), verdictWith(held, elsewhere), verdictWith(keys, elsewhere), verdictWith(held)],
		['lat.slowlog_new', 'stale 0', 'lat.slowlog_new', 'stale 0'],
	],
	[
		'a silence without a known reason ends the command that ran before',
		[verdictWith(keys), verdictWith(silent)],
		['lat.slowlog_new', 'lat.slowlog_new?'],
	],
	[
		'a more urgent warning does not replace a warning',
		[verdictWith(warning('a')), verdictWith(warning('b', 1), warning('a'))],
		['a', 'a'],
	],
	[
		'a more urgent warning that began with the subject replaces it',
		[
			verdictWith({...warning('a'), sinceMs: 0}),
			verdictWith({...warning('b', 1), sinceMs: 2000}, {...warning('a'), sinceMs: 0}),
		],
		['a', 'b'],
	],
	[
		'a more urgent warning that began later does not',
		[
			verdictWith({...warning('a'), sinceMs: 0}),
			verdictWith({...warning('b', 1), sinceMs: 6000}, {...warning('a'), sinceMs: 0}),
		],
		['a', 'a'],
	],
	[
		'a warning about a server replaces one about the machine',
		[verdictWith(warning('os.psi', machineUrgency)), verdictWith(warning('b'), warning('os.psi', machineUrgency))],
		['os.psi', 'b'],
	],
	[
		'the end of a busy machine is no news beside a problem of a server',
		[verdictWith(warning('os.psi', machineUrgency)), verdictWith(warning('b'))],
		['os.psi', 'b'],
	],
	[
		'a warning that users feel replaces one that they do not feel',
		[verdictWith(unfelt), verdictWith(warning('b', effectRank('slow')), unfelt)],
		['sec.open', 'b'],
	],
	[
		'errors that clients get replace a restart that is over',
		[verdictWith(unfelt), verdictWith(warning('b', clientErrorUrgency), unfelt)],
		['sec.open', 'b'],
	],
	[
		'errors that clients get replace a risk',
		[verdictWith(risk), verdictWith(warning('b', clientErrorUrgency), risk)],
		['rep.none', 'b'],
	],
	[
		'stale reads replace a risk',
		[verdictWith(risk), verdictWith(warning('b', effectRank('reads-stale')), risk)],
		['rep.none', 'b'],
	],
	[
		'slow commands do not replace a risk, because they come and go with the load',
		[verdictWith(risk), verdictWith(warning('b', effectRank('slow')), risk)],
		['rep.none', 'rep.none'],
	],
	[
		'errors that clients get do not replace slow commands',
		[
			verdictWith(warning('a', effectRank('slow'))),
			verdictWith(warning('b', clientErrorUrgency), warning('a', effectRank('slow'))),
		],
		['a', 'a'],
	],
	[
		'a risk does not replace a warning that users do not feel',
		[verdictWith(unfelt), verdictWith(warning('b', effectRank('data-at-risk')), unfelt)],
		['sec.open', 'sec.open'],
	],
	[
		'a critical cause replaces a warning',
		[verdictWith(warning('a')), verdictWith(critical('b'), warning('a'))],
		['a', 'b'],
	],
	[
		'a more urgent critical cause replaces a critical one',
		[verdictWith(critical('a')), verdictWith(critical('b', 1), critical('a'))],
		['a', 'b'],
	],
	[
		'an equally urgent critical cause does not',
		[verdictWith(critical('a')), verdictWith(critical('b'), critical('a'))],
		['a', 'a'],
	],
	['a warning that becomes critical stays', [verdictWith(warning('a')), verdictWith(critical('a'))], ['a', 'a']],
	[
		'a subject that ended stays beside other warnings, and returns',
		[verdictWith(warning('a')), verdictWith(warning('b')), verdictWith(warning('b', 1), warning('a'))],
		['a', 'a?', 'a'],
	],
	[
		'a subject whose own cause is found has not ended: its cause takes its place',
		[verdictWith(warning('a')), verdictWith(warning('c', 1), {...warning('b'), explains: ['a']})],
		['a', 'b'],
	],
	[
		'an outage that ended gives way to a warning',
		[verdictWith(refuses), verdictWith(warning('b', 9))],
		['refused 0', 'b'],
	],
	[
		'a warning of its own node comes first after an outage',
		[verdictWith(refuses), verdictWith(elsewhere, warning('b', 9))],
		['refused 0', 'b'],
	],
	[
		'a node that fails to answer in another way is shown as it is now',
		[verdictWith(refuses), verdictWith(silent), verdictWith(refuses), verdictWith(silent)],
		['refused 0', 'stale 0', 'refused 0', 'stale 0'],
	],
	['an outage that ended stays where nothing else is wrong', [verdictWith(refuses), calm], ['refused 0', 'refused 0?']],
	[
		'an outage that ended stays beside a busy machine',
		[verdictWith(refuses), verdictWith(machine)],
		['refused 0', 'refused 0?'],
	],
	[
		'a subject that ended gives way to a lasting warning of its node that is as urgent',
		[verdictWith(critical('a')), verdictWith(lasting(5))],
		['a', 'b'],
	],
	[
		'a subject that ended does not give way to a milder warning',
		[verdictWith(critical('a')), verdictWith(lasting(6))],
		['a', 'a?'],
	],
	[
		'a subject that ended does not give way to a warning that begins with the end',
		[verdictWith(critical('a')), verdictWith({...warning('b'), sinceMs: 1000})],
		['a', 'a?'],
	],
	[
		'a subject that ended gives way at once to errors that clients get',
		[verdictWith(critical('a')), verdictWith(elsewhere, warning('b', clientErrorUrgency))],
		['a', 'b'],
	],
	[
		'a subject that ended stays above errors that it explained',
		[
			verdictWith({...critical('a'), explains: ['b']}, warning('c')),
			verdictWith(warning('b', clientErrorUrgency), warning('c')),
		],
		['a', 'a?'],
	],
	[
		'a critical cause does not wait for a subject that ended',
		[verdictWith(critical('a', 1)), verdictWith(critical('b'))],
		['a', 'b'],
	],
];
for (const [name, verdicts, expected] of cases) {
	test(`subject: ${name}`, () => assert.deepEqual(subjects(verdicts), expected));
}

test('a subject stays for ten seconds after its end', () => {
	const verdicts = [verdictWith(warning('a')), ...Array.from({length: 12}, () => verdictWith(warning('b')))];
	assert.deepEqual(subjects(verdicts).slice(9), ['a?', 'a?', 'b', 'b']);
});

test('a subject that people could read gives way, once it has ended, to what is as bad and goes on', () => {
	const slow: Problem = {...warning('lat.slowlog_new'), sinceMs: 0};
	const after = (lastedSeconds: number, ...left: readonly Problem[]) =>
		subjects([...Array.from({length: lastedSeconds}, () => verdictWith(slow)), verdictWith(...left)]).at(-1);
	const throttled: Problem = {...warning('cpu.throttle'), sinceMs: 12_000};
	assert.equal(after(12, throttled), 'cpu.throttle');
	assert.equal(after(6, throttled), 'lat.slowlog_new?', 'nobody could read it yet');
	assert.equal(after(12, {...throttled, urgency: 6}), 'lat.slowlog_new?', 'milder');
	assert.equal(after(12, {...throttled, node: '10.0.1.12:6379'}), 'cpu.throttle', 'of another node');
	assert.equal(after(12, machine), 'lat.slowlog_new?', 'of the machine');
});

test('an outage is told for ten seconds after its end, also one that comes and goes', () => {
	const once = [verdictWith(refuses), ...Array.from({length: 12}, () => calm)];
	assert.deepEqual(subjects([...once, ...once]).slice(9, 13), ['refused 0?', 'refused 0?', '-', '-']);
	assert.deepEqual(subjects([...once, ...once]).slice(-3), ['refused 0?', '-', '-']);
});

test('an unchanged verdict keeps the subject, and shows its present problem first', () => {
	const held = nextSubject(undefined, verdictWith(warning('a')), 0);
	const later = verdictWith(warning('b', 1), warning('a'));
	assert.equal(nextSubject(held, later, 1000), held);
	const shown = withSubject(later, held);
	assert.deepEqual('cause' in shown && [shown.cause.cause, shown.others.map(({cause}) => cause)], ['a', ['b']]);
	assert.equal(withSubject(calm, held), calm);
});

test('a subject is shown for at least ten seconds, however warnings come and go', () => {
	const causes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), {maxLength: 4});
	fc.assert(
		fc.property(fc.array(causes, {minLength: 60, maxLength: 600}), seconds => {
			const shown = subjects(
				seconds.map(present => verdictWith(...present.map((cause, index) => warning(cause, index)))),
			);
			const names = shown.map(name => name.replace('?', ''));
			const starts = names.flatMap((name, index) => (index > 0 && name !== names[index - 1] ? [index] : []));
			for (const [index, start] of starts.entries()) {
				const before = starts[index - 1];
				if (before !== undefined && names[before] !== '-') {
					assert.ok(start - before >= subjectKeptMs / 1000, `${names[before]} for ${start - before} s`);
				}
			}
		}),
		{numRuns: 60},
	);
});

test('a load that evicts, slows down and recovers every half minute makes one subject in ten minutes', () => {
	const seconds = Array.from({length: 600}, (_, second) =>
		verdictWith(
			...(second % 30 < 18 ? [warning('mem.evict', 1)] : []),
			...(second % 7 < 3 ? [warning('rep.lag_bytes', 2)] : []),
			...(second % 45 < 30 ? [warning('lat.slowlog_new', 3)] : []),
			warning('mem.frag', 9),
		),
	);
	const names = subjects(seconds).map(name => name.replace('?', ''));
	const changes = names.filter((name, index) => index > 0 && name !== names[index - 1]).length;
	assert.ok(changes <= 6, `${changes} changes`);
});

test('on a busy machine, a load that comes and goes is one subject, and the machine is the next after a minute', () => {
	const machine = warning('os.psi', machineUrgency);
	const verdicts = Array.from({length: 400}, (_, second) =>
		second < 300 && second % 30 < 18 ? verdictWith(warning('mem.evict', 1), machine) : verdictWith(machine),
	);
	const names = subjects(verdicts).map(name => name.replace('?', ''));
	const changes = names.flatMap((name, index) => (index > 0 && name !== names[index - 1] ? [index] : []));
	assert.deepEqual(changes, [288 + subjectKeptLongMs / 1000]);
});

test('a critical problem that comes and goes beside a lasting warning is one subject from its second time on', () => {
	const verdicts = Array.from({length: 600}, (_, second) =>
		second < 200 && second % 40 < 8
			? verdictWith(critical('mem.evict', 1), warning('cli.obuf_killed'))
			: verdictWith(warning('cli.obuf_killed')),
	);
	const names = subjects(verdicts).map(name => name.replace('?', ''));
	const changes = names.filter((name, index) => index > 0 && name !== names[index - 1]);
	assert.deepEqual(changes, ['cli.obuf_killed', 'mem.evict', 'cli.obuf_killed']);
	const again = [
		verdicts[0],
		...Array.from({length: recurringWithinMs / 1000 + 30}, () => verdicts[599]),
		verdicts[0],
		...Array.from({length: 22}, () => verdicts[599]),
	];
	assert.equal(subjects(again.map(each => each ?? calm)).at(-1), 'cli.obuf_killed', 'not after ten minutes');
});

/** A problem, and the seconds in which it was there: from, to. */
type Spans = readonly [problem: Problem, spans: ReadonlyArray<readonly [from: number, to: number]>];

/** The causes in ten minutes of a recorded demo whose cache was full, on a machine at a load of 8 to 15. */
const recordedDemo: readonly Spans[] = [
	[{...warning('not-responding'), urgency: 0}, [[597, 599]]],
	[
		{...critical('mem.evict_storm', 9), explains: ['mem.max']},
		[
			[3, 16],
			[33, 51],
			[351, 356],
		],
	],
	[
		warning('mem.max', 9),
		[
			[1, 3],
			[31, 33],
			[68, 86],
			[104, 121],
			[140, 156],
			[174, 191],
			[208, 226],
			[240, 262],
			[275, 297],
			[311, 332],
			[348, 351],
			[356, 367],
			[383, 402],
			[421, 437],
			[456, 472],
			[489, 507],
			[521, 542],
			[556, 577],
			[592, 600],
		],
	],
	[
		warning('lat.event', 10),
		[
			[51, 63],
			[354, 366],
			[595, 600],
		],
	],
	[warning('lat.mean_regress', 10), [[223, 234]]],
	[warning('lat.slowlog_new', 10), [[561, 567]]],
	[warning('cli.obuf_kill', 12), [[16, 600]]],
	[
		warning('os.psi', machineUrgency),
		[
			[2, 125],
			[140, 171],
			[185, 292],
			[306, 445],
			[459, 536],
			[551, 600],
		],
	],
];

test('in ten minutes of a recorded demo, the subject changes at most six times', () => {
	const verdicts = Array.from({length: 600}, (_, second) =>
		verdictWith(
			...recordedDemo.flatMap(([problem, spans]) =>
				spans
					.filter(([from, to]) => from <= second && second < to)
					.map(([from]) => ({...problem, sinceMs: from * 1000})),
			),
		),
	);
	const names = subjects(verdicts).map(name => name.replace('?', ''));
	const changes = names.filter((name, index) => index > 0 && name !== names[index - 1]);
	assert.ok(changes.length <= 6, changes.join(', '));
});

test('a lasting warning comes before a younger one and before what the ended problem explained', () => {
	const storm: Problem = {...critical('storm', 1), explains: ['full']};
	const [lasting, young] = [
		{...warning('lasting', 9), sinceMs: 0},
		{...warning('young', 2), sinceMs: 70_000},
	];
	const after = (...left: readonly Problem[]) =>
		subjects([
			...Array.from({length: 60}, () => verdictWith(storm)),
			...Array.from({length: 25}, () => verdictWith(...left)),
		]).at(-1);
	assert.equal(after(young, lasting), 'lasting');
	assert.equal(after(young), 'young');
	assert.equal(after({...warning('full', 1), sinceMs: 0}, lasting), 'lasting');
	assert.equal(after({...warning('full', 1), sinceMs: 0}), 'full', 'nothing else is left');
	assert.equal(after(critical('worse')), 'worse');
});

test('focus follows a critical subject to a node that answers, and to no other', () => {
	const up = recordFrom({address: '10.0.1.11:6379'});
	const dead = recordFrom({address: '10.0.1.11:6379', reach: 'down', failure: refusedConnection});
	const subject = (problem: Problem, endedAtMs?: number): Subject => ({problem: shared(problem), endedAtMs});
	assert.equal(followedNode(stateOf([up]), subject(critical('a'))), up.address);
	assert.equal(followedNode(stateOf([up]), subject(critical('a'), 5)), undefined);
	assert.equal(followedNode(stateOf([up]), subject(warning('a'))), undefined);
	assert.equal(followedNode(stateOf([dead]), subject(critical('a'))), undefined);
	assert.equal(followedNode(stateOf([up]), undefined), undefined);
});

test('a primary that was replaced gives the focus to the node that took over', () => {
	const [dead, promoted] = replacedPrimary;
	const state = stateOf([...replacedPrimary]);
	assert.equal(followedNode(state, undefined, dead.address), promoted.address);
	assert.equal(followedNode(state, undefined, promoted.address), undefined, 'it stays there');
	assert.equal(followedNode(stateOf([dead]), undefined, dead.address), undefined, 'nobody took over');
});

test('a link that brought nothing gives way at once to the warning that it is down', () => {
	const cut: Problem = {...critical('cut'), rule: 'rep.lag_ack'};
	const down: Problem = {...warning('down'), rule: 'rep.link_down', node: '10.0.1.12:6379'};
	const open = lasting(6);
	assert.deepEqual(subjects([verdictWith(cut, open), verdictWith(open), verdictWith(open, down)]), [
		'cut',
		'cut?',
		'down',
	]);
	const other: Problem = {...down, rule: 'rep.sync'};
	assert.deepEqual(subjects([verdictWith(cut), verdictWith(other)]), ['cut', 'cut?']);
	assert.deepEqual(subjects([verdictWith(cut), verdictWith(critical('worse'), down)]), ['cut', 'worse']);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import type {AuditEntry} from '../../../source/domain/audit.js';
import type {MonitorEvent} from '../../../source/domain/event.js';
import {type Message, nameOf} from '../../../source/domain/message.js';
import type {NodeAddress} from '../../../source/domain/node.js';
import {type Incident, incidentOf, type ReportSource} from '../../../source/report/incident/incident.js';
import {incidentFormats} from '../../../source/report/incident/incident-formats.js';
import {IncidentLog} from '../../../source/report/incident/incident-log.js';
import type {Finding} from '../../../source/rules/finding.js';
import {findingOf} from '../../harness/findings.js';
import {recordFrom, stateOf} from '../../harness/records.js';

const fromMs = Date.UTC(2026, 10, 23, 3, 0, 0);
const at = (minutes: number, seconds = 0): number => fromMs + (minutes * 60 + seconds) * 1000;
const primary = '10.0.1.11:6379' as NodeAddress;
const replica = '10.0.1.12:6379' as NodeAddress;
const sentinel = '10.0.1.13:26379' as NodeAddress;

const source: ReportSource = {
	target: primary,
	version: '1.2.3',
	madeAtMs: at(60),
	isRecording: true,
	pauses: [],
	hasActions: true,
	masked: 'client names',
	others: [],
};

type Moment = {
	readonly atMs: number;
	readonly findings?: readonly Finding[];
	readonly events?: readonly MonitorEvent[];
	readonly audit?: readonly AuditEntry[];
	/** Whether the replica has become a primary. */
	readonly isPromoted?: boolean;
};

/** The report of some moments. Between them nothing changes. */
function reported(moments: readonly Moment[], parts: Partial<ReportSource> = {}): Incident {
	const log = new IncidentLog(fromMs, at(30));
	for (const {atMs, findings = [], events = [], audit = [], isPromoted = false} of moments) {
		const state = stateOf(
			[
				recordFrom({
					address: primary,
					role: 'primary',
					info: {server: {redis_version: '7.2.5'}},
					replicas: [
						{address: replica, state: 'online', behindBytes: 0, behindSeconds: 0, ackAgeSeconds: 1, offset: 1},
					],
				}),
				recordFrom({
					address: replica,
					role: isPromoted ? 'primary' : 'replica',
					info: {server: {redis_version: '7.2.5'}},
				}),
				recordFrom({address: sentinel, role: 'sentinel'}),
			],
			events,
		);
		log.add({...state, findings, audit: {entries: audit, broken: 0, fixes: [], problem: undefined}}, atMs);
	}

	return incidentOf(log, {...source, ...parts}, ({name}) => name);
}

const oom = (parts: Partial<Finding> = {}): Finding =>
	findingOf('mem.oom', 'critical', primary, {
		problem: 'refuses writes (OOM)',
		reason: 'the policy is noeviction',
		effect: 'writes-refused',
		sinceMs: at(4, 50),
		...parts,
	});

const refused = (parts: Partial<Finding> = {}): Finding =>
	findingOf('conn.refused', 'critical', primary, {
		problem: 'refuses connections',
		reason: 'nothing listens on the port',
		effect: 'unreachable',
		sinceMs: at(5),
		...parts,
	});

const linkDown = (parts: Partial<Finding> = {}): Finding =>
	findingOf('rep.link_down', 'warning', replica, {
		problem: 'lost its primary',
		effect: 'reads-stale',
		sinceMs: at(5, 2),
		...parts,
	});

const auditLine = (phase: AuditEntry['phase'], atMs: number, parts: Partial<AuditEntry> = {}): AuditEntry => ({
	phase,
	at: new Date(atMs).toISOString(),
	session: 'one',
	osUser: 'alice',
	sshConnection: '10.9.9.9 50000 10.0.1.11 22',
	pid: 1,
	target: primary,
	runId: 'a',
	action: 'set-maxmemory',
	command: 'CONFIG SET maxmemory 8gb',
	detail: undefined,
	...parts,
});

const actionLines = [
	auditLine('unlocked', at(8), {command: undefined}),
	auditLine('intent', at(9), {revert: 'CONFIG SET maxmemory 6gb'}),
	auditLine('outcome', at(9, 1), {outcome: 'replied', detail: 'OK'}),
	auditLine('verified', at(9, 2), {detail: 'maxmemory is 8gb'}),
];

const back: MonitorEvent = {
	atMs: at(12, 59),
	severity: 'info',
	node: primary,
	kind: 'node-back',
	text: 'answers again',
};

const paragraphs: ReadonlyArray<readonly [title: string, moments: readonly Moment[], sentences: readonly string[]]> = [
	[
		'nothing was found',
		[{atMs: at(0)}, {atMs: at(30)}],
		[
			'Between 03:00:00 and 03:30:00 UTC no rule found a warning or worse on 10.0.1.11:6379.',
			'Nothing was sent to a server through redis-top in this time, as far as was recorded.',
		],
	],
	[
		'an effect that ended after an action',
		[
			{atMs: at(5), findings: [oom()]},
			{atMs: at(9, 30), findings: [oom({clearedAtMs: at(9, 20)})], audit: actionLines},
		],
		[
			'10.0.1.11:6379 (primary) refused writes from 03:04:50 to 03:09:20 UTC, for 4m30s (refuses writes (OOM): the policy is noeviction).',
			'It ended at 03:09:20, after alice from 10.9.9.9 sent CONFIG SET maxmemory 8gb to 10.0.1.11:6379 at 03:09:00 (verified).',
			'Through redis-top was sent: CONFIG SET maxmemory 8gb to 10.0.1.11:6379 at 03:09:00 by alice from 10.9.9.9 (verified).',
		],
	],
	[
		'a restart through redis-top, with its steps',
		[
			{
				atMs: at(9),
				audit: [
					auditLine('intent', at(6), {action: 'restart', command: undefined}),
					auditLine('intent', at(6, 10), {action: 'cluster-failover', command: 'CLUSTER FAILOVER', target: replica}),
					auditLine('verified', at(6, 12), {action: 'cluster-failover', target: replica}),
					auditLine('intent', at(6, 30), {action: 'shutdown-save', command: 'SHUTDOWN SAVE'}),
					auditLine('verified', at(6, 31), {action: 'shutdown-save'}),
					auditLine('verified', at(8), {action: 'restart', command: undefined}),
				],
			},
		],
		[
			'Through redis-top alice from 10.9.9.9 restarted 10.0.1.11:6379 step by step from 03:06:00 to 03:08:00 (verified): CLUSTER FAILOVER to 10.0.1.12:6379 and SHUTDOWN SAVE.',
		],
	],
	[
		'a cause, what followed from it, and what is still open',
		[
			{atMs: at(5, 10), findings: [refused(), linkDown()]},
			{
				atMs: at(13),
				findings: [refused({clearedAtMs: at(13)}), linkDown()],
				events: [back],
			},
			{atMs: at(30), findings: [linkDown()], events: [back]},
		],
		[
			'10.0.1.11:6379 (primary) was unreachable from 03:05:00 to 03:13:00 UTC, for 8m00s (refuses connections: nothing listens on the port).',
			'With it came: 10.0.1.12:6379 (replica) returned old data (03:05:02, still open after 24m58s).',
			'It ended at 03:13:00: 10.0.1.11:6379 answers again.',
			'Still open at the end: 10.0.1.12:6379 (replica) lost its primary.',
		],
	],
	[
		'who became a primary; that an unreachable node was slow is left out',
		[
			{
				atMs: at(5),
				findings: [refused(), findingOf('lat.slowlog_new', 'warning', primary, {effect: 'slow', sinceMs: at(5)})],
				events: [{...back, atMs: at(6), node: replica, kind: 'role-changed', text: 'was a replica, is a primary now'}],
			},
		],
		['Roles changed: 10.0.1.12:6379 was a replica, is a primary now (03:06:00).'],
	],
	[
		'what began after an action through redis-top',
		[
			{
				atMs: at(5, 10),
				findings: [refused()],
				audit: [
					auditLine('intent', at(4, 58), {action: 'shutdown', command: 'SHUTDOWN SAVE'}),
					auditLine('verified', at(5, 1), {action: 'shutdown', command: 'SHUTDOWN SAVE'}),
				],
			},
		],
		[
			'It began after an action through redis-top: alice from 10.9.9.9 sent SHUTDOWN SAVE to 10.0.1.11:6379 at 03:04:58 (verified).',
		],
	],
	[
		'a routine save, and a command of five minutes ago, are no end of anything',
		[
			{atMs: at(5), findings: [oom()]},
			{
				atMs: at(15, 30),
				findings: [oom({clearedAtMs: at(15, 20)})],
				audit: actionLines,
				events: [{...back, atMs: at(15, 19), kind: 'save-done', text: 'saved to disk in 1 s'}],
			},
		],
		['Nothing that was recorded says what ended it.'],
	],
	[
		'a culprit, and a condition from before that goes on',
		[
			{
				atMs: at(0),
				findings: [
					findingOf('lat.p99', 'warning', primary, {
						problem: 'answers slowly',
						effect: 'slow',
						sinceMs: fromMs - 60_000,
						culprit: {client: nameOf('client', 'reports'), command: 'KEYS'},
					}),
				],
			},
		],
		[
			'10.0.1.11:6379 (primary) was slow already before the beginning, since 02:59:00 UTC, and at the end of the report (03:30:00) still, after 31m00s (answers slowly).',
			'As far as the evidence names it, this came from client reports, command KEYS.',
		],
	],
	[
		'the same on two nodes at once, in the plural',
		[
			{
				atMs: at(0),
				findings: [primary, replica].map(node =>
					findingOf('lat.p99', 'warning', node, {problem: 'answers slowly', effect: 'slow', sinceMs: at(0)}),
				),
			},
		],
		[
			'10.0.1.11:6379 (primary) and 10.0.1.12:6379 (replica) were slow since 03:00:00 UTC, and at the end of the report (03:30:00) still, after 30m00s (answers slowly).',
		],
	],
	[
		'critical before warning; the others are counted',
		[
			{
				atMs: at(1),
				findings: [linkDown({node: replica, sinceMs: at(1)}), oom({sinceMs: at(1)})],
			},
		],
		[
			'10.0.1.11:6379 (primary) refused writes since 03:01:00 UTC, and at the end of the report (03:30:00) still, after 29m00s (refuses writes (OOM): the policy is noeviction).',
			'Besides, 1 other problem was found: 10.0.1.12:6379: lost its primary.',
		],
	],
];

for (const [title, moments, sentences] of paragraphs) {
	test(`the paragraph of a report: ${title}`, () => {
		const summary = reported(moments).summary.flat();
		assert.deepEqual(
			summary.filter(sentence => sentences.includes(sentence)),
			sentences,
			summary.join('\n'),
		);
		assert.doesNotMatch(summary.join(' '), /With it came: .* was slow/);
	});
}

test('impact has what was felt by node and time, the most urgent first; what overlaps is one row', () => {
	const {impact} = reported([
		{atMs: at(5), findings: [linkDown({sinceMs: at(4, 58)}), oom(), findingOf('conn.stale', 'warning', primary)]},
		{
			atMs: at(6),
			findings: [
				linkDown({sinceMs: at(4, 58), clearedAtMs: at(5, 50)}),
				oom(),
				findingOf('per.misconf', 'critical', primary, {effect: 'writes-refused', sinceMs: at(5, 55)}),
			],
		},
		{atMs: at(7), findings: [oom({clearedAtMs: at(6, 30)}), linkDown({sinceMs: at(6, 40)})]},
	]);
	assert.deepEqual(
		impact.map(({label, node, role, beganMs, endedMs, feltBy, episodes}) => [
			...[label, node, role, beganMs, endedMs, feltBy],
			episodes.length,
		]),
		[
			['writes refused', primary, 'primary', at(4, 50), at(7), 'users', 2],
			// It ended and came again within a minute: one outage for those who felt it.
			['reads stale', replica, 'replica', at(4, 58), undefined, 'readers', 1],
		],
	);
});

const promoted: MonitorEvent = {
	atMs: at(5, 13),
	severity: 'warning',
	node: replica,
	kind: 'role-changed',
	text: 'was a replica, is a primary now',
};

const feltCells = (incident: Incident): readonly string[] =>
	[
		...incidentFormats
			.markdown(incident)
			.matchAll(/^\| [^|]+ \| 10\.[^|]+ \| 03:[^|]+ \| [^|]+ \| [^|]+ \| ([^|]+) \| [^|]* \| [^|]+ \|$/gm),
	].map(([, cell = '']) => cell);

test('an outage of a primary is felt until a replica has taken over', () => {
	const incident = reported([
		{atMs: at(5, 2), findings: [refused()]},
		{atMs: at(5, 14), findings: [refused()], events: [promoted], isPromoted: true},
		{atMs: at(20), findings: [refused({clearedAtMs: at(20)})], events: [promoted], isPromoted: true},
	]);
	assert.deepEqual(feltCells(incident), ['for 13s, until 10.0.1.12:6379 took over at 03:05:13']);
	assert.ok(incident.summary.flat().includes('Felt by users: for 13s, until 10.0.1.12:6379 took over at 03:05:13.'));
});

test('an outage after a requested failover is not felt', () => {
	const isPromoted = true;
	const events = [{...promoted, atMs: at(4, 50)}];
	const incident = reported([
		{atMs: at(4, 51), events, isPromoted},
		{atMs: at(5, 2), findings: [refused()], events, isPromoted},
	]);
	assert.deepEqual(feltCells(incident), ['no, 10.0.1.12:6379 had taken over at 03:04:50']);
});

test('an outage without a takeover is felt throughout, that of a replica by its readers, that of a Sentinel by nobody', () => {
	assert.deepEqual(feltCells(reported([{atMs: at(5, 2), findings: [refused()]}])), ['yes']);
	assert.deepEqual(feltCells(reported([{atMs: at(5, 2), findings: [refused({node: replica})]}])), [
		'by clients that read from it',
	]);
	assert.deepEqual(feltCells(reported([{atMs: at(5, 2), findings: [refused({node: sentinel})]}])), ['no']);
});

const growth = (leftSeconds: number, parts: Partial<Finding> = {}): Finding =>
	findingOf('mem.growth', 'critical', primary, {
		problem: `memory reaches maxmemory in about ${leftSeconds}s`,
		tells: 'forecast',
		sinceMs: at(2),
		...parts,
	});

test('the evidence is of a time before the limit was raised, which ended the finding', () => {
	const withLimit = (maxmemory: string) => oom({evidence: [{name: 'maxmemory', value: maxmemory}]});
	const incident = reported([
		{atMs: at(5), findings: [withLimit('24M')]},
		{atMs: at(8, 50), findings: [withLimit('24M')]},
		{atMs: at(9, 2), findings: [withLimit('64M')], audit: actionLines},
		{atMs: at(9, 12), findings: [oom({clearedAtMs: at(9, 12)})], audit: actionLines},
	]);
	const [cause] = incident.causes;
	assert.deepEqual(cause?.evidence, [{name: 'maxmemory', value: '24M'}]);
	assert.equal(cause?.episode.quotedAtMs, at(8, 50));
	assert.match(incidentFormats.markdown(incident), /Evidence at 03:08:50: maxmemory 24M/);
	const [over] = incident.after;
	assert.match(over?.title ?? '', /^Has ended: /);
	assert.match(over?.steps[0]?.text ?? '', /^see in the logs of the clients/);
	assert.ok(
		over?.steps.every(({isCommand}) => !isCommand),
		'nothing is to be repaired any more',
	);
});

test('the evidence of a finding that is still open, or was short, is the last or the first there is', () => {
	const quoted = (...moments: readonly Moment[]) => reported(moments).causes[0]?.episode.quotedAtMs;
	assert.equal(quoted({atMs: at(5), findings: [oom()]}, {atMs: at(29, 59), findings: [oom()]}), at(29, 59));
	assert.equal(
		quoted(
			{atMs: at(5), findings: [oom()]},
			{atMs: at(5, 3), findings: [oom()]},
			{atMs: at(5, 4), findings: [oom({clearedAtMs: at(5, 4)})]},
		),
		at(5),
	);
});

test('a forecast and a moment are quoted as they were found first; with the culprit, once it is known', () => {
	const textOf = (...moments: readonly Moment[]) => reported(moments).causes[0]?.text;
	assert.equal(
		textOf({atMs: at(2), findings: [growth(90)]}, {atMs: at(4), findings: [growth(0)]}),
		'memory reaches maxmemory in about 90s',
	);
	const ran = (parts: Partial<Finding>) =>
		findingOf('lat.slowlog_new', 'warning', primary, {tells: 'moment', sinceMs: at(3), effect: 'slow', ...parts});
	assert.equal(
		textOf(
			{atMs: at(3), findings: [ran({problem: 'ran EVAL, 1s ago'})]},
			{
				atMs: at(3, 2),
				findings: [ran({problem: 'ran EVAL of jobs, 3s ago', culprit: {client: nameOf('client', 'jobs')}})],
			},
			{
				atMs: at(3, 50),
				findings: [ran({problem: 'ran EVAL of jobs, 51s ago', culprit: {client: nameOf('client', 'jobs')}})],
			},
		),
		'ran EVAL of jobs, 3s ago',
	);
});

test('what had begun before its cause preceded it, and the summary says so', () => {
	const family = (parts: Partial<Finding> = {}) => [
		oom({sinceMs: at(6)}),
		growth(90, {sinceMs: at(2), ...parts}),
		findingOf('err.rate', 'warning', primary, {problem: 'answers with errors', sinceMs: at(6, 1), effect: 'slow'}),
	];
	const incident = reported([
		{atMs: at(2), findings: [growth(90)]},
		{atMs: at(6, 2), findings: family()},
		{atMs: at(6, 9), findings: family()},
	]);
	assert.deepEqual(
		incident.causes.map(({episode, preceded, followed}) => [
			episode.finding.rule,
			preceded.map(row => row.episode.finding.rule),
			followed.map(row => row.episode.finding.rule),
		]),
		[['mem.oom', ['mem.growth'], ['err.rate']]],
	);
	assert.match(
		incident.summary.flat().join(' '),
		/Before it: 10\.0\.1\.11:6379 \(primary\): memory reaches maxmemory in about 90s \(03:02:00, /,
	);
	assert.match(
		incidentFormats.markdown(incident),
		/preceded by critical: [^\n]*in about 90s[^\n]*\n[^\n]*followed by warning/,
	);
});

test('the incidents of the summary are told in the order in which they began, after a sentence on the worst', () => {
	const {summary} = reported([
		{atMs: at(2), findings: [refused({node: replica, sinceMs: at(2)})]},
		{
			atMs: at(6),
			findings: [refused({node: replica, sinceMs: at(2), clearedAtMs: at(3)}), oom({sinceMs: at(5)})],
		},
		{atMs: at(7), findings: [oom({sinceMs: at(5)})]},
	]);
	assert.deepEqual(
		summary.map(([sentence = '']) => sentence.replace(/ UTC.*/, '')),
		[
			'2 incidents, in the order in which they began. The worst: 10.0.1.11:6379 (primary) refused writes since 03:05:00',
			'10.0.1.12:6379 (replica) was unreachable from 03:02:00 to 03:03:00',
			'10.0.1.11:6379 (primary) refused writes since 03:05:00',
			'Nothing was sent to a server through redis-top in this time, as far as was recorded.',
		],
	);
});

test('impact counts the times in which a condition held, not those between', () => {
	const hung = (sinceMs: number, parts: Partial<Finding> = {}) =>
		findingOf('conn.unresponsive', 'warning', primary, {
			...{problem: 'is not responding', effect: 'not-responding', sinceMs},
			...parts,
		});
	const ran = (atMs: number) =>
		findingOf('lat.slowlog_new', 'warning', primary, {
			...{problem: 'ran EVAL for 5.0 s', effect: 'slow', tells: 'moment', sinceMs: atMs},
			culprit: {client: nameOf('client', 'jobs'), command: 'EVAL'},
		});
	const incident = reported([
		{atMs: at(4, 3), findings: [hung(at(4, 2))]},
		{atMs: at(4, 7), findings: [hung(at(4, 2), {clearedAtMs: at(4, 7)}), ran(at(4, 7))]},
		{atMs: at(4, 33), findings: [hung(at(4, 32)), ran(at(4, 7))]},
		{atMs: at(4, 36), findings: [hung(at(4, 32), {clearedAtMs: at(4, 36)}), ran(at(4, 7))]},
		{atMs: at(5, 36), findings: []},
	]);
	assert.deepEqual(
		incident.impact.map(({label, heldTimes}) => [label, heldTimes.map(({fromMs: from, toMs}) => [from, toMs])]),
		[
			[
				'not responding',
				[
					[at(4, 2), at(4, 7)],
					[at(4, 32), at(4, 36)],
				],
			],
		],
	);
	assert.match(
		incidentFormats.markdown(incident),
		/^\| not responding \|[^|]+\| 03:04:02 \| 03:04:36 \| 9s, 2 times \|/m,
	);
	assert.match(
		incident.summary.flat().join(' '),
		/did not respond from 03:04:02 to 03:04:36 UTC, 2 times, for 9s in all .* this came from client jobs, command EVAL\./,
	);
});

test('a slow command without a worse effect is a moment', () => {
	const ran = findingOf('lat.slowlog_new', 'warning', primary, {effect: 'slow', tells: 'moment', sinceMs: at(4)});
	const incident = reported([
		{atMs: at(4), findings: [ran]},
		{atMs: at(5), findings: []},
	]);
	assert.match(incidentFormats.markdown(incident), /^\| slow \|[^|]+\|[^|]+\|[^|]+\| a moment \|/m);
});

const restartLines = [
	auditLine('intent', at(6), {action: 'restart', command: undefined}),
	auditLine('aborted', at(6, 5), {
		action: 'cluster-failover',
		command: 'CLUSTER FAILOVER',
		target: replica,
		detail: 'cancelled',
	}),
	auditLine('aborted', at(6, 6), {action: 'cluster-failover', target: replica, detail: 'cancelled'}),
	auditLine('aborted', at(6, 7), {action: 'cluster-failover', target: replica, detail: 'cancelled'}),
	auditLine('intent', at(6, 10), {action: 'cluster-failover', command: 'CLUSTER FAILOVER', target: replica}),
	auditLine('verified', at(6, 12), {action: 'cluster-failover', target: replica}),
	auditLine('intent', at(6, 30), {action: 'shutdown-save', command: 'SHUTDOWN SAVE'}),
	auditLine('verified', at(6, 31), {action: 'shutdown-save'}),
	auditLine('verified', at(8), {action: 'restart', command: undefined}),
];

const inRestart = (sinceMs: number, clearedAtMs: number, audit: readonly AuditEntry[]): Incident => {
	const down = refused({sinceMs, next: [{kind: 'words', text: 'start it again'}]});
	return reported([
		{atMs: sinceMs, findings: [down]},
		{atMs: clearedAtMs, findings: [{...down, clearedAtMs}], audit},
	]);
};

test('what a restart through redis-top brings about is told as its effect, and is no incident', () => {
	const incident = inRestart(at(6, 31), at(7, 50), restartLines);
	assert.equal(incident.severity, 'calm');
	assert.deepEqual(
		incident.summary.map(sentences => sentences.join(' ')),
		[
			'Between 03:00:00 and 03:30:00 UTC no rule found a warning or worse on 10.0.1.11:6379, but for what a planned restart brought about.',
			'Through redis-top alice from 10.9.9.9 restarted 10.0.1.11:6379 step by step from 03:06:00 to 03:08:00 (verified): CLUSTER FAILOVER to 10.0.1.12:6379 and SHUTDOWN SAVE. Meanwhile, as planned: 10.0.1.11:6379 (primary) was unreachable (03:06:31, 1m19s).',
		],
	);
	assert.deepEqual(incident.after, []);
	assert.deepEqual(
		incident.timeline.rows.filter(({what}) => what.startsWith('finding')).map(({severity}) => severity),
		['info', 'info'],
	);
	const markdown = incidentFormats.markdown(incident);
	assert.match(markdown, /planned restart: 10\.0\.1\.11:6379 \(primary\) refuses connections/);
	assert.match(markdown, /^\| unreachable \|.*\| yes; planned restart \|/m);
});

test('a restart that failed, and an outage that outlasts a restart or began before it, are incidents', () => {
	const failed = restartLines.map(line =>
		line.action === 'restart' && line.phase === 'verified' ? {...line, phase: 'failed' as const} : line,
	);
	for (const incident of [
		inRestart(at(6, 31), at(7, 50), failed),
		inRestart(at(6, 31), at(12), restartLines),
		inRestart(at(5), at(7, 50), restartLines),
		inRestart(at(6, 31), at(7, 50), []),
	]) {
		assert.equal(incident.severity, 'critical');
		assert.match(JSON.stringify(incident.after), /start it again/);
	}
});

test('details of an action that repeat are folded, with their number', () => {
	const {actions} = inRestart(at(6, 31), at(7, 50), restartLines);
	assert.deepEqual(actions.find(({state}) => state === 'not sent')?.details, ['cancelled (3 times)']);
});

test('a culprit whose pseudonym says what it is is named once', () => {
	const {summary} = reported([
		{
			atMs: at(5),
			findings: [oom({culprit: {client: nameOf('client', 'client-08b32b78c2f3'), command: 'SET'}})],
		},
	]);
	assert.match(summary.flat().join(' '), /this came from client-08b32b78c2f3, command SET\./);
	const said = reported([
		{
			atMs: at(5),
			findings: [
				oom({
					detail: 'most writes are SET from shop-web',
					culprit: {client: nameOf('client', 'shop-web'), command: 'SET'},
				}),
			],
		},
	]);
	assert.doesNotMatch(said.summary.flat().join(' '), /this came from/);
});

test('the timeline has each step of a finding once, events and actions, by time', () => {
	const {timeline} = reported([
		{atMs: at(5), findings: [linkDown()]},
		{atMs: at(6), findings: [linkDown({severity: 'critical'})]},
		{
			atMs: at(9),
			findings: [linkDown({severity: 'critical', clearedAtMs: at(8, 50)})],
			events: [{...back, atMs: at(8, 55)}],
		},
		{atMs: at(10), audit: actionLines},
	]);
	assert.deepEqual(
		timeline.rows.map(({atMs, what, severity}) => [atMs, what, severity]),
		[
			[at(5), 'finding opened', 'warning'],
			[at(6), 'finding worse', 'critical'],
			[at(8, 50), 'finding over', 'critical'],
			[at(8, 55), 'node back', 'info'],
			[at(9), 'action, verified', 'info'],
		].sort((one, other) => Number(one[0]) - Number(other[0])),
	);
	assert.match(
		timeline.rows.at(-1)?.text ?? '',
		/^alice from 10\.9\.9\.9: CONFIG SET maxmemory 8gb; OK; maxmemory is 8gb$/,
	);
});

test('a finding that came and went many times is three rows at most', () => {
	const moments = Array.from({length: 10}, (_, index): Moment[] => [
		{atMs: at(index), findings: [linkDown({sinceMs: at(index)})]},
		{atMs: at(index, 20), findings: [linkDown({sinceMs: at(index), clearedAtMs: at(index, 15)})]},
	]);
	const {rows} = reported(moments.flat()).timeline;
	assert.deepEqual(
		rows.map(({atMs, what}) => [atMs, what]),
		[
			[at(0), 'finding opened'],
			[at(9, 15), 'finding over'],
		],
	);
	assert.match(rows[0]?.text ?? '', /; it came and went 10 times until 03:09:15$/);
});

test('of the many saves of a node, the timeline has the first with their number', () => {
	const saves = (node: NodeAddress, count: number): MonitorEvent[] =>
		Array.from({length: count}, (_, index) => ({
			...{atMs: at(index), node, severity: 'info', kind: 'save-done', text: 'saved to disk in 1 s'},
		}));
	const {rows} = reported([{atMs: at(20), events: [...saves(primary, 12), ...saves(replica, 2)]}]).timeline;
	assert.deepEqual(
		rows.map(({atMs, where, text}) => [atMs, where, text]),
		[
			[at(0), primary, 'saved to disk in 1 s; 12 times until 03:11:00'],
			[at(0), replica, 'saved to disk in 1 s'],
			[at(1), replica, 'saved to disk in 1 s'],
		],
	);
});

test('the summary names the node that took over, once', () => {
	const {summary} = reported([
		{atMs: at(6), findings: [refused()]},
		{
			atMs: at(13),
			findings: [refused({clearedAtMs: at(12, 59)})],
			events: [
				{atMs: at(5, 10), node: replica, severity: 'info', kind: 'role-changed', text: 'is a primary now'},
				{atMs: at(5, 10), node: replica, severity: 'warning', kind: 'promoted', text: 'promoted in epoch 7'},
			],
		},
	]);
	assert.match(summary.flat().join(' '), /Roles changed: 10\.0\.1\.12:6379 promoted in epoch 7 \(03:05:10\)\./);
});

test('a chart begins with the nodes that passed its threshold, then come those of the incident', () => {
	const log = new IncidentLog(fromMs, at(30));
	const other = '10.0.1.13:6379' as NodeAddress;
	const withMemory = (address: NodeAddress, used: number, atMs: number) =>
		recordFrom({address, atMs, info: {memory: {used_memory: String(used), maxmemory: '100'}}});
	for (const minute of [1, 2, 3]) {
		const state = stateOf([
			withMemory(replica, 10, at(minute)),
			withMemory(primary, 20, at(minute)),
			withMemory(other, 95, at(minute)),
		]);
		log.add({...state, findings: [refused()]}, at(minute));
	}

	const {figures} = incidentOf(log, source, ({name}) => name);
	assert.deepEqual(
		figures.find(({id}) => id === 'memoryShare')?.lines.map(({node}) => node),
		[other, primary, replica],
	);
});

const hostile = '</script><img src=x onerror=alert(1)>|`*_[a](http://evil.example)\\&amp;"\'';

test('no name of a client, key or server becomes markup, in any format', () => {
	const text: Message = {parts: ['is blocked by ', nameOf('client', hostile), ' and ', nameOf('quote', hostile)]};
	const finding = findingOf('lat.p99', 'critical', primary, {
		problem: text,
		reason: text,
		effect: 'slow',
		meaning: text,
		sinceMs: at(1),
		culprit: {client: nameOf('client', hostile), key: nameOf('key', hostile)},
		evidence: [{name: 'client', value: hostile}],
		next: [
			{kind: 'command', text},
			{kind: 'words', text},
		],
	});
	const incident = reported(
		[
			{
				atMs: at(2),
				findings: [finding],
				events: [{...back, atMs: at(2), text}],
				audit: [auditLine('refused', at(2), {command: hostile, detail: hostile})],
			},
		],
		{target: hostile},
	);
	const html = incidentFormats.html(incident);
	assert.ok(html.includes('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;'));
	assert.doesNotMatch(html, /<\/?script|<img|<a\b|\bhref|\bsrc=(?!x onerror)|url\(|@import/i);
	const tags = new Set([...html.matchAll(/<([a-z]\w*)/g)].map(([, tag]) => tag));
	assert.deepEqual(
		[...tags].filter(tag => ['script', 'img', 'a', 'link', 'iframe', 'object'].includes(tag ?? '')),
		[],
	);
	const markdown = incidentFormats.markdown(incident);
	for (const line of markdown.split('\n')) {
		const prose = line.replaceAll(/(`+)[^`].*?[^`]\1(?!`)/g, '');
		assert.doesNotMatch(prose, /(?<!\\)<|(?<!\\)\]\(|(?<!\\)`|(?<!\\)\*/, line);
		assert.doesNotMatch(prose, /http:\/\/evil/);
	}

	const rows = markdown.split('\n').filter(line => line.startsWith('| '));
	const cells = rows.map(line => line.split(/(?<!\\)\|/).length);
	assert.ok(cells.length > 5 && cells.every(number => [6, 7, 8, 9, 10].includes(number)), String(cells));
});

import assert from 'node:assert/strict';
import test from 'node:test';
import {Silences} from '../../../source/actions/execute/silences.js';
import type {ActionOutcome, ActionPlan, Verification} from '../../../source/domain/action.js';
import type {AuditFact} from '../../../source/domain/audit.js';
import type {MonitorEvent} from '../../../source/domain/event.js';
import {messageText} from '../../../source/domain/message.js';
import type {NodeAddress} from '../../../source/domain/node.js';
import type {Silence, SilenceReply, SilencerSource} from '../../../source/domain/silence.js';
import {FakeClock, settle} from '../../harness/fake-clock.js';
import {type RecordParts, recordFrom} from '../../harness/records.js';

const target = '10.0.1.11:6379' as NodeAddress;
const part = {place: 'am:9093', id: 'id-1'};
const wish = {target, runId: 'a'.repeat(40), nodes: [target], durationMs: 900_000, what: 'SHUTDOWN SAVE'};

/** Silences beside a made-up Alertmanager, with all that is audited and announced. */
function silencesBeside({
	set = {parts: [part], problem: undefined},
	lifts = [],
}: {
	readonly set?: SilenceReply;
	/** What each attempt to lift brings; undefined, and every later one: lifted. */
	readonly lifts?: ReadonlyArray<string | undefined>;
} = {}) {
	const clock = new FakeClock();
	const audits: AuditFact[] = [];
	const events: MonitorEvent[] = [];
	let deletions = 0;
	let auditFailure: string | undefined;
	const silencer: SilencerSource = {
		place: 'am:9093',
		load: async () => ({
			commandOf: () => 'amtool silence add',
			set: async () => set,
			lift: async () => {
				deletions += 1;
				return lifts[deletions - 1];
			},
		}),
	};
	const audit = {
		file: '',
		append: async (fact: AuditFact) => {
			if (auditFailure !== undefined) {
				throw new Error(auditFailure);
			}

			audits.push(fact);
		},
	};
	const silences = new Silences({silencer, gate: {audit, clock}, announce: event => events.push(event)});
	return {
		silences,
		clock,
		deletions: () => deletions,
		audits: () => audits.map(({action, phase, detail}) => `${action} ${phase} ${detail}`),
		events: () => events.map(({text, severity}) => `${severity} ${messageText(text)}`),
		failAudit(why: string) {
			auditFailure = why;
		},
		/** A poll of the node now. */
		see: (parts: RecordParts = {}) => {
			const record = recordFrom({address: target, ...parts});
			silences.see({...record, sample: record.sample && {...record.sample, atMs: clock.now()}});
		},
		async held(): Promise<Silence> {
			const {silence} = await silences.set(wish);
			assert.ok(silence);
			return silence;
		},
	};
}

const progress = (outcome: ActionOutcome, verification?: Verification, lastsMs = 0) => ({
	plan: {silence: {nodes: [target], lastsMs}} as unknown as ActionPlan,
	outcome,
	verification,
	problems: [],
});

test('a silence is audited before it is asked for, with its end and its id after', async () => {
	const {silences, audits} = silencesBeside();
	const {silence, problem} = await silences.set(wish);
	assert.equal(problem, undefined);
	assert.deepEqual(silence, {target, parts: [part], endsAtMs: Date.UTC(2026, 10, 23, 14, 15, 0)});
	assert.deepEqual(audits(), [
		`silence intent redis-top: SHUTDOWN SAVE on ${target}`,
		'silence outcome set until 14:15:00 UTC, id-1',
	]);
	assert.equal(silences.heldUntilMs(target), silence?.endsAtMs);
});

test('nothing is asked for where the audit log cannot be written', async () => {
	const {silences, failAudit} = silencesBeside();
	failAudit('the disk is full');
	assert.deepEqual(await silences.set(wish), {silence: undefined, problem: 'the disk is full'});
});

test('a silence that cannot be set is in the log with the reason', async () => {
	const {silences, audits} = silencesBeside({set: {parts: [], problem: 'Alertmanager am:9093 refuses connections'}});
	assert.deepEqual(await silences.set(wish), {
		silence: undefined,
		problem: 'Alertmanager am:9093 refuses connections',
	});
	assert.equal(audits()[1], 'silence outcome Alertmanager am:9093 refuses connections');
	assert.equal(silences.heldUntilMs(target), undefined);
});

test('after the proof the silence holds until the node answers a poll', async () => {
	const {silences, held, see, clock, deletions, audits, events} = silencesBeside();
	const silence = await held();
	assert.match(silences.endWith(silence, progress({kind: 'closed'}, {kind: 'proved', text: 'gone'})), /14:15:00 UTC/);
	see({reach: 'down'});
	await clock.advance(1000);
	see({reach: 'loading'});
	await settle();
	assert.equal(deletions(), 0);
	see();
	await settle();
	assert.equal(deletions(), 1);
	assert.equal(audits().at(-1), 'silence verified lifted: id-1');
	assert.deepEqual(events(), ['info the silence in Alertmanager is lifted']);
	assert.equal(silences.heldUntilMs(target), undefined);
});

test('a poll from before the end of the action does not count, nor does one while the action goes on', async () => {
	const {silences, held, see, clock, deletions} = silencesBeside();
	const silence = await held();
	silences.endWith(silence, progress({kind: 'replied', reply: 'OK'}, {kind: 'proved', text: ''}, 30_000));
	see();
	await clock.advance(30_000);
	see();
	await settle();
	assert.equal(deletions(), 0);
	await clock.advance(1);
	see();
	await settle();
	assert.equal(deletions(), 1);
});

for (const outcome of [
	{kind: 'not-sent', why: 'another process'},
	{kind: 'refused', reply: 'ERR'},
] as const) {
	test(`the silence of an action that had no effect is lifted at once: ${outcome.kind}`, async () => {
		const {silences, held, deletions} = silencesBeside();
		silences.endWith(await held(), progress(outcome));
		await settle();
		assert.equal(deletions(), 1);
	});
}

test('lifting is tried again while Alertmanager is away, and said once', async () => {
	const away = 'Alertmanager am:9093 refuses connections';
	const {silences, held, clock, deletions, audits, events} = silencesBeside({lifts: [away, away]});
	silences.lift(await held());
	await clock.advance(60_000);
	assert.equal(deletions(), 3);
	assert.deepEqual(events(), [
		`warning the silence is not lifted yet: ${away}`,
		'info the silence in Alertmanager is lifted',
	]);
	assert.equal(audits().at(-1), 'silence verified lifted: id-1');
});

test('a silence that ended by itself is not lifted', async () => {
	const {silences, held, clock, see, deletions} = silencesBeside();
	silences.endWith(await held(), progress({kind: 'closed'}, {kind: 'proved', text: ''}));
	await clock.advance(900_000);
	see();
	await settle();
	assert.equal(deletions(), 0);
});

test('the end of redis-top leaves a silence to its own end, and writes when that is', async () => {
	const {silences, held, audits, deletions} = silencesBeside();
	silences.endWith(await held(), progress({kind: 'closed'}, {kind: 'proved', text: ''}));
	await silences.close();
	assert.equal(audits().at(-1), 'silence unproved redis-top ended: it ends by itself at 14:15:00 UTC');
	assert.equal(deletions(), 0);
});

test('the end of redis-top does not wait for an Alertmanager that hangs', async () => {
	const clock = new FakeClock();
	const silencer: SilencerSource = {
		place: 'am:9093',
		load: async () => ({
			commandOf: () => '',
			set: async () => ({parts: [part], problem: undefined}),
			lift: () => new Promise(() => undefined),
		}),
	};
	const silences = new Silences({
		silencer,
		gate: {audit: {file: '', append: async () => undefined}, clock},
		announce: () => undefined,
	});
	const {silence} = await silences.set(wish);
	assert.ok(silence);
	silences.lift(silence);
	const closed = silences.close();
	await clock.advance(2000);
	await closed;
});

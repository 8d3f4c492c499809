import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {restartNote} from '../../../source/actions/restart/restart-box.js';
import type {RestartObservation} from '../../../source/actions/restart/restart-state.js';
import {
	advance,
	beginRestart,
	currentStep,
	isOver,
	maySkip,
	stepsFor,
	withStep,
} from '../../../source/actions/restart/steps.js';
import type {NodeAddress, NodeRole, NodeState} from '../../../source/domain/node.js';
import type {RestartRun, RestartStep} from '../../../source/domain/restart.js';
import type {Failure, NodeSample} from '../../../source/domain/sample.js';
import {infoOf} from '../../harness/records.js';

const [oldId, newId] = ['a'.repeat(40), 'b'.repeat(40)];
const startMs = Date.UTC(2026, 10, 23, 14, 0, 0);

type Look = {
	readonly runId?: string;
	readonly reach?: NodeState;
	readonly role?: NodeRole;
	readonly keys?: number;
	readonly expires?: number;
	readonly loaded?: number;
	readonly replicas?: number;
	readonly link?: string;
	readonly code?: string;
	readonly loading?: Readonly<Record<string, number>>;
};

function infoFor({runId = oldId, keys = 800, expires = 0, loaded, replicas = 0, link, loading = {}}: Look) {
	const lines = Array.from({length: replicas}, (_, index) => [
		`slave${index}`,
		`ip=10.0.1.${20 + index},port=6379,state=online,offset=1,lag=0`,
	]);
	return infoOf({
		server: {run_id: runId},
		persistence: {...loading, ...(loaded === undefined ? {} : {rdb_last_load_keys_loaded: loaded})},
		replication: {...Object.fromEntries(lines), ...(link === undefined ? {} : {master_link_status: link})},
		keyspace: keys > 0 ? {db0: `keys=${keys},expires=${expires},avg_ttl=0`} : {},
	});
}

const observation = (look: Look = {}): RestartObservation => ({
	reach: look.reach ?? 'up',
	role: look.role ?? 'primary',
	failure: look.code === undefined ? undefined : ({code: look.code} as Failure),
	sample: {runId: look.runId ?? oldId, info: infoFor(look)} as NodeSample,
});

const gone = observation({reach: 'down', code: 'ECONNREFUSED'});

function runFor(look: Look = {}, isSaveOptional = false): RestartRun {
	const start = {who: 'nobody', text: 'redis-server', command: undefined, isAutomatic: false};
	return beginRestart({
		record: {address: '10.0.1.11:6379' as NodeAddress, role: look.role ?? 'primary'},
		info: infoFor(look),
		start,
		isSaveOptional,
		osUser: 'alice',
		ownerPid: 1,
		nowMs: startMs,
	});
}

const at = (run: RestartRun, id: RestartStep['id'], state: RestartStep['state'] = 'todo'): RestartRun => {
	let next = run;
	for (const step of run.steps) {
		if (step.id === id) {
			return withStep(next, id, state, '', startMs);
		}

		next = withStep(next, step.id, 'done', '', startMs);
	}

	return next;
};

const states = ({steps}: RestartRun) => steps.map(({id, state}) => `${id} ${state}`).join(', ');

test('a primary with a replica goes out of its role first, nobody else', () => {
	assert.deepEqual(stepsFor('primary', 2), ['failover', 'save', 'stop', 'start', 'load', 'prove']);
	assert.deepEqual(stepsFor('primary', 0), ['save', 'stop', 'start', 'load', 'prove']);
	assert.deepEqual(stepsFor('replica', 2), ['save', 'stop', 'start', 'load', 'prove']);
});

test('what may be left out', () => {
	assert.ok(maySkip(runFor(), 'failover'));
	assert.ok(!maySkip(runFor(), 'save'));
	assert.ok(maySkip(runFor({}, true), 'save'));
	for (const id of ['stop', 'start', 'load', 'prove'] as const) {
		assert.ok(!maySkip(runFor({}, true), id));
	}
});

test('a failover is seen by the role, and what must come back is what it has then', () => {
	const run = runFor({replicas: 2});
	assert.equal(currentStep(advance(run, observation({replicas: 2}), startMs))?.id, 'failover');
	const next = advance(run, observation({role: 'replica', keys: 810, link: 'up'}), startMs);
	assert.equal(currentStep(next)?.id, 'save');
	assert.deepEqual([next.before.role, next.before.keys, next.before.replicas], ['replica', 810, 0]);
});

test('polls tell whether a sent stop worked, never a single lost connection', () => {
	const sent = at(runFor(), 'stop', 'sent');
	assert.equal(currentStep(advance(sent, gone, startMs))?.id, 'start');
	assert.equal(advance(sent, observation({reach: 'down', code: 'ETIMEDOUT'}), startMs), sent);
	assert.equal(advance(sent, observation({reach: 'stale'}), startMs), sent);
	// Sent, and the same process answers: perhaps it saves, perhaps nothing arrived. Nothing is done by itself.
	assert.equal(advance(sent, observation(), startMs), sent);
	// Not sent: that it is gone was not us, and that another one answers neither.
	const todo = at(runFor(), 'stop');
	assert.equal(advance(todo, gone, startMs), todo);
	const other = advance(todo, observation({runId: newId}), startMs);
	assert.equal(currentStep(other)?.state, 'failed');
	assert.equal(advance(other, observation({runId: newId}), startMs + 1000), other);
	assert.match(restartNote(other) ?? '', /step 2 of 5, stop FAILED: another process answers/);
});

test('a restart before the stop ends it, too', () => {
	const run = advance(runFor(), observation({runId: newId}), startMs);
	assert.equal(currentStep(run)?.state, 'failed');
});

test('a supervisor that starts it at once does the rest in one look', () => {
	const run = advance(at(runFor(), 'stop', 'sent'), observation({runId: newId}), startMs);
	assert.ok(isOver(run), states(run));
	assert.equal(restartNote(run), undefined);
});

test('loading is waited for, with the server’s own estimate', () => {
	const loading = {loading: 1, loading_loaded_perc: 42, loading_eta_seconds: 12};
	const run = advance(at(runFor(), 'start'), observation({runId: newId, reach: 'loading', keys: 0, loading}), startMs);
	assert.deepEqual([currentStep(run)?.id, currentStep(run)?.note], ['load', 'loading: 42%, 12s left']);
	assert.ok(isOver(advance(run, observation({runId: newId}), startMs)));
});

const proofCases: ReadonlyArray<readonly [before: Look, after: Look, sinceMs: number, state: string, note: RegExp]> = [
	[{}, {}, 0, 'done', /^run id now bbbbbbbb, 800 of 800 keys, primary as before$/],
	[{}, {keys: 900}, 0, 'done', /900 of 800 keys/],
	[{}, {keys: 799}, 0, 'failed', /799 of 800 keys: 1 key more missing than can have expired/],
	[{expires: 10}, {keys: 790}, 0, 'done', /790 of 800 keys/],
	[{expires: 10}, {keys: 789}, 0, 'failed', /1 key more missing/],
	// A client deleted some after it was back: what was loaded counts.
	[{}, {keys: 500, loaded: 800}, 0, 'done', /500 of 800 keys/],
	[{}, {keys: 0}, 0, 'failed', /0 of 800 keys: 800 keys more missing/],
	[{replicas: 2}, {replicas: 1}, 0, 'sent', /1 of 2 replicas back; waiting for its replicas/],
	[{replicas: 2}, {replicas: 1}, 400_000, 'failed', /waiting for its replicas after 6m40s/],
	[{replicas: 2}, {replicas: 2}, 0, 'done', /2 of 2 replicas back/],
	[{role: 'replica'}, {role: 'replica', link: 'up'}, 0, 'done', /replica as before/],
	[{role: 'replica'}, {role: 'replica', link: 'down'}, 0, 'sent', /its link to the primary is down/],
	[{role: 'replica'}, {role: 'primary'}, 0, 'failed', /two may take writes/],
	// A Sentinel promoted another one meanwhile.
	[{}, {role: 'replica', link: 'up'}, 0, 'done', /replica now, primary before/],
];

for (const [before, after, sinceMs, state, note] of proofCases) {
	test(`proof: ${JSON.stringify(before)} then ${JSON.stringify(after)} is ${state}`, () => {
		const run = at(runFor(before), 'prove');
		const next = advance(run, observation({runId: newId, ...after}), startMs + sinceMs);
		const step = next.steps.at(-1);
		assert.equal(step?.state, state);
		assert.match(step?.note ?? '', note);
	});
}

test('nothing that is seen sends a step twice, goes back, or skips one that needs somebody', () => {
	const look = fc.record({
		runId: fc.constantFrom(oldId, newId),
		reach: fc.constantFrom<NodeState>('up', 'down', 'loading', 'stale', 'refusing', 'busy', 'connecting'),
		role: fc.constantFrom<NodeRole>('primary', 'replica', 'unknown'),
		keys: fc.nat(1000),
		replicas: fc.nat(3),
		code: fc.constantFrom('ECONNREFUSED', 'ETIMEDOUT', 'TIMEOUT'),
	});
	fc.assert(
		fc.property(fc.array(look, {maxLength: 20}), looks => {
			let run = runFor({replicas: 1});
			for (const [index, seen] of looks.entries()) {
				const place = run.steps.findIndex(({state}) => state !== 'done');
				run = advance(run, observation(seen), startMs + index * 1000);
				const next = run.steps.findIndex(({state}) => state !== 'done');
				assert.ok(next === -1 || next >= place);
			}

			// Nobody pressed anything: the save was not made, so nothing after it can be done.
			const done = run.steps.filter(({state}) => state === 'done').map(({id}) => id);
			assert.ok(
				done.every(id => id === 'failover'),
				states(run),
			);
		}),
	);
});

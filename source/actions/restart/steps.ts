import type {InfoReply} from '../../domain/info-reply.js';
import {keyCount} from '../../domain/metric.js';
import type {RestartBefore, RestartRun, RestartStep, RestartStepId, StartAdvice} from '../../domain/restart.js';
import {replicaLines} from '../../parse/info-fields.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {percent, seconds} from '../../text/units.js';
import {expiringKeyCount} from '../catalogue/saved-data.js';
import {verifyRestart} from './restart-proof.js';
import type {RestartObservation} from './restart-state.js';

export type RestartBeginning = {
	readonly record: Pick<NodeRecord, 'address' | 'role'>;
	readonly info: InfoReply;
	readonly start: StartAdvice;
	readonly isSaveOptional: boolean;
	readonly osUser: string;
	readonly ownerPid: number;
	readonly nowMs: number;
};

const onlineReplicas = (info: InfoReply): number => replicaLines(info).filter(({state}) => state === 'online').length;

export const beforeOf = (info: InfoReply, role: RestartBefore['role']): RestartBefore => ({
	runId: info.text('server', 'run_id') ?? '',
	role,
	keys: keyCount(info),
	expiring: expiringKeyCount(info),
	replicas: onlineReplicas(info),
});

/** The steps of a restart. A primary with an online replica fails over first. */
export function stepsFor(role: RestartBefore['role'], replicas: number): RestartStepId[] {
	const hasCandidate = role === 'primary' && replicas > 0;
	return [...(hasCandidate ? (['failover'] as const) : []), 'save', 'stop', 'start', 'load', 'prove'];
}

export function beginRestart({
	record,
	info,
	start,
	isSaveOptional,
	osUser,
	ownerPid,
	nowMs,
}: RestartBeginning): RestartRun {
	const before = beforeOf(info, record.role);
	const step = (id: RestartStepId): RestartStep => ({id, state: 'todo', note: '', atMs: nowMs});
	const steps = stepsFor(record.role, before.replicas).map(step);
	return {address: record.address, startedAtMs: nowMs, osUser, ownerPid, before, start, isSaveOptional, steps};
}

/** The first step that is neither done nor skipped; undefined when the restart is over. */
export const currentStep = ({steps}: RestartRun): RestartStep | undefined =>
	steps.find(({state}) => state === 'todo' || state === 'sent' || state === 'failed');

export const isOver = (run: RestartRun): boolean => currentStep(run) === undefined;

export function withStep(
	run: RestartRun,
	id: RestartStepId,
	state: RestartStep['state'],
	note: string,
	nowMs: number,
): RestartRun {
	const change = (step: RestartStep): RestartStep =>
		step.id === id && (step.state !== state || step.note !== note)
			? {id, state, note, atMs: step.state === state ? step.atMs : nowMs}
			: step;
	const steps = run.steps.map(change);
	return steps.every((step, index) => step === run.steps[index]) ? run : {...run, steps};
}

/** Whether a step may be skipped: the failover always, the save only if the AOF has all data. */
export const maySkip = ({isSaveOptional}: RestartRun, id: RestartStepId): boolean =>
	id === 'failover' || (id === 'save' && isSaveOptional);

/**
Returns the restart as it is after another poll of its node. Only observations advance a restart. redis-top never
repeats a sent command by itself, even if it did not see the command's effect.
*/
export function advance(run: RestartRun, observation: RestartObservation, nowMs: number): RestartRun {
	let next = run;
	// One poll may complete several steps, for example if a supervisor starts a stopped server before the next poll.
	for (let left = run.steps.length; left > 0; left--) {
		const step = currentStep(next);
		const advanced = step === undefined ? next : advanceStep(next, step, observation, nowMs);
		if (advanced === next) {
			return next;
		}

		next = advanced;
	}

	return next;
}

function advanceStep(run: RestartRun, step: RestartStep, observation: RestartObservation, nowMs: number): RestartRun {
	const set = (state: RestartStep['state'], note: string) => withStep(run, step.id, state, note, nowMs);
	const {reach, sample} = observation;
	const isAnswering = (reach === 'up' || reach === 'loading') && sample?.runId !== undefined;
	const isOld = isAnswering && sample.runId === run.before.runId;
	const isNew = isAnswering && !isOld;
	// The operator decides how to continue after a failed step.
	if (step.state === 'failed') {
		return run;
	}

	switch (step.id) {
		case 'failover':
		case 'save': {
			if (isNew) {
				return set('failed', 'another process answers: the server restarted before redis-top stopped it');
			}

			const refreshed = isOld ? refresh(run, observation) : run;
			return step.id === 'failover' && isOld && observation.role === 'replica'
				? withStep(refreshed, 'failover', 'done', 'it is a replica now', nowMs)
				: refreshed;
		}

		case 'stop':
			return advanceStop(run, step, observation, nowMs);
		case 'start':
			return isNew ? set('done', 'another process answers') : run;
		case 'load':
			return isNew ? advanceLoad(run, observation, nowMs) : run;
		case 'prove': {
			if (!isNew || reach !== 'up') {
				return run;
			}

			const proof = verifyRestart(run, observation, nowMs - step.atMs);
			return set(proof.kind === 'proved' ? 'done' : proof.kind === 'failed' ? 'failed' : 'sent', proof.text);
		}
	}
}

/**
Updates the state that the restart must restore. It is updated until the old process is asked to stop, because keys and
replicas may change until then.
*/
function refresh(run: RestartRun, {sample, role}: RestartObservation): RestartRun {
	const before = sample === undefined ? run.before : beforeOf(sample.info, role);
	const isSame = (Object.keys(before) as Array<keyof RestartBefore>).every(name => before[name] === run.before[name]);
	return isSame ? run : {...run, before};
}

function advanceStop(run: RestartRun, step: RestartStep, observation: RestartObservation, nowMs: number): RestartRun {
	const {reach, sample} = observation;
	const set = (state: RestartStep['state'], note: string) => withStep(run, 'stop', state, note, nowMs);
	const isAnswering = (reach === 'up' || reach === 'loading') && sample?.runId !== undefined;
	if (isAnswering && sample.runId === run.before.runId) {
		return step.state === 'todo' ? refresh(run, observation) : run;
	}

	if (step.state === 'todo') {
		return isAnswering
			? set('failed', 'another process answers: the server restarted before redis-top stopped it')
			: run;
	}

	if (isAnswering) {
		return set('done', 'the process that was asked to stop is gone');
	}

	const isClosed = reach === 'down' && /ECONNREFUSED|ENOENT/.test(observation.failure?.code ?? '');
	return isClosed ? set('done', 'nothing listens any more') : run;
}

function advanceLoad(run: RestartRun, {reach, sample}: RestartObservation, nowMs: number): RestartRun {
	const part = sample?.info.number('persistence', 'loading_loaded_perc');
	const left = sample?.info.number('persistence', 'loading_eta_seconds');
	const isLoading = reach === 'loading' || sample?.info.number('persistence', 'loading') === 1;
	if (!isLoading) {
		return withStep(run, 'load', 'done', 'it answers', nowMs);
	}

	const words = part === undefined ? 'loading' : `loading: ${percent(part / 100)}, ${seconds(left)} left`;
	return withStep(run, 'load', 'sent', words, nowMs);
}

import {machineUrgency, severityRank} from '../domain/finding.js';
import type {NodeAddress} from '../domain/node.js';
import type {MonitorState} from './monitor-state.js';
import type {SharedProblem, Verdict} from './verdict.js';

/** The cause that line 2 of the screen is about. It stays there while others come and go, so that it can be read. */
export type Subject = {
	/** The problem as it was when it became the subject. Its later versions have the same `cause`. */
	readonly problem: SharedProblem;
	/** When the problem ended, in milliseconds since the epoch; undefined while it lasts. */
	readonly endedAtMs: number | undefined;
};

/** How long a problem stays the subject after its end, in milliseconds: time to read what it was. */
export const subjectKeptMs = 10_000;

/**
How long a problem of the server stays the subject after its end, while nothing but a busy machine is left, in
milliseconds. Without that, a load that comes and goes on a busy machine would change the subject twice in each turn.
*/
export const subjectKeptBesideMachineMs = 60_000;

const isOfMachine = ({urgency}: SharedProblem): boolean => urgency >= machineUrgency;

/** The causes of a verdict, the most urgent first; none when nothing is wrong. */
export const causesOf = (verdict: Verdict): readonly SharedProblem[] =>
	'cause' in verdict ? [verdict.cause, ...verdict.others] : [];

/**
The subject of line 2 after a verdict. A subject stays until something worse comes, or until ten seconds after its end. A
more severe cause is worse; among critical causes, a more urgent one is worse too. Warnings come and go with the load,
so that a more urgent warning alone does not replace another one, unless that is of the machine: a busy machine is the
background of every other problem. The same object is returned while nothing changes.
*/
export function nextSubject(held: Subject | undefined, verdict: Verdict, nowMs: number): Subject | undefined {
	const causes = causesOf(verdict);
	const [first] = causes;
	const fresh: Subject | undefined = first === undefined ? undefined : {problem: first, endedAtMs: undefined};
	if (held === undefined) {
		return fresh;
	}

	const present = causes.find(({cause}) => cause === held.problem.cause);
	if (present !== undefined && first !== undefined) {
		if (isWorse(first, present)) {
			return fresh;
		}

		return held.endedAtMs === undefined && present.severity === held.problem.severity
			? held
			: {problem: present, endedAtMs: undefined};
	}

	// If the cause of the subject is found later, the subject has become a consequence. It has not ended, and its cause
	// is shown instead.
	const ownCause = causes.find(({explains}) => explains?.includes(held.problem.cause) === true);
	if (ownCause !== undefined && held.endedAtMs === undefined) {
		return {problem: ownCause, endedAtMs: undefined};
	}

	const endedAtMs = held.endedAtMs ?? nowMs;
	const keptMs =
		first !== undefined && isOfMachine(first) && !isOfMachine(held.problem)
			? subjectKeptBesideMachineMs
			: subjectKeptMs;
	const isOver = nowMs - endedAtMs >= keptMs || nowMs < endedAtMs;
	const isBackground = first !== undefined && !isOfMachine(first) && isOfMachine(held.problem);
	if (isOver || isBackground || first?.severity === 'critical') {
		return fresh;
	}

	return held.endedAtMs === undefined ? {...held, endedAtMs} : held;
}

const isWorse = (one: SharedProblem, other: SharedProblem): boolean =>
	severityRank[one.severity] > severityRank[other.severity] ||
	(one.severity === other.severity && isOfMachine(other) && !isOfMachine(one)) ||
	(one.severity === 'critical' && other.severity === 'critical' && one.urgency < other.urgency);

/** The verdict with the subject's cause in front, if it still lasts. */
export function withSubject(verdict: Verdict, subject: Subject | undefined): Verdict {
	const causes = causesOf(verdict);
	const present = subject && causes.find(({cause}) => cause === subject.problem.cause);
	return present === undefined
		? verdict
		: {severity: present.severity, cause: present, others: causes.filter(each => each !== present)};
}

/**
The node to which the focus goes while the user has chosen none: the one with a critical problem that is the subject. A
node that does not answer is not followed, because its panels would show old figures; nor is a Sentinel. Undefined: the
focus stays where it was.
*/
export function followedNode(
	{nodes}: Pick<MonitorState, 'nodes'>,
	subject: Subject | undefined,
): NodeAddress | undefined {
	const {problem, endedAtMs} = subject ?? {};
	const record = problem?.node === undefined ? undefined : nodes.get(problem.node);
	return problem?.severity === 'critical' &&
		endedAtMs === undefined &&
		record?.reach === 'up' &&
		record.sample !== undefined &&
		record.role !== 'sentinel'
		? record.address
		: undefined;
}

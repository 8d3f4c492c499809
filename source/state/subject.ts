import {machineUrgency, severityRank} from '../domain/finding.js';
import type {NodeAddress} from '../domain/node.js';
import type {MonitorState} from './monitor-state.js';
import type {SharedProblem, Verdict} from './verdict.js';

/**
The cause that line 2 of the screen shows. The line keeps this cause while other causes come and go, so that people can
read it.
*/
export type Subject = {
	/** The problem as it was when it became the subject. Its later versions have the same `cause`. */
	readonly problem: SharedProblem;
	/** When the problem ended, in milliseconds since the epoch; undefined while it lasts. */
	readonly endedAtMs: number | undefined;
	/** The previous subject, if its problem ended; undefined otherwise. */
	readonly former?: {readonly cause: string; readonly endedAtMs: number} | undefined;
	/** Whether the problem came back within a minute of its previous end. */
	readonly isRecurring?: boolean;
};

/** How long a problem stays the subject after its end, in milliseconds. Users need this time to read it. */
export const subjectKeptMs = 10_000;

/**
The longer time for which a problem stays the subject after its end, in milliseconds. It applies when the problem came
back before, or when only a busy machine is left. Otherwise, the subject would change twice each time a load comes and
goes.
*/
export const subjectKeptLongMs = 60_000;

const isOfMachine = ({urgency}: SharedProblem): boolean => urgency >= machineUrgency;

/** The causes of a verdict, the most urgent first; empty when nothing is wrong. */
export const causesOf = (verdict: Verdict): readonly SharedProblem[] =>
	'cause' in verdict ? [verdict.cause, ...verdict.others] : [];

/**
The subject of line 2 after a verdict. A subject stays until something worse comes, or until ten seconds after its end.
A problem that came back within a minute stays for a minute after its next end.

A more severe cause is worse; among critical causes, a more urgent one is worse too. Warnings come and go with the load,
so a more urgent warning does not replace another warning. The exception is a warning about a busy machine, which any
other warning replaces. The same object is returned while nothing changes.
*/
export function nextSubject(held: Subject | undefined, verdict: Verdict, nowMs: number): Subject | undefined {
	const causes = causesOf(verdict);
	const [first] = causes;
	const fresh = first && successor(held, first, nowMs);
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
			: {...held, problem: present, endedAtMs: undefined};
	}

	// If the cause of the subject is found later, the subject has become a consequence of that cause. The subject has not
	// ended, and the cause is shown instead.
	const ownCause = causes.find(({explains}) => explains?.includes(held.problem.cause) === true);
	if (ownCause !== undefined && held.endedAtMs === undefined) {
		return {problem: ownCause, endedAtMs: undefined};
	}

	const endedAtMs = held.endedAtMs ?? nowMs;
	const isMachineLeft = first !== undefined && isOfMachine(first) && !isOfMachine(held.problem);
	const keptMs = isMachineLeft || held.isRecurring === true ? subjectKeptLongMs : subjectKeptMs;
	const isOver = nowMs - endedAtMs >= keptMs || nowMs < endedAtMs;
	const isBackground = first !== undefined && !isOfMachine(first) && isOfMachine(held.problem);
	if (isOver || isBackground || first?.severity === 'critical') {
		return fresh;
	}

	return held.endedAtMs === undefined ? {...held, endedAtMs} : held;
}

/** Makes a problem the new subject, after the subject `held`. */
function successor(held: Subject | undefined, problem: SharedProblem, nowMs: number): Subject {
	const former = held?.endedAtMs === undefined ? held?.former : {cause: held.problem.cause, endedAtMs: held.endedAtMs};
	const isRecurring = former?.cause === problem.cause && nowMs - former.endedAtMs < subjectKeptLongMs;
	return {problem, endedAtMs: undefined, ...(former && {former}), ...(isRecurring && {isRecurring})};
}

const isWorse = (one: SharedProblem, other: SharedProblem): boolean =>
	severityRank[one.severity] > severityRank[other.severity] ||
	(one.severity === other.severity && isOfMachine(other) && !isOfMachine(one)) ||
	(one.severity === 'critical' && other.severity === 'critical' && one.urgency < other.urgency);

/** The verdict with the subject's cause first, if that cause is still present. */
export function withSubject(verdict: Verdict, subject: Subject | undefined): Verdict {
	const causes = causesOf(verdict);
	const present = subject && causes.find(({cause}) => cause === subject.problem.cause);
	return present === undefined
		? verdict
		: {severity: present.severity, cause: present, others: causes.filter(each => each !== present)};
}

/**
The node that gets the focus while the user has chosen no node: the node of line 2's subject, if the subject is
critical. Sentinels and nodes that do not answer do not get the focus; panels of a node that does not answer would show
old figures. Undefined: the focus stays where it was.
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

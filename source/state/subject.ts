import {clientErrorUrgency, effectRank, machineUrgency, setUpUrgency, severityRank} from '../domain/finding.js';
import type {NodeAddress} from '../domain/node.js';
import type {RuleId} from '../rules/all-rules.js';
import {takeoverOf} from '../topology/taken-over.js';
import type {MonitorState} from './monitor-state.js';
import type {SharedProblem, Verdict} from './verdict.js';

/**
The cause that line 2 of the screen shows. The line keeps this cause while other causes come and go, so that people can
read it.
*/
export type Subject = {
	/**
	The problem as it was when it became the subject, or when its severity last changed. Later versions of the problem
	have the same `cause`.
	*/
	readonly problem: SharedProblem;
	/** When the problem ended, in milliseconds since the epoch; undefined while it lasts. */
	readonly endedAtMs: number | undefined;
	/**
	Earlier subjects whose problems ended within the last ten minutes: the time of the end, by the problem's `cause`.
	*/
	readonly former?: ReadonlyMap<string, number>;
	/** Whether the problem came back within ten minutes of its end. */
	readonly isRecurring?: boolean;
};

/** How long a problem stays the subject after its end, in milliseconds. Users need this time to read it. */
export const subjectKeptMs = 10_000;

/**
How long a critical problem stays the subject after its end, in milliseconds. Line 2 says in this time that the problem
is over, and only then shows the next warning.
*/
export const criticalKeptMs = 20_000;

/**
The longer time for which a problem stays the subject after its end, in milliseconds. It applies to a problem that had
ended once before and came back. It also applies if a busy machine is the only problem left. With the shorter time, the
subject would change twice each time a load comes and goes.
*/
export const subjectKeptLongMs = 60_000;

/** A problem that comes back within this time after its end is recurring, in milliseconds. */
export const recurringWithinMs = 600_000;

const isOfMachine = ({urgency}: SharedProblem): boolean => urgency === machineUrgency;

/** Whether a problem is only how a server is set up, and not what has happened. */
const isSetUp = ({urgency}: SharedProblem): boolean => urgency === setUpUrgency;

/** The causes of a verdict, the most urgent first; empty when nothing is wrong. */
export const causesOf = (verdict: Verdict): readonly SharedProblem[] =>
	'cause' in verdict ? [verdict.cause, ...verdict.others] : [];

/**
The subject of line 2 after a verdict. The same object is returned while nothing changes.
- A subject stays until a worse cause comes, or until ten seconds after its end (twenty if it was critical).
- A replication link that brought nothing gives way to the warning that the link is down, at once: the fault goes on.
- A node that did not answer stays for ten seconds after the end, and only while nothing else is wrong.
- A subject that has ended gives way to a warning of its node that is as urgent and began before the end. After ten
  seconds on the line it gives way to one that began later, too, if that one is as severe: it can be read, and is over.
- It gives way at once to errors that clients get now: what has ended must not stand above requests that fail.
- A problem that came back within ten minutes stays for a minute after its next end.
- After a subject, a warning that has lasted for half a minute comes first. A younger warning may end before it is read.
- A more severe cause is worse. Among critical causes, a more urgent cause is worse too.
- A more urgent warning does not replace another warning, because warnings come and go with the load.
- The first exception is a warning about a busy machine: any other warning replaces it.
- The second exception is a warning that users do not feel, such as an unsafe setting or a restart that is over: one that
  they feel replaces it. A warning of a risk, such as a failover that is impossible, gives way to errors that clients get.
- The third exception is a warning that began with the subject, within seconds: both are of one incident, or were there
  when redis-top came. The rules find them one after the other, and the more urgent one is shown.
*/
export function nextSubject(held: Subject | undefined, verdict: Verdict, nowMs: number): Subject | undefined {
	const causes = causesOf(verdict);
	const [first] = causes;
	const fresh = first && successor(held, causes, nowMs);
	if (held === undefined) {
		return fresh;
	}

	const present = causes.find(({cause}) => cause === held.problem.cause);
	if (present !== undefined && first !== undefined) {
		if (isWorse(first, present)) {
			return fresh;
		}

		if (isOfSameStart(first, present, nowMs)) {
			return {problem: first, endedAtMs: undefined, ...(held.former && {former: held.former})};
		}

		return held.endedAtMs === undefined &&
			present.severity === held.problem.severity &&
			present.explainedBy === held.problem.explainedBy
			? held
			: {...held, problem: present, endedAtMs: undefined};
	}

	// A command that held the server may hold it again. The silence and the command are one subject in turns.
	const sameCause = causes.find(cause => isExplainedBy(cause, held.problem) || isExplainedBy(held.problem, cause));
	if (sameCause !== undefined) {
		return {problem: sameCause, endedAtMs: undefined, ...(held.former && {former: held.former})};
	}

	// If the cause of the subject is found later, the subject has become a consequence of that cause. That cause is shown
	// at once, because the subject has not ended.
	const ownCause = causes.find(({explains}) => explains?.includes(held.problem.cause) === true);
	if (ownCause !== undefined && held.endedAtMs === undefined) {
		return {problem: ownCause, endedAtMs: undefined, ...(held.former && {former: held.former})};
	}

	const stages = held.problem.rule === undefined ? undefined : nextStages.get(held.problem.rule);
	const stage = causes.find(({rule}) => rule !== undefined && stages?.includes(rule) === true);
	if (stage !== undefined && first?.severity !== 'critical') {
		return {problem: stage, endedAtMs: undefined, ...(held.former && {former: held.former})};
	}

	const endedAtMs = held.endedAtMs ?? nowMs;
	const keptMs = isOutage(held.problem) ? subjectKeptMs : keptOf(held, first);
	const isOver = nowMs - endedAtMs >= keptMs || nowMs < endedAtMs;
	const isBackground = first !== undefined && !isOfMachine(first) && isOfMachine(held.problem);
	const errors = causes.find(
		({urgency, cause}) => urgency === clientErrorUrgency && held.problem.explains?.includes(cause) !== true,
	);
	if (errors !== undefined && !isOver && first?.severity !== 'critical') {
		return successor({...held, endedAtMs}, [errors], nowMs);
	}

	if (isOver || isBackground || first?.severity === 'critical' || hasPresent(causes, held, endedAtMs)) {
		return fresh;
	}

	const next = isRead(held, nowMs) ? causes.find(cause => isAsBad(cause, held.problem)) : undefined;
	if (next !== undefined) {
		return successor({...held, endedAtMs}, [next], nowMs);
	}

	return held.endedAtMs === undefined ? {...held, endedAtMs} : held;
}

/** Whether a node does not answer, and the other problem explains why. */
const isExplainedBy = (outage: SharedProblem, {rule, node}: SharedProblem): boolean =>
	outage.explainedBy !== undefined && outage.explainedBy === rule && outage.node === node;

/**
Rules about the next stage of a fault: a link that brings nothing is closed after `repl-timeout`. The fault has not ended
then, although its first finding has.
*/
const nextStages: ReadonlyMap<RuleId, readonly RuleId[]> = new Map<RuleId, readonly RuleId[]>([
	['rep.lag_ack', ['rep.link_down']],
	['rep.io_stale', ['rep.link_down']],
]);

/** Whether a problem is that a node does not answer. */
const isOutage = ({failsBy}: SharedProblem): boolean => failsBy !== undefined;

/** How long a problem of a node that answers stays the subject after its end, in milliseconds. */
function keptOf(held: Subject, first: SharedProblem | undefined): number {
	const isMachineLeft = first !== undefined && isOfMachine(first) && !isOfMachine(held.problem);
	const shortMs = held.problem.severity === 'critical' ? criticalKeptMs : subjectKeptMs;
	return isMachineLeft || held.isRecurring === true ? subjectKeptLongMs : shortMs;
}

/**
Whether one of the warnings is of more use than a subject that has ended:
- After an outage, each warning is, except one about the machine. The node may fail in another way now.
- After another problem, a warning of the same node is that is as urgent and began before the end.
*/
const hasPresent = (causes: readonly SharedProblem[], {problem}: Subject, endedAtMs: number): boolean =>
	causes.some(
		cause =>
			!isOfMachine(cause) &&
			(isOutage(problem) ||
				(cause.node === problem.node &&
					cause.urgency <= problem.urgency &&
					cause.sinceMs !== undefined &&
					cause.sinceMs < endedAtMs &&
					problem.explains?.includes(cause.cause) !== true)),
	);

/** Whether a subject has lasted for ten seconds, so that people had the time to read it. */
const isRead = ({problem: {sinceMs}}: Subject, nowMs: number): boolean =>
	sinceMs !== undefined && nowMs - sinceMs >= subjectKeptMs;

/** Whether a present problem is as severe and as urgent as a subject that has ended. */
const isAsBad = (cause: SharedProblem, ended: SharedProblem): boolean =>
	!isOfMachine(cause) &&
	cause.urgency <= ended.urgency &&
	severityRank[cause.severity] >= severityRank[ended.severity] &&
	ended.explains?.includes(cause.cause) !== true;

/** Time after which a warning counts as lasting, in milliseconds. */
const lastingMs = 30_000;

/**
Makes the worst cause the new subject after the subject `held`. Among warnings, the worst lasting warning is chosen;
without a lasting warning, the worst warning. A problem that `held` explained comes last, because it is no news. For
example, users know from a finding about evictions that memory is full.
*/
function successor(held: Subject | undefined, causes: readonly SharedProblem[], nowMs: number): Subject | undefined {
	const [first] = causes;
	const isLasting = (cause: SharedProblem) => !isOfMachine(cause) && nowMs - (cause.sinceMs ?? nowMs) >= lastingMs;
	const isResidue = ({cause}: SharedProblem) => held?.problem.explains?.includes(cause) === true;
	const rest = causes.filter(cause => !isResidue(cause));
	// After an outage, what the node has now comes first.
	const isNext = ({node}: SharedProblem) => held !== undefined && isOutage(held.problem) && node === held.problem.node;
	const problem =
		held === undefined || first?.severity === 'critical'
			? first
			: (rest.find(isNext) ?? rest.find(isLasting) ?? rest[0] ?? first);
	if (problem === undefined) {
		return undefined;
	}

	const former = formerOf(held, nowMs);
	const isRecurring = former.has(problem.cause);
	return {problem, endedAtMs: undefined, ...(former.size > 0 && {former}), ...(isRecurring && {isRecurring})};
}

/** The problems that were the subject and ended within the last ten minutes, `held` included. */
function formerOf(held: Subject | undefined, nowMs: number): ReadonlyMap<string, number> {
	const ended = [...(held?.former ?? []), ...(held?.endedAtMs === undefined ? [] : [endOf(held, held.endedAtMs)])];
	return new Map(ended.filter(([, endedAtMs]) => nowMs - endedAtMs < recurringWithinMs));
}

const endOf = ({problem}: Subject, endedAtMs: number): [string, number] => [problem.cause, endedAtMs];

/** Whether users feel nothing of a problem: a setting that is unsafe, or a restart that is over. */
const isUnfelt = ({urgency}: SharedProblem): boolean => urgency >= effectRank(undefined) && urgency !== machineUrgency;

/** Whether users would feel a problem only after another failure: no replica can take over, or data is at risk. */
const isRisk = ({urgency}: SharedProblem): boolean =>
	urgency >= effectRank('failover-impossible') && urgency < effectRank(undefined);

/**
Whether clients get errors or wrong data because of a problem. Slow commands and evictions are no such problems, because
they come and go with the load.
*/
const isFailure = ({urgency}: SharedProblem): boolean =>
	urgency < effectRank('keys-evicted') || urgency === clientErrorUrgency;

const isWorse = (one: SharedProblem, other: SharedProblem): boolean =>
	severityRank[one.severity] > severityRank[other.severity] ||
	(one.severity === other.severity && isOfMachine(other) && !isOfMachine(one)) ||
	(one.severity === other.severity && isUnfelt(other) && one.urgency <= clientErrorUrgency) ||
	(one.severity === other.severity && isSetUp(other) && !isSetUp(one) && !isOfMachine(one)) ||
	(one.severity === other.severity && isRisk(other) && isFailure(one)) ||
	(one.severity === 'critical' && other.severity === 'critical' && one.urgency < other.urgency);

/** Milliseconds between the beginnings of two problems of one incident. Rules need up to three samples to fire. */
const togetherMs = 5000;
/** Milliseconds since its beginning within which a warning yields to a more urgent one that began with it. */
const youngMs = 10_000;

/** Whether a more urgent warning began together with a young warning. */
const isOfSameStart = (one: SharedProblem, other: SharedProblem, nowMs: number): boolean =>
	one.severity === 'warning' &&
	other.severity === 'warning' &&
	one.urgency < other.urgency &&
	one.sinceMs !== undefined &&
	other.sinceMs !== undefined &&
	Math.abs(one.sinceMs - other.sinceMs) <= togetherMs &&
	nowMs - other.sinceMs <= youngMs;

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
A primary in focus that was replaced gives the focus to the node that serves in its place.

@param focus The node in focus so far.
*/
export function followedNode(
	{nodes}: Pick<MonitorState, 'nodes'>,
	subject: Subject | undefined,
	focus?: NodeAddress,
): NodeAddress | undefined {
	const {problem, endedAtMs} = subject ?? {};
	const record = problem?.node === undefined ? undefined : nodes.get(problem.node);
	const isFollowed =
		problem?.severity === 'critical' &&
		endedAtMs === undefined &&
		record?.reach === 'up' &&
		record.sample !== undefined &&
		record.role !== 'sentinel';
	if (isFollowed) {
		return record.address;
	}

	const focused = focus === undefined ? undefined : nodes.get(focus);
	return focused && takeoverOf(focused, nodes)?.by;
}

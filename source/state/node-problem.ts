import {briefMistakeReason, configMistakeOf, mistakeReason} from '../derive/config-mistake.js';
import {heldConnections} from '../derive/connection-holder.js';
import {losesSmallPackets, mayBeLostPacket, packetsLost} from '../derive/pending-reply.js';
import {boundElsewhere, hasThePort, reasonOnHost, silentHolder} from '../derive/port-holder.js';
import {endOfProcess} from '../derive/process-end.js';
import {mayBeRestarting} from '../derive/restarting.js';
import {standstillOf} from '../derive/suspended-process.js';
import type {Effect, Statement} from '../domain/finding.js';
import {type Message, message} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {largeRepliesLost} from '../parse/socket-error.js';
import type {RuleId} from '../rules/all-rules.js';
import {busyProblem} from '../rules/busy-sender.js';
import {filesAllow} from '../rules/file-limit.js';
import {fileLimitOfFull} from '../rules/refusal-reason.js';
import {seconds, utcDateTime} from '../text/units.js';
import {announcedStatement, isAnnouncedUnreachable} from '../topology/announced.js';
import {
	announcedPrimary,
	announcedPrimaryStatement,
	otherAddressOf,
	secondAddressStatement,
} from '../topology/announced-primary.js';
import {leftOf, lostReplicaOf, replicaProblem} from '../topology/lost-replica.js';
import {replacedProblem, takeoverOf} from '../topology/taken-over.js';
import type {MonitorState, NodeRecord} from './monitor-state.js';
import {ageOf, isStale, pollPeriodMs, staleAfterIntervals} from './new-record.js';

/**
Time after which a pending reply is critical, in milliseconds. After 5 s (`busy-reply-threshold`), even a server that
runs a script answers BUSY, so a longer wait has another cause.
*/
export const criticalAfterMs = 5000;

/** When a node's last sample arrived (milliseconds since the epoch), and how old it is. */
export type LastData = {readonly atMs: number; readonly ageMs: number};

/**
The most urgent problem of a node or of the deployment, as data. `verdict-text.ts` makes the text of the problem.
*/
export type NodeProblem = Statement & {
	/** The node with the problem; undefined: the deployment. */
	readonly node: NodeAddress | undefined;
	readonly severity: 'warning' | 'critical';
	readonly effect?: Effect | undefined;
	/** The problem without the node's place in the deployment, where its reason is known and tells more on a narrow screen. */
	readonly bareProblem?: Message | undefined;
	/** `problem` in fewer words, for a narrow screen, the longest first. */
	readonly briefProblems?: readonly Message[] | undefined;
	/** The rule that found the problem; undefined for a node that does not answer. */
	readonly rule?: RuleId;
	/**
	The effect on clients, when another finding reports it. Examples are writes that are refused after a failed save, and
	slots that are not served. `node` undefined: the deployment.
	*/
	readonly consequence?:
		| (Statement & {
				readonly node: NodeAddress | undefined;
				readonly rule?: RuleId | undefined;
				readonly effect?: Effect | undefined;
		  })
		| undefined;
	/** Whether `detail` names the client or program that causes the problem. `detail` is then shown before the reason. */
	readonly namesCulprit?: boolean | undefined;
	/** `detail` in fewer words, for a narrow screen. */
	readonly briefDetails?: readonly Message[] | undefined;
	/** `reason` in fewer words, for a narrow screen. */
	readonly briefReason?: Message | undefined;
	/** Whether `reason` says why the process of the node ended or does not start. */
	readonly hasEnded?: boolean | undefined;
	/**
	For a node that does not answer: its effect, its reach and the code of its failure. Nodes that fail in the same way
	have the same value.
	*/
	readonly failsBy?: string | undefined;
	/** Since when the problem holds, in milliseconds since the epoch; undefined if that is not known. */
	readonly sinceMs?: number | undefined;
	/** The rules whose findings are consequences of the problem. */
	readonly explains?: readonly string[] | undefined;
	/** For a node that does not answer: the rule of the finding that explains why. */
	readonly explainedBy?: RuleId | undefined;
	/** For how long the node has not answered, in milliseconds; undefined when it answers. */
	readonly lastedMs?: number | undefined;
	/** The last data of a node that does not answer. `never`: the node has not sent any data yet. */
	readonly lastData?: LastData | 'never' | undefined;
	/** A further fact about the problem that the reader needs. */
	readonly note?: Message | undefined;
	/** The fact of `note` with its reason, for a screen with enough room. */
	readonly wholeNote?: Message | undefined;
};

/** The problem of a node that does not answer; undefined when it answers. */
export function reachProblem(record: NodeRecord, state: MonitorState, nowMs: number): NodeProblem | undefined {
	const problem = problemByReach(record, state, nowMs);
	const takeover = problem === undefined ? undefined : takeoverOf(record, state.nodes);
	const lost = problem === undefined ? undefined : lostReplicaOf(record, state.nodes);
	return problem === undefined
		? undefined
		: {
				...problem,
				...(takeover && {
					severity: 'warning',
					effect: undefined,
					problem: replacedProblem(problem.problem, takeover),
				}),
				...(lost && {
					...(problem.reason === record.failure?.reason ? {} : {bareProblem: problem.problem}),
					problem: replicaProblem(problem.problem, lost),
					briefProblems: [problem.problem],
					detail: problem.detail ?? leftOf(lost),
				}),
				failsBy: `${problem.effect} ${record.reach} ${record.failure?.code ?? ''}`,
				sinceMs: problem.lastedMs === undefined ? undefined : nowMs - problem.lastedMs,
			};
}

function problemByReach(record: NodeRecord, state: MonitorState, nowMs: number): NodeProblem | undefined {
	switch (record.reach) {
		case 'connecting':
			return undefined;
		case 'up':
			return isUnasked(record, nowMs)
				? unasked(record, nowMs)
				: isStale(record, nowMs) && !isAwaited(record, nowMs)
					? notResponding(record, record.lastReplyAtMs, nowMs)
					: undefined;
		case 'stale':
			return mayBeLostPacket(record, nowMs)
				? undefined
				: notResponding(record, record.pendingSinceMs ?? record.failingSinceMs, nowMs);
		case 'loading':
			return loading(record, state);
		case 'busy':
		case 'refusing':
		case 'down':
			return isAnnouncedUnreachable(record, state.nodes)
				? announced(record, state.nodes)
				: failing(record, state, nowMs);
	}
}

/**
Longest time that a poll takes beyond its place in the schedule, in milliseconds: until it is connected, and until its
reply is late. A poll that fails is an outcome, so a node without one for longer was not polled.
*/
const pollTakesMs = 5000;

/**
Time for which a poll's reply is awaited, in milliseconds. A node without a reply fails by then, so an older sample alone
says nothing against it: redis-top itself may be late.
*/
const replyTakesMs = 1000;

/** Whether the reply to the latest poll of a node with old data is not late yet. */
const isAwaited = (record: NodeRecord, nowMs: number): boolean =>
	(ageOf(record, nowMs) ?? 0) <= staleAfterIntervals * pollPeriodMs(record) + replyTakesMs;

/** Whether a node that answered its last poll has not been polled since, although its next polls were due. */
const isUnasked = (record: NodeRecord, nowMs: number): boolean =>
	(ageOf(record, nowMs) ?? 0) > staleAfterIntervals * pollPeriodMs(record) + pollTakesMs;

/** The problem of a node whose data is old because redis-top itself did not run: the node may be well. */
function unasked(record: NodeRecord, nowMs: number): NodeProblem {
	return {
		node: record.address,
		severity: 'warning',
		problem: 'was not asked',
		reason: 'this machine held redis-top up',
		lastedMs: ageOf(record, nowMs),
		lastData: lastData(record, nowMs),
	};
}

function notResponding(record: NodeRecord, sinceMs: number | undefined, nowMs: number): NodeProblem {
	const lastedMs = sinceMs === undefined ? undefined : nowMs - sinceMs;
	const isWay = record.failure?.kind === 'LARGE_REPLIES';
	const losesAny = isWay && losesSmallPackets(record, nowMs);
	const losesLarge = isWay && !losesAny;
	return {
		node: record.address,
		severity: lastedMs !== undefined && lastedMs > criticalAfterMs ? 'critical' : 'warning',
		effect: 'not-responding',
		problem: losesLarge ? largeRepliesLost.problem : reachWords.stale,
		reason: losesAny ? packetsLost : losesLarge ? largeRepliesLost.reason : processState(record, sinceMs),
		lastedMs,
		lastData: lastData(record, nowMs),
	};
}

/**
Why the server's process does not run, according to host evidence that was read at `sinceMs` or later. Undefined when
such evidence is missing or shows no reason.
*/
function processState({host, endpoint}: NodeRecord, sinceMs: number | undefined): Message | undefined {
	const isCurrent = host !== undefined && sinceMs !== undefined && host.atMs >= sinceMs;
	if (!isCurrent || host.value.kind !== 'here') {
		return undefined;
	}

	const holder = silentHolder(host.value, endpoint);
	return holder === undefined ? standstillOf(host.value)?.reason : hasThePort(holder);
}

/**
The problem of a node that loads its data. Its severity is that of the finding, which knows how long the load takes and
whether other nodes do the work of the node meanwhile.
*/
function loading({address, sample, failure}: NodeRecord, {findings}: MonitorState): NodeProblem {
	const found = findings.find(
		({rule, node, clearedAtMs}) => rule === 'srv.loading' && node === address && clearedAtMs === undefined,
	);
	const severity = found?.severity === 'critical' ? 'critical' : 'warning';
	const notes =
		found?.reason === undefined
			? {}
			: {note: 'no failover by sentinels', wholeNote: message`no failover: ${found.reason}`};
	const share = sample?.info.number('persistence', 'loading_loaded_perc');
	const left = sample?.info.number('persistence', 'loading_eta_seconds');
	const isKnown = sample?.info.number('persistence', 'loading') === 1 && share !== undefined;
	const base = {node: address, severity, effect: 'unreachable', ...notes} as const;
	if (isKnown) {
		const detail = `${Math.floor(share)}%${left === undefined ? '' : `, ${seconds(left)} left`}`;
		return {...base, problem: reachWords.loading, detail};
	}

	return {...base, problem: failure?.problem ?? reachWords.loading, reason: failure?.reason};
}

function announced(record: NodeRecord, nodes: MonitorState['nodes']): NodeProblem {
	const primary = announcedPrimary(record, nodes);
	return {
		...(primary === undefined ? announcedStatement(record, nodes) : announcedPrimaryStatement(primary)),
		node: record.address,
		severity: primary === undefined ? 'warning' : 'critical',
		effect: 'unreachable',
	};
}

function failing(record: NodeRecord, {isFromMemory, rememberedAtMs, nodes}: MonitorState, nowMs: number): NodeProblem {
	const {address, failure, failingSinceMs, origin, reach} = record;
	const second = otherAddressOf(record, nodes);
	if (second !== undefined) {
		return {...secondAddressStatement(second), node: address, severity: 'warning'};
	}

	// Who holds the connections is no cause where the server admits fewer clients than its config asks for.
	const lowered = fileLimitOfFull(record);
	const held = lowered === undefined ? heldConnections(record) : undefined;
	const elsewhere = (lowered && filesAllow(lowered)) ?? reasonOnHost(record) ?? boundElsewhere(record);
	const mistake = elsewhere === undefined ? configMistakeOf(record) : undefined;
	const end = mistake === undefined && elsewhere === undefined ? endOfProcess(record) : undefined;
	return {
		node: address,
		severity: mayBeRestarting(record, nowMs) ? 'warning' : 'critical',
		effect: reach === 'busy' ? 'not-responding' : 'unreachable',
		problem: busyProblem(record) ?? failure?.problem ?? reachWords[reach],
		detail: held?.text,
		briefDetails: held?.brief,
		namesCulprit: held !== undefined,
		reason: elsewhere ?? (mistake && mistakeReason(mistake)) ?? end?.reason ?? failure?.reason,
		briefReason: mistake && briefMistakeReason(mistake),
		hasEnded: mistake !== undefined || end !== undefined,
		lastedMs: failingSinceMs === undefined ? undefined : nowMs - failingSinceMs,
		lastData: lastData(record, nowMs),
		note:
			isFromMemory === true && origin === 'target'
				? message`the other nodes are known from ${utcDateTime(rememberedAtMs)}`
				: undefined,
	};
}

/**
`>` before the time for which a node has failed that redis-top has never reached: the failure began before redis-top
looked. Empty for any other node.
*/
export const longerMark = ({lastReplyAtMs}: Pick<NodeRecord, 'lastReplyAtMs'>): string =>
	lastReplyAtMs === undefined ? '>' : '';

/** The text for a node's reach, used when no failure gives a better text. */
export const reachWords: Readonly<Record<NodeRecord['reach'], string>> = {
	connecting: 'is being connected to',
	up: 'answers',
	stale: 'is not responding',
	loading: 'is loading',
	busy: 'is busy with a script',
	refusing: 'turns redis-top away',
	down: 'does not answer',
};

const lastData = ({lastReplyAtMs}: NodeRecord, nowMs: number): LastData | 'never' =>
	lastReplyAtMs === undefined ? 'never' : {atMs: lastReplyAtMs, ageMs: nowMs - lastReplyAtMs};

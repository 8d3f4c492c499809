import {severityRank} from '../domain/finding.js';
import {memoizeByRef} from '../domain/memoize.js';
import {type Message, message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {Finding} from '../rules/finding.js';
import {seconds} from '../text/units.js';
import {announcedPrimary} from '../topology/announced-primary.js';
import {leftBehindBy, mayHaveMoreThan, orphansOf, unreplacedPrimary} from '../topology/orphaned-replicas.js';
import {waitingFailoverOf} from '../topology/waiting-failover.js';
import type {MonitorState} from './monitor-state.js';

/** A consequence of an outage. `whole` also has the reason, and is used where there is room. */
export type OutageNote = {readonly text: Message; readonly whole?: Message | undefined};

/** Whether a finding of the deployment says that a failover is impossible, or that a failover finds no replica. */
const forbidsFailover = ({rule, effect, node, reason}: Finding): boolean =>
	node === undefined && (effect === 'failover-impossible' || (rule === 'sen.down' && reason !== undefined));

/**
The primaries for which Sentinels report that no failover can succeed, each with the reason. The first node that such a
finding names is the primary.
*/
const withoutFailover = memoizeByRef(
	(findings: readonly Finding[]): ReadonlyMap<NodeAddress, Message | undefined> =>
		new Map(
			findings
				.filter(finding => finding.clearedAtMs === undefined && forbidsFailover(finding))
				// Of two findings about one primary, the last counts. sen.down has the shorter reason.
				.sort(
					(one, other) =>
						severityRank[one.severity] - severityRank[other.severity] ||
						Number(one.rule === 'sen.down') - Number(other.rule === 'sen.down'),
				)
				.flatMap(({nodes, reason}) => (nodes?.[0] === undefined ? [] : [[nodes[0], reason] as const])),
		),
);

/**
The text for a primary that is out of reach. It says how many replicas have no primary left to receive writes from, or
at which address the primary itself answers. Undefined for any other node.
*/
function orphanedText(address: NodeAddress, nodes: MonitorState['nodes']): Message | undefined {
	const {replicas, answersAt} = orphansOf(address, nodes);
	if (replicas.length === 0) {
		return undefined;
	}

	if (answersAt !== undefined) {
		return message`the primary itself answers at ${nodeName(answersAt)}`;
	}

	return replicas.length === 1 ? 'its replica has no primary' : `${replicas.length} replicas have no primary`;
}

/**
The findings that hold, by the first node that they name. Without this map, each of 1,000 failing nodes would search all
3,000 findings for its own.
*/
const activeByFirstNode = memoizeByRef((findings: readonly Finding[]) =>
	Map.groupBy(
		findings.filter(({nodes, clearedAtMs}) => nodes !== undefined && clearedAtMs === undefined),
		({nodes}) => nodes?.[0],
	),
);

/** The consequence for the deployment of a node that is out of reach; undefined when no consequence is known. */
export function outageNote(address: NodeAddress, {findings, nodes}: MonitorState): OutageNote | undefined {
	const active = activeByFirstNode(findings).get(address) ?? [];
	const misnamed = active.find(({rule, effect}) => rule === 'sen.disagree' && effect === 'writes-refused');
	const promoted = misnamed?.nodes?.[1];
	if (promoted !== undefined && nodes.get(promoted)?.role === 'primary') {
		return {text: message`${nodeName(promoted)} was promoted by hand`};
	}

	const halfMoved = active.find(({rule}) => rule === 'clu.half_moved');
	if (halfMoved?.subject !== undefined) {
		return {text: `${halfMoved.subject} is half moved`};
	}

	// Its Sentinels reach it, so that nothing is to be failed over.
	const own = nodes.get(address);
	const unrepaired = withoutFailover(findings);
	if (unrepaired.has(address) && (own === undefined || announcedPrimary(own, nodes) === undefined)) {
		const reason = unrepaired.get(address);
		return {text: 'no failover follows', whole: reason === undefined ? undefined : message`no failover: ${reason}`};
	}

	// Only where primaries are down does that finding name a node that does not answer.
	const minority = findings.find(
		finding =>
			finding.rule === 'clu.minority' && finding.clearedAtMs === undefined && finding.nodes?.includes(address) === true,
	);
	if (minority !== undefined && nodes.get(address)?.failure !== undefined && nodes.get(address)?.role !== 'replica') {
		return {text: 'no failover follows', whole: 'no failover: no majority of primaries answers'};
	}

	const record = nodes.get(address);
	const waiting = record && waitingFailoverOf(record, nodes);
	if (waiting !== undefined) {
		const time = seconds(waiting.nodeTimeoutMs / 1000);
		return {text: `failover takes ${time}`, whole: `failover only after ${time} (cluster-node-timeout)`};
	}

	const left = leftBehindBy(address, nodes);
	const [follower, ...more] = left?.replicas ?? [];
	// A replica may have writes that the promoted node lacks. Such a replica must not follow the promoted node, because
	// it would discard these writes. The rule rep.promoted_behind reports such a replica.
	if (
		left !== undefined &&
		follower !== undefined &&
		!left.replicas.some(replica => mayHaveMoreThan(left.promoted, replica))
	) {
		const who = more.length === 0 ? message`${nodeName(follower.address)}` : `${more.length + 1} replicas`;
		return {text: message`${who} must follow ${nodeName(left.promoted.address)}`};
	}

	const orphaned = orphanedText(address, nodes);
	if (orphaned !== undefined || record?.failure?.state !== 'down' || unreplacedPrimary(record, nodes) === undefined) {
		return orphaned === undefined ? undefined : {text: orphaned};
	}

	// The links of its replicas stay up until repl-timeout, although nothing arrives any more.
	return {text: 'writes fail, no failover', whole: 'the primary: writes fail, no failover'};
}

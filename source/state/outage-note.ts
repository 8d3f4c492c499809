import {memoizeByRef} from '../domain/memoize.js';
import {type Message, message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {Finding} from '../rules/finding.js';
import {orphansOf} from '../topology/orphaned-replicas.js';
import type {MonitorState} from './monitor-state.js';

/**
The primaries for which Sentinels report that no failover can succeed. The first node that such a finding names is the
primary.
*/
const withoutFailover = memoizeByRef(
	(findings: readonly Finding[]): ReadonlySet<NodeAddress> =>
		new Set(
			findings
				.filter(
					({effect, node, clearedAtMs}) =>
						effect === 'failover-impossible' && node === undefined && clearedAtMs === undefined,
				)
				.flatMap(({nodes}) => nodes?.[0] ?? []),
		),
);

/**
Text for a primary that is out of reach. It tells how many replicas have no other primary and so take no writes, or
where the primary itself answers. Undefined for any other node.
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
The findings that hold, by the first node that they name. If all of 1,000 nodes fail, each of them asks for its own among
3,000 findings.
*/
const activeByFirstNode = memoizeByRef((findings: readonly Finding[]) =>
	Map.groupBy(
		findings.filter(({nodes, clearedAtMs}) => nodes !== undefined && clearedAtMs === undefined),
		({nodes}) => nodes?.[0],
	),
);

/** The consequence for the deployment of a node that is out of reach; undefined when no consequence is known. */
export function outageNote(address: NodeAddress, {findings, nodes}: MonitorState): Message | undefined {
	const active = activeByFirstNode(findings).get(address) ?? [];
	const misnamed = active.find(({rule, effect}) => rule === 'sen.disagree' && effect === 'writes-refused');
	const promoted = misnamed?.nodes?.[1];
	if (promoted !== undefined && nodes.get(promoted)?.role === 'primary') {
		return message`${nodeName(promoted)} was promoted by hand`;
	}

	const halfMoved = active.find(({rule}) => rule === 'clu.half_moved');
	if (halfMoved?.subject !== undefined) {
		return `${halfMoved.subject} is half moved`;
	}

	return withoutFailover(findings).has(address) ? 'no failover follows' : orphanedText(address, nodes);
}

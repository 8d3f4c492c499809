import {message, nodeName} from '../domain/message.js';
import {askNode} from './cluster-findings.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {type FleetEvaluation, type FleetFacts, fires, rule} from './rule.js';

const idOf = ({record}: NodeFacts) => record.clusterNodes?.value.find(({flags}) => flags.has('myself'))?.id;

const uptimeOf = ({sample}: NodeFacts): number => sample?.info.number('server', 'uptime_in_seconds') ?? 0;

export const cluSameId = rule({
	id: 'clu.same_id',
	scope: 'fleet',
	docs: {
		looksAt:
			'Two servers that answer have one node id: the `myself` line of CLUSTER NODES has the same id at two addresses, and `run_id` differs. The folder of one node, with its nodes.conf, was copied, or one volume was given to two pods.',
		since: '3.0',
		falsePositives: [
			'One process may be known by two addresses. Its `run_id` is the same at both, and the rule is clear.',
			'A node that moved with its volume ends at its old address. Both must have answered the last poll.',
		],
	},
	raiseAfter: 2,
	evaluate(fleet) {
		const firstOf = new Map<string, NodeFacts>();
		const found: FleetEvaluation[] = [];
		for (const facts of fleet.nodes.values()) {
			const id = facts.record.failure === undefined && facts.sample !== undefined ? idOf(facts) : undefined;
			const first = id === undefined ? undefined : firstOf.get(id);
			if (id !== undefined && first === undefined) {
				firstOf.set(id, facts);
			} else if (id !== undefined && first !== undefined && areTwo(first, facts)) {
				found.push(copied(uptimeOf(first) < uptimeOf(facts) ? [facts, first] : [first, facts], id, fleet));
			}
		}

		return found;
	},
});

const areTwo = (one: NodeFacts, other: NodeFacts): boolean =>
	one.sample?.runId !== undefined && other.sample?.runId !== undefined && one.sample.runId !== other.sample.runId;

function copied([older, newer]: readonly [NodeFacts, NodeFacts], id: string, fleet: FleetFacts): FleetEvaluation {
	return {
		...fires('critical', {
			problem: message`has the node id of ${nodeName(older.address)}`,
			reason: 'its nodes.conf was copied; clients and replicas go to one or the other',
			effect: 'data-at-risk',
			nodes: [newer.address, older.address],
			evidence: [
				{name: 'node id', value: id},
				{name: 'uptime_in_seconds', value: uptimeOf(newer), unit: 'seconds'},
			],
			meaning:
				'The other nodes take both for one and change its address again and again. Writes are split between two data sets, and a replica that changes sides throws its data away.',
			next: [
				hint(
					message`stop ${nodeName(newer.address)}, which started last; if it took writes, BGSAVE it and keep the file`,
				),
				hint('remove the nodes.conf in its folder before its next start: it then gets an id of its own'),
				askNode(fleet, newer.address, 'CLUSTER MYID'),
				hint('then join it with CLUSTER MEET, and CLUSTER REPLICATE if it should be a replica'),
			],
		}),
		node: newer.address,
	};
}

export const clusterSameIdRules = [cluSameId] as const;

import {isPrimaryLine, type ReadView} from '../cluster/node-view.js';
import {serverProduct} from '../derive/server-product.js';
import type {LastingLine} from '../domain/cluster.js';
import {message, nodeName} from '../domain/message.js';
import {askNode, nodeNames} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {type FleetEvaluation, fires, rule} from './rule.js';

/**
Releases of Valkey in which a replica that is taken for a primary cannot win an election, so that the slots of a killed
primary stay unserved. Source: https://github.com/valkey-io/valkey/pull/2811
*/
const electionFaults: readonly string[] = ['8.0.10', '8.1.9', '9.0.5', '9.1.0'];

/** Whether a view flags the node as failing, or has no address of it. */
const isFailing = ({flags}: LastingLine): boolean => flags.has('fail') || flags.has('fail?') || flags.has('noaddr');

export const cluRoleLie = rule({
	id: 'clu.role_lie',
	scope: 'cluster',
	isOfGossip: true,
	docs: {
		looksAt:
			'A node calls itself a replica (`myself,slave`), and other nodes list it as `master` without slots. The rule compares the CLUSTER NODES of all nodes that answer.',
		since: '3.0',
		falsePositives: [
			'Nodes learn of a new role one after the other. The condition must hold for half a minute.',
			'A view that flags the node as failing is out of date. The rule leaves it out.',
		],
	},
	raiseAfterMs: 30_000,
	evaluate: ({comparison: {views}}, fleet) =>
		views.flatMap(({self, address}): FleetEvaluation[] => {
			if (isPrimaryLine(self)) {
				return [];
			}

			const others = views.filter(view => view.address !== address && listsAsPrimary(view, self.id));
			const [first] = others;
			if (first === undefined) {
				return [];
			}

			const info = fleet.nodes.get(address)?.sample?.info;
			const version = info && serverProduct(info)?.version;
			const isFaulty = version !== undefined && electionFaults.includes(version);
			return [
				{
					...fires(isFaulty ? 'critical' : 'warning', {
						problem: 'is a replica that others take for a primary',
						detail: message`so say ${nodeNames(others.map(each => each.address))}`,
						reason: isFaulty ? `version ${version} has a fault that keeps it from being elected` : undefined,
						effect: 'failover-impossible',
						nodes: [address, ...others.map(each => each.address)],
						evidence: [
							{name: 'its own flags', value: [...self.flags].join(',')},
							{
								name: 'flags at the others',
								value: [...(first.lines.get(self.id)?.flags ?? [])].join(','),
							},
						],
						meaning:
							'Nodes vote only for a replica of the failed primary. While they do not list it as one, it cannot take the slots over.',
						next: [
							askNode(fleet, first.address, 'CLUSTER NODES'),
							hint('restart the replica: it announces its role again when it joins'),
							...(isFaulty ? [hint('update: the next release of each line has the fix')] : []),
						],
					}),
					node: address,
				},
			];
		}),
});

function listsAsPrimary({lines}: ReadView, id: LastingLine['id']): boolean {
	const line = lines.get(id);
	return line !== undefined && isPrimaryLine(line) && line.slots.length === 0 && !isFailing(line);
}

export const cluOrphanReplica = rule({
	id: 'clu.orphan_replica',
	scope: 'cluster',
	docs: {
		looksAt:
			'A replica follows a node that failed, is unknown or has no address, while that node has no slots any more: another one took them over. The rule reads the own line of each replica in CLUSTER NODES.',
		since: '3.0',
		falsePositives: [
			'After a failover the other replicas turn to the new primary within a few seconds. The condition must hold for half a minute.',
			'A failed primary that still owns its slots is reported by clu.node_fail. The rule leaves it out.',
		],
	},
	raiseAfterMs: 30_000,
	evaluate: ({comparison}, fleet) =>
		comparison.views.flatMap(({self, address, lines}): FleetEvaluation[] => {
			if (isPrimaryLine(self) || self.primaryId === undefined) {
				return [];
			}

			const primary = lines.get(self.primaryId);
			const isGone = primary === undefined || isFailing(primary);
			const ownsSlots = primary !== undefined && primary.slots.length > 0;
			if (!isGone || ownsSlots || comparison.viewOf.has(self.primaryId)) {
				return [];
			}

			const gone = primary && comparison.nameOf(self.primaryId);
			return [
				{
					...fires('warning', {
						problem:
							gone === undefined
								? 'follows a node that it does not list any more'
								: message`follows ${nodeName(gone)}, which is gone`,
						reason: 'another node has its slots now',
						effect: 'reads-stale',
						nodes: gone === undefined ? [address] : [address, gone],
						evidence: [
							{name: 'its primary', value: self.primaryId},
							{name: 'flags of that node', value: primary === undefined ? 'not listed' : [...primary.flags].join(',')},
						],
						meaning: 'It gets no new data, replaces nobody, and its own shard has one replica less.',
						next: [
							askNode(fleet, address, 'CLUSTER NODES'),
							hint('on the replica: CLUSTER REPLICATE with the id of the primary that has the slots now'),
						],
					}),
					node: address,
				},
			];
		}),
});

export const clusterRoleRules = [cluRoleLie, cluOrphanReplica] as const;

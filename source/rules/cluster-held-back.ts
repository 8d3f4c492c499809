import type {ClusterState} from '../cluster/cluster-state.js';
import type {ReadView} from '../cluster/node-view.js';
import {dataObstacle} from '../cluster/replica-data.js';
import {countText} from '../cluster/verdict-text.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nodeName} from '../domain/message.js';
import type {NodeId} from '../domain/node.js';
import {askNode} from './cluster-findings.js';
import {hint} from './next-steps.js';
import type {FleetFacts} from './rule.js';

/** Why no replica takes over the slots of a failed owner, and what to do. */
type HeldBack = {readonly problem?: Message; readonly reason?: Message; readonly next: readonly NextStep[]};

export const notHeldBack: HeldBack = {next: []};

/**
The problem and the next steps if no answering replica of a failed slot owner may take over its slots. Each replica then
has the flag `nofailover`, or data that is too old.
*/
export function heldBackReplica(
	owner: NodeId,
	slots: number,
	{comparison, nodeTimeoutMs}: Pick<ClusterState, 'comparison' | 'nodeTimeoutMs'>,
	fleet: FleetFacts,
): HeldBack {
	const views = comparison.views.filter(({self}) => self.primaryId === owner && self.flags.has('slave'));
	const held = views.find(({self}) => self.flags.has('nofailover'));
	const obstacleOf = ({replica}: ReadView) => replica && dataObstacle(replica, nodeTimeoutMs);
	const [freshest] = views
		.filter(view => view !== held && obstacleOf(view) !== undefined)
		.toSorted((one, other) => linkDownSeconds(one) - linkDownSeconds(other));
	if (views.some(view => !view.self.flags.has('nofailover') && obstacleOf(view) === undefined)) {
		return notHeldBack;
	}

	const unserved = `leaves ${countText(slots, 'slot')} unserved`;
	if (held !== undefined) {
		return {
			problem: message`${unserved}, ${nodeName(held.address)} may not take over`,
			reason: 'cluster-replica-no-failover yes',
			next: [
				askNode(fleet, held.address, 'CONFIG SET cluster-replica-no-failover no'),
				hint(message`${nodeName(held.address)} then takes over by itself, where a majority of the primaries answers`),
			],
		};
	}

	const name = freshest && nodeName(freshest.address);
	const hasData = freshest !== undefined && linkDownSeconds(freshest) >= 0;
	return freshest === undefined || name === undefined
		? notHeldBack
		: {
				problem: message`${unserved}, ${name} has ${hasData ? 'too old data' : 'no data'}`,
				reason: message`${name} ${obstacleOf(freshest) ?? ''}`,
				next: hasData
					? [
							hint(message`bring the node back: it has the newest data; else promote ${name} and lose what it lacks:`),
							askNode(fleet, freshest.address, 'CLUSTER FAILOVER FORCE'),
						]
					: [hint('bring the node back: no other has its data')],
			};
}

/** Seconds for which a replica's link has been down; negative for a link that never existed. */
const linkDownSeconds = ({replica}: ReadView): number => replica?.linkDownSeconds ?? 0;

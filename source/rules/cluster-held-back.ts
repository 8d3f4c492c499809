import type {ClusterState} from '../cluster/cluster-state.js';
import type {ReadView} from '../cluster/node-view.js';
import {dataObstacle} from '../cluster/replica-data.js';
import {countText, durationText} from '../cluster/verdict-text.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nodeName} from '../domain/message.js';
import type {NodeId} from '../domain/node.js';
import {askNode} from './cluster-findings.js';
import {fullDisk} from './link-obstacles.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {obstacleSinceLink} from './replication-obstacles.js';
import type {FleetFacts} from './rule.js';

/** Why no replica takes over the slots of a failed owner, and what to do. */
type HeldBack = {
	readonly problem?: Message;
	readonly reason?: Message;
	readonly next: readonly NextStep[];
	/** Whether a failover by hand loses what the failed node wrote lately. It is then the last step, and no action. */
	readonly losesWrites?: true;
};

export const notHeldBack: HeldBack = {next: []};

/**
The problem and the next steps if no answering replica of a failed slot owner may take over its slots. Each replica then
has the flag `nofailover`, or data that is too old, or both.
*/
export function heldBackReplica(
	owner: NodeId,
	slots: number,
	{comparison, nodeTimeoutMs}: Pick<ClusterState, 'comparison' | 'nodeTimeoutMs'>,
	fleet: FleetFacts,
): HeldBack {
	const views = comparison.views
		.filter(({self}) => self.primaryId === owner && self.flags.has('slave'))
		.toSorted((one, other) => linkDownSeconds(one) - linkDownSeconds(other));
	const obstacleOf = ({replica, keys}: ReadView) => replica && dataObstacle(replica, nodeTimeoutMs, keys);
	const isForbidden = ({self}: ReadView) => self.flags.has('nofailover');
	const [first] = views;
	if (first === undefined || views.some(view => !isForbidden(view) && obstacleOf(view) === undefined)) {
		return notHeldBack;
	}

	const unserved = `leaves ${countText(slots, 'slot')} unserved`;
	const forbidden = views.find(view => obstacleOf(view) === undefined);
	if (forbidden !== undefined) {
		const name = nodeName(forbidden.address);
		return {
			problem: message`${unserved}, ${name} takes over only by hand`,
			reason: noFailover,
			next: [
				askNode(fleet, forbidden.address, 'CLUSTER FAILOVER FORCE'),
				hint(message`let ${name} take over by itself, where a majority of the primaries answers:`),
				askNode(fleet, forbidden.address, 'CONFIG SET cluster-replica-no-failover no'),
			],
		};
	}

	// A failover by hand ignores the age of the data and cluster-replica-no-failover. Source: Redis cluster_legacy.c,
	// `clusterHandleSlaveFailover`.
	const freshest = views.find(view => linkDownSeconds(view) >= 0) ?? first;
	const hasData = linkDownSeconds(freshest) >= 0;
	// A replica that was restarted has the keys of its own RDB file, and no link since.
	const hasKeys = (freshest.keys ?? 0) > 0;
	const name = nodeName(freshest.address);
	const facts = fleet.nodes.get(freshest.address);
	const cause = facts && obstacleSinceLink(facts);
	const lacking =
		cause === undefined
			? message`${name} has ${hasData ? 'too old data' : hasKeys ? 'older data' : 'no data'}`
			: cause.reason === fullDisk
				? message`disk of ${name} full`
				: message`${name} ${cause.past}`;
	return {
		problem: message`${unserved}, ${isForbidden(freshest) ? message`${name} takes over only by hand` : lacking}`,
		reason: message`${isForbidden(freshest) ? `${noFailover}, and ` : ''}${name} ${obstacleOf(freshest) ?? ''}`,
		next: hasData
			? [
					hint(message`start ${nodeName(comparison.nameOf(owner))} again: it has the newest data`),
					...(cause?.reason === fullDisk ? [hint(message`free disk space on the host of ${name}`)] : []),
					hint(
						message`only if it is lost for good: promote ${name}, without ${writesLacking(owner, freshest, facts)}:`,
					),
					askNode(fleet, freshest.address, 'CLUSTER FAILOVER FORCE'),
				]
			: [
					hint(
						message`start ${nodeName(comparison.nameOf(owner))} again: ${hasKeys ? 'it has the newest data' : 'no other node has its data'}`,
					),
					...(hasKeys
						? [
								hint(message`only if it is lost for good: promote ${name}, without the writes since its RDB file:`),
								askNode(fleet, freshest.address, 'CLUSTER FAILOVER FORCE'),
							]
						: []),
				],
		losesWrites: true,
	};
}

const noFailover = 'cluster-replica-no-failover yes';

/** Seconds for which a replica's link has been down; negative for a link that never existed. */
const linkDownSeconds = ({replica}: ReadView): number => replica?.linkDownSeconds ?? 0;

/**
The writes that a replica lacks: those between the break of its link and the owner's silence. Nobody writes to a dead
node, so the time since then does not count. The replica's own clock gives all three times. A ping that waits for its pong
was sent to the owner when it was last heard, or after.
*/
function writesLacking(owner: NodeId, replica: ReadView, facts: NodeFacts | undefined): Message {
	const pingSentMs = facts?.record.clusterNodes?.value.find(({id}) => id === owner)?.pingSentMs ?? 0;
	const serverMicroseconds = facts?.number('server', 'server_time_usec');
	const lackingMs =
		pingSentMs > 0 && serverMicroseconds !== undefined
			? linkDownSeconds(replica) * 1000 - (serverMicroseconds / 1000 - pingSentMs)
			: 0;
	return lackingMs < 1000
		? message`the writes since its link to it broke`
		: message`the writes of the last ${durationText(lackingMs)} before it fell silent`;
}

import type {NodeRecord} from '../derive/node-record.js';
import {replicaLinks} from '../derive/replica-links.js';
import type {NextStep} from '../domain/finding.js';
import type {NodeAddress} from '../domain/node.js';
import {bytes} from '../text/units.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {lostBacklog} from './replication-sync.js';

/** Seconds of writes that a backlog must hold to spare a full resync after a short break: as for `rep.backlog`. */
const leastCoveredSeconds = 60;

/** Whether the primary sent a replica all data and got no acknowledgement since. */
const isSentAll = ({failure, sample}: NodeRecord, isReplica: (address: NodeAddress) => boolean): boolean =>
	failure === undefined &&
	sample !== undefined &&
	replicaLinks(undefined, sample).some(
		({address, state, offset, ackAgeSeconds = 0}) =>
			state === 'online' && offset === undefined && ackAgeSeconds > 0 && isReplica(address),
	);

/**
Why a replica may be silent to which its primary has sent all data: it loads them, and a server that loads answers only now
and then. Where partial resyncs were refused and the backlog is small, that is why it got all data. Undefined if no primary
shows it.
*/
export function resyncLoadOf(facts: NodeFacts) {
	const {record, nodes} = facts;
	const sameNode = nodeFinder(nodes);
	const primary = [...nodes.values()].find(
		each => each.address !== record.address && isSentAll(each, address => sameNode(address) === record.address),
	);
	if (primary === undefined) {
		return undefined;
	}

	const {size, next} = lostBacklog(facts, primary);
	const written = primary.values.get('replicationBytes') ?? 0;
	const refused = primary.sample?.info.number('stats', 'sync_partial_err') ?? 0;
	const isSmall = size !== undefined && refused > 0 && size < written * leastCoveredSeconds;
	const wait: NextStep = hint('let it load: a restart begins the full resync again');
	return {
		reason: isSmall ? `likely in a full resync, backlog only ${bytes(size)}` : 'likely it loads a full resync',
		meaning: `The primary sent it all data, and has no acknowledgement since. ${
			isSmall ? 'Its link broke, and it missed more than the backlog of the primary holds.' : ''
		}`.trim(),
		next: [...(isSmall ? next : []), wait],
	};
}

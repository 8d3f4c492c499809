import type {NextStep} from '../domain/finding.js';
import {message, nodeName} from '../domain/message.js';
import type {MonitoredPrimary, SentinelPeer} from '../domain/sentinel.js';
import {seconds} from '../text/units.js';
import {hint} from './next-steps.js';

/** Why Sentinels hold a node down that answers their PINGs with errors. The text follows the node's address. */
export const refusesSentinels = 'refuses its sentinels';

/** Whether a Sentinel flags the primary as down. */
export const isFlaggedDown = ({flags}: Pick<MonitoredPrimary, 'flags'>): boolean =>
	flags.has('s_down') || flags.has('o_down');

/** Why a replica is down that announces a wrong address. The text follows the node's address. */
export const neverReached = 'was never reached by its sentinels: replica-announce-ip is wrong, or its port is shut';

/**
Whether a Sentinel has never had a reply of a replica that it holds down: it gets the run id from the first reply. After a
failover it lists the old primary again without one, so that the run id tells nothing then. Source: sentinel.c,
`sentinelResetMasterAndChangeAddress`.
*/
const wasNeverReached = ({flags, runId}: SentinelPeer, {configEpoch}: MonitoredPrimary): boolean =>
	isFlaggedDown({flags}) && runId === '' && configEpoch === 0;

/**
Why sentinels do not promote a replica; undefined for a replica that they would promote. The link of the replica may be
down for ten times `down-after-milliseconds`, plus the time for which the primary is flagged down. A primary that loads
its data is not flagged down, because the reply LOADING counts as alive. Source: sentinel.c, `sentinelSelectSlave`.
*/
export function promotionObstacle(replica: SentinelPeer, primary: MonitoredPrimary): string | undefined {
	const {flags, linkStatus, linkDownMs = 0, priority, refusesPing} = replica;
	if (isFlaggedDown({flags})) {
		return refusesPing === true ? refusesSentinels : wasNeverReached(replica, primary) ? neverReached : 'is down';
	}

	if (flags.has('disconnected')) {
		return 'is not connected';
	}

	if (priority === 0) {
		return 'has priority 0';
	}

	if (linkStatus !== 'err') {
		return undefined;
	}

	const isDown = isFlaggedDown(primary);
	// Without a time, the replica never had a link. It has none of the primary's data.
	if (linkDownMs <= 0) {
		return isDown ? undefined : 'has no link to the primary';
	}

	const downMs = primary.downMs ?? 0;
	const allowedMs = 10 * (primary.downAfterMs ?? Number.POSITIVE_INFINITY);
	if (linkDownMs <= downMs + allowedMs) {
		return undefined;
	}

	return isDown
		? `had lost the primary ${seconds((linkDownMs - downMs) / 1000)} before`
		: `lost the primary ${seconds(linkDownMs / 1000)} ago, sentinels allow ${seconds(allowedMs / 1000)}`;
}

/**
What lets a replica take over that Sentinels would not promote: its priority, or its data where its link broke long
before the primary did. Undefined if a replica is good, or if none is there for another reason.
*/
export function unfitSteps(primary: MonitoredPrimary): readonly NextStep[] | undefined {
	const listed = (primary.replicas ?? []).map(replica => ({replica, why: promotionObstacle(replica, primary)}));
	if (listed.some(({why}) => why === undefined)) {
		return undefined;
	}

	// A replica that does not answer its sentinels is of no use, whatever its priority.
	const connected = listed.filter(({replica: {flags}}) => !isFlaggedDown({flags}) && !flags.has('disconnected'));
	const without = connected.find(({replica: {priority}}) => priority === 0)?.replica.address;
	if (without !== undefined) {
		return [hint(message`CONFIG SET replica-priority 100 on ${nodeName(without)}, then CONFIG REWRITE`)];
	}

	const old = connected[0]?.replica.address;
	const [first] = listed;
	if (first !== undefined && listed.every(({replica}) => wasNeverReached(replica, primary))) {
		return [
			hint(
				message`start ${nodeName(primary.address)} again, or on the server that announces ${nodeName(first.replica.address)}: REPLICAOF NO ONE`,
			),
			hint('there: CONFIG SET replica-announce-ip to an address that the sentinels reach, then CONFIG REWRITE'),
		];
	}

	return old === undefined
		? undefined
		: [
				hint(
					isFlaggedDown(primary)
						? message`start ${nodeName(primary.address)} again: the data of ${nodeName(old)} is old`
						: message`bring the link of ${nodeName(old)} to its primary back: its log says why it is down`,
				),
				...(isFlaggedDown(primary)
					? [hint(message`else on ${nodeName(old)}: REPLICAOF NO ONE; what was written since its link broke is lost`)]
					: []),
			];
}

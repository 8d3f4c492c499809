import type {MonitoredPrimary, SentinelPeer} from '../../domain/sentinel.js';
import type {NodeRecord} from '../../state/monitor-state.js';

/** What a sentinel says of the primaries it watches; null for a data node, and while it has said nothing. */
export function sentinelPart({sentinel}: NodeRecord, nowMs: number) {
	return sentinel === undefined
		? null
		: {ageMs: Math.max(0, nowMs - sentinel.atMs), primaries: sentinel.value.primaries.map(watchedPart)};
}

const watchedPart = (primary: MonitoredPrimary) => ({
	name: primary.name,
	address: primary.address,
	/** As printed: `master`, `s_down`, `o_down`, `failover_in_progress` … */
	flags: [...primary.flags],
	configEpoch: primary.configEpoch ?? null,
	quorum: primary.quorum ?? null,
	otherSentinels: primary.otherSentinels ?? null,
	downAfterMs: primary.downAfterMs ?? null,
	failoverTimeoutMs: primary.failoverTimeoutMs ?? null,
	/** What CKQUORUM said; null until asked. */
	quorumCheck:
		primary.quorumCheck === undefined
			? null
			: {isReached: primary.quorumCheck.isReached, text: primary.quorumCheck.text},
	/** Null until asked. */
	replicas: primary.replicas?.map(peerPart) ?? null,
	sentinels: primary.sentinels?.map(peerPart) ?? null,
});

const peerPart = ({address, flags, runId, linkStatus, priority}: SentinelPeer) => ({
	address,
	flags: [...flags],
	runId: runId ?? null,
	/** Of a replica: `ok` or `err`. */
	link: linkStatus ?? null,
	priority: priority ?? null,
});

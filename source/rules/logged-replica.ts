import type {NodeRecord} from '../derive/node-record.js';
import type {NodeAddress} from '../domain/node.js';

/** What tells of a lost replica: the node with its log, and the time now in milliseconds since the epoch. */
type Losing = {readonly record: Pick<NodeRecord, 'host' | 'replicas'>; readonly nowMs: number};

/** A replica whose link to its primary ended. */
export type LoggedLoss = {readonly replica: NodeAddress; readonly agoSeconds: number};

/**
The last replica whose link ended, by the server's log on this machine. The log names a replica that crashed only by the
id of its connection. It then is the one that was linked last: a tool has no port there.
*/
export function loggedLoss({record: {host}, nowMs}: Losing): LoggedLoss | undefined {
	const remarks = host?.value.kind === 'here' ? (host.value.log?.remarks ?? []) : [];
	const remark = remarks.find(({id}) => id === 'replica-lost');
	const linked = remarks.find(({id}) => id === 'replica-linked');
	const named = /with replica (?<address>\S+:\d+) lost/.exec(remark?.line ?? '')?.groups?.address;
	const last = /(?:with replica|request from) (?<address>\S+:\d+) /.exec(linked?.line ?? '')?.groups?.address;
	const address = named ?? (/client id #\d+ lost/.test(remark?.line ?? '') ? last : undefined);
	return address === undefined || remark?.atMs === undefined
		? undefined
		: {replica: address as NodeAddress, agoSeconds: Math.max(0, nowMs - remark.atMs) / 1000};
}

/** The replica that the log names as lost, if it is not connected now: it may have come back, and others not. */
export function loggedMissing(facts: Losing): LoggedLoss | undefined {
	const loss = loggedLoss(facts);
	return loss === undefined || facts.record.replicas.some(({address}) => address === loss.replica) ? undefined : loss;
}

/** Seconds after which a replica that left is no longer looked for. */
const lookedForSeconds = 600;

/** Seconds for which the replicas of a primary that restarted are looked for: they come back in one to two. */
const backAfterSeconds = 5;

/**
The replicas that the log names, and that are not connected now: lost within the last ten minutes, or linked to the process
before the present one, which began within the last ten minutes. A server that stops writes no line for its replicas.
*/
export function missingByLog({record, nowMs}: Losing & {readonly record: Pick<NodeRecord, 'sample'>}): NodeAddress[] {
	const {host, replicas, sample} = record;
	const log = host?.value.kind === 'here' ? host.value.log : undefined;
	const upSeconds = sample?.info.number('server', 'uptime_in_seconds') ?? Number.POSITIVE_INFINITY;
	const startMs = nowMs - upSeconds * 1000;
	const isAwaited = upSeconds > backAfterSeconds && upSeconds < lookedForSeconds;
	return (log?.replicas ?? [])
		.filter(({address, isLost, atMs}) =>
			replicas.some(each => each.address === address)
				? false
				: isLost
					? nowMs - atMs < lookedForSeconds * 1000
					: // INFO rounds the seconds since the start down.
						isAwaited && atMs < startMs - 1000,
		)
		.map(({address}) => address as NodeAddress);
}

/** Largest number of lost replicas that are visited. */
const visitedAtMost = 5;

/** The replicas that a primary misses, by its log. Only their own replies tell why. */
export function replicasToVisit(record: NodeRecord, nowMs: number): readonly NodeAddress[] {
	if (record.role !== 'primary') {
		return [];
	}

	const loss = loggedMissing({record, nowMs});
	const last = loss !== undefined && loss.agoSeconds < lookedForSeconds ? [loss.replica] : [];
	return [...new Set([...last, ...missingByLog({record, nowMs}).toReversed()])].slice(0, visitedAtMost);
}

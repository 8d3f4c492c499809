import {isClusterEnabled} from '../derive/deployment.js';
import type {NodeRecord} from './monitor-state.js';

/** Time after the start of redis-top within which the view of a cluster is awaited, in milliseconds. */
const readWithinMs = 10_000;

/** Whether only one node of a cluster, or a Sentinel, is known, whose first sample does not tell of the other nodes. */
function isUnread([only, ...others]: readonly NodeRecord[]): boolean {
	if (only?.sample === undefined || others.length > 0) {
		return false;
	}

	const [isSilent, kind] =
		only.role === 'sentinel'
			? [only.sentinel === undefined || only.sentinel.value.primaries.length > 0, 'SENTINEL']
			: [isClusterEnabled(only.sample.info) && only.clusterNodes === undefined, 'CLUSTER'];
	return isSilent && !only.blind.some(({command}) => command.startsWith(kind));
}

/**
Whether the first node of a cluster has answered, and the cluster's state is not read yet.

@param runningMs Milliseconds since the start of redis-top.
*/
export const isReadingPeers = (records: readonly NodeRecord[], runningMs: number): boolean =>
	runningMs < readWithinMs && isUnread(records);

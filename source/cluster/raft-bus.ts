import type {ClusterInfo} from '../domain/cluster.js';

/** A node's state in the Raft log of the cluster bus, from the `cluster_raft_` fields of CLUSTER INFO. */
export type RaftState = {
	/** `leader`, `follower`, `candidate` or `learner`, as printed. */
	readonly role: string;
	/** The node id of the leader; undefined while there is no leader. */
	readonly leader: string | undefined;
	readonly term: number | undefined;
	/** The index of the last log entry that a majority has. */
	readonly committed: number | undefined;
	/** The index of the last log entry that this node has applied. */
	readonly applied: number | undefined;
};

/**
The Raft state of a node; undefined if the cluster bus uses gossip. The field names are those of merged changes for
Valkey 9.2 (valkey#3543, valkey#4094). No release was available for a test.
*/
export function raftStateOf(info: ClusterInfo | undefined): RaftState | undefined {
	const role = info?.get('cluster_raft_role');
	if (info === undefined || role === undefined) {
		return undefined;
	}

	const number = (name: string) => {
		const text = info.get(name);
		return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
	};
	const leader = info.get('cluster_raft_leader');
	return {
		role,
		leader: leader === undefined || /^(?:|-|none|0+)$/i.test(leader) ? undefined : leader,
		term: number('cluster_raft_current_term'),
		committed: number('cluster_raft_commit_index'),
		applied: number('cluster_raft_last_applied'),
	};
}

import type {ClusterInfo} from '../domain/cluster.js';

/** What a node says of the Raft log that its cluster's bus replicates, by the `cluster_raft_` fields of CLUSTER INFO. */
export type RaftState = {
	/** `leader`, `follower`, `candidate` or `learner`, as printed. */
	readonly role: string;
	/** The node id of the leader; undefined while there is none. */
	readonly leader: string | undefined;
	readonly term: number | undefined;
	/** The last entry that a majority has, and the last one that this node has carried out. */
	readonly committed: number | undefined;
	readonly applied: number | undefined;
};

/**
The Raft state of a node; undefined where the cluster bus gossips. The names are those of merged changes for Valkey 9.2
(valkey#3543, valkey#4094), of which no release was there to try.
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

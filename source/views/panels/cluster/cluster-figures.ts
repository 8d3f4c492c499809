import type {Figure} from '../../figure.js';
import {whatIfFigures} from '../what-if-figures.js';

/** What each label of the panel Cluster means: the reply and field that it comes from, and which values are bad. */
export const clusterFigures: readonly Figure[] = [
	['SHARD', 'The primary of the shard, or its replicas below it.'],
	['NODE, ROLE', 'Address and role by CLUSTER NODES.'],
	['FLAGS', 'fail? is PFAIL, one opinion; fail is FAIL, agreed by a majority of primaries.'],
	['SEEN', 'Whether redis-top itself reaches the node.'],
	['LINK', 'Link of the cluster bus, or of the replica to its source.'],
	['SLOTS, RANGES', 'Number and ranges of slots; all 16384 must have an owner.'],
	['EPOCH', 'Configuration epoch: the higher claim to a slot wins.'],
	['PONG AGE', 'Time since the last PONG on the cluster bus. Bad beyond cluster-node-timeout.'],
	[
		'raft',
		'Role and term of the node where the cluster bus is Raft (Valkey 9.2), and log entries it has not carried out.',
	],
	['REPLICATES FROM', 'The source of a replica.'],
	...whatIfFigures,
];

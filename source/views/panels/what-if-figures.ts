import type {Figure} from '../figure.js';

/** The meaning of each column in the what-if list of the panels Replication and Cluster. */
export const whatIfFigures: readonly Figure[] = [
	[
		'IF THIS DIES',
		'What if: a node, all nodes of a host (by address) or of an availability_zone stop now. The worst comes first.',
	],
	[
		'LOST, TIME',
		'What if: bytes and seconds of writes that the copy which would serve lacks, by the last poll. all: no copy survives.',
	],
	['UNSERVED', 'What if: slots without a primary afterwards; all slots without a majority of primaries.'],
	[
		'WHO TAKES OVER',
		'What if: the replica that cluster or Sentinels would promote, or why none. by hand: only you can.',
	],
];

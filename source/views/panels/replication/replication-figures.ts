import type {Figure} from '../../figure.js';
import {whatIfFigures} from '../what-if-figures.js';

/** What each label of the panel Replication means: the reply and field that it comes from, and which values are bad. */
export const replicationFigures: readonly Figure[] = [
	['NODE', 'The tree: each node below the one it replicates from.'],
	['ROLE', 'Role as the node itself reports it.'],
	[
		'STATE',
		'State of the replica as its source reports it in INFO replication (online, wait_bgsave, send_bulk), or how it fails to answer.',
	],
	['LINK', 'master_link_status of the replica. down is bad; sync shows the full resync.'],
	[
		'BEHIND',
		'Bytes: master_repl_offset of the source less offset of the replica. Critical beyond the backlog: a broken link would cost a full resync.',
	],
	['DELAY', 'The age of its data: since when its source has been past its offset; not lag=. Bad above 5 s.'],
	['ACK AGE', 'lag= of the slaveN line: seconds since the last REPLCONF ACK. Bad above 10 s.'],
	['OFFSET', 'Position in the stream of writes, in bytes.'],
	['RO', 'slave_read_only. A writable replica loses its own writes.'],
	['PRIO', 'slave_priority; 0 is never promoted.'],
	['LAST IO', 'master_last_io_seconds_ago of the replica.'],
	['NOTE', 'What no column shows.'],
	['backlog', 'repl_backlog_size, and how long it lasts at the present rate of writes. Bad below 60 s.'],
	['delay', 'Chart of DELAY for each replica over the window in its title.'],
	...whatIfFigures,
];

import type {Figure} from '../../figure.js';

/** What each label of the panel Persistence means: the reply and field that it comes from, and which values are bad. */
export const persistenceFigures: readonly Figure[] = [
	['save points', 'CONFIG GET save: after how many changes in how many seconds a snapshot is taken.'],
	['now', 'A save or rewrite that is running, with its progress.'],
	['last result', 'rdb_last_bgsave_status. err is bad: with stop-writes-on-bgsave-error, writes are refused.'],
	['last save', 'Age of rdb_last_save_time: a crash loses what came after it.'],
	['it took', 'rdb_last_bgsave_time_sec, aof_last_rewrite_time_sec.'],
	['copied', 'rdb_last_cow_size: memory that the fork had to copy.'],
	['unsaved', 'rdb_changes_since_last_save.'],
	['saves', 'rdb_saves since the start.'],
	['enabled', 'aof_enabled, and appendfsync.'],
	['last write', 'aof_last_write_status. err is bad: writes are refused.'],
	['last rewrite', 'aof_last_bgrewrite_status.'],
	['size', 'aof_current_size and aof_base_size.'],
	['buffer', 'aof_buffer_length: what is not written yet.'],
	['delayed', 'aof_delayed_fsync: the disk is too slow, and clients waited. Any growth is bad.'],
	['backup', 'BACKUP STATUS, where INFO has backup_in_progress (Redis 8.10). failed is bad.'],
	['last fork', 'latest_fork_usec: every client waited so long. Bad from 100 ms.'],
	['per GB rss', 'The same for each gigabyte; above 100 ms, look at transparent huge pages.'],
	['forks', 'total_forks since the start.'],
	['copying', 'current_cow_size of the save that runs.'],
];

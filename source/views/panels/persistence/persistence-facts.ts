import {type SavePoint, savePoints} from '../../../derive/save-points.js';
import type {NodeRecord} from '../../../state/monitor-state.js';

/** The progress of a running save, AOF rewrite or load. */
export type Progress = {
	/** Finished share, from 0 to 1; undefined while the server does not know it. */
	readonly ratio: number | undefined;
	readonly done: number | undefined;
	readonly total: number | undefined;
	readonly elapsedSeconds: number | undefined;
};

export type RdbFacts = {
	/** The setting `save`; empty when saving by time is off, undefined without CONFIG GET. */
	readonly savePoints: readonly SavePoint[] | undefined;
	readonly saving: Progress | undefined;
	readonly lastStatus: 'ok' | 'err' | undefined;
	/**
	Seconds since the last successful save by this process. Undefined when it never saved, or when that is unknown.
	*/
	readonly savedSecondsAgo: number | undefined;
	readonly hasSaved: boolean | undefined;
	readonly tookSeconds: number | undefined;
	readonly changes: number | undefined;
	readonly cowBytes: number | undefined;
	/** Number of saves since the server's start, failed ones included; undefined before Redis 7.0. */
	readonly attempts: number | undefined;
};

/** A number from INFO; undefined for −1, by which INFO means "never" or "not running". */
const positive = (value: number | undefined): number | undefined =>
	value === undefined || value < 0 ? undefined : value;

const statusOf = (text: string | undefined): 'ok' | 'err' | undefined =>
	text === 'ok' || text === 'err' ? text : undefined;

/**
The server's present time, in seconds since the epoch. It is the server's clock in the sample (Redis ≥ 6.2) plus the
time since the sample, else redis-top's clock.
*/
export function serverNowSeconds({sample}: NodeRecord, nowMs: number): number {
	const serverMicroseconds = sample?.info.number('server', 'server_time_usec');
	return serverMicroseconds === undefined || sample === undefined
		? nowMs / 1000
		: serverMicroseconds / 1_000_000 + Math.max(0, nowMs - sample.atMs) / 1000;
}

/** Seconds by which the server's start time and its first `rdb_last_save_time` may differ: both are whole seconds. */
const startSlackSeconds = 2;

/**
Whether this process has saved; undefined when that is unknown. The field `rdb_last_save_time` has the start time of the
process until the first save. A save happened if `rdb_saves` is above 0 (Redis ≥ 7.0, failed saves included) or the
duration of the last save is known. FLUSHALL saves too, and `rdb_saves` leaves that save out: then the last save is
younger than the process (server source db.c, flushAllDataAndResetRDB).
*/
function hasSaved(
	attempts: number | undefined,
	tookSeconds: number | undefined,
	isYounger: boolean,
): boolean | undefined {
	if (attempts !== undefined) {
		return attempts > 0 || isYounger;
	}

	return tookSeconds === undefined ? undefined : tookSeconds >= 0;
}

export function rdbFacts(node: NodeRecord, nowMs: number): RdbFacts {
	const info = node.sample?.info;
	const field = (name: string) => info?.number('persistence', name);
	const now = serverNowSeconds(node, nowMs);
	const attempts = field('rdb_saves');
	// Some services compatible with Redis print 0 if no save ever happened.
	const lastSave = field('rdb_last_save_time') || undefined;
	const uptimeSeconds = info?.number('server', 'uptime_in_seconds');
	const status = statusOf(info?.text('persistence', 'rdb_last_bgsave_status'));
	const saveSetting = node.config?.value.get('save');
	const age = lastSave === undefined ? undefined : Math.max(0, now - lastSave);
	const isYounger = age !== undefined && uptimeSeconds !== undefined && age < uptimeSeconds - startSlackSeconds;
	const saved = hasSaved(attempts, field('rdb_last_bgsave_time_sec'), isYounger);
	// After a failed first save `rdb_last_save_time` is still the start time, so it is as old as the process.
	const isStartTime = status === 'err' && age !== undefined && uptimeSeconds !== undefined && age >= uptimeSeconds - 1;
	return {
		savePoints: saveSetting === undefined ? undefined : savePoints(saveSetting),
		saving: field('rdb_bgsave_in_progress') === 1 ? saveProgress(node) : undefined,
		lastStatus: status,
		savedSecondsAgo: saved === true && !isStartTime ? age : undefined,
		hasSaved: saved === true && isStartTime ? false : saved,
		tookSeconds: positive(field('rdb_last_bgsave_time_sec')),
		changes: field('rdb_changes_since_last_save'),
		cowBytes: field('rdb_last_cow_size'),
		attempts,
	};
}

/** The progress of a running save: the keys that its child process has written, and all keys (Redis ≥ 6.2). */
function saveProgress(node: NodeRecord): Progress {
	const field = (name: string) => node.sample?.info.number('persistence', name);
	const done = field('current_save_keys_processed');
	const total = field('current_save_keys_total');
	return {
		ratio: done === undefined || total === undefined || total === 0 ? undefined : done / total,
		done,
		total,
		elapsedSeconds: positive(field('rdb_current_bgsave_time_sec')) ?? positive(field('aof_current_rewrite_time_sec')),
	};
}

export type AofFacts = {
	readonly isEnabled: boolean | undefined;
	readonly rewriting: Progress | undefined;
	readonly isScheduled: boolean;
	readonly rewriteStatus: 'ok' | 'err' | undefined;
	readonly writeStatus: 'ok' | 'err' | undefined;
	readonly rewriteFailures: number | undefined;
	readonly tookSeconds: number | undefined;
	readonly sizeBytes: number | undefined;
	readonly baseBytes: number | undefined;
	readonly bufferBytes: number | undefined;
	/** Number of fsyncs since the server's start that were delayed by the fsync before them. */
	readonly delayedFsyncs: number | undefined;
	readonly pendingFsyncs: number | undefined;
	readonly cowBytes: number | undefined;
	/** The setting `appendfsync`: `everysec`, `always` or `no`; undefined without CONFIG GET. */
	readonly fsync: string | undefined;
};

export function aofFacts(node: NodeRecord): AofFacts {
	const info = node.sample?.info;
	const field = (name: string) => info?.number('persistence', name);
	const enabled = field('aof_enabled');
	return {
		isEnabled: enabled === undefined ? undefined : enabled === 1,
		rewriting: field('aof_rewrite_in_progress') === 1 ? saveProgress(node) : undefined,
		isScheduled: field('aof_rewrite_scheduled') === 1,
		rewriteStatus: statusOf(info?.text('persistence', 'aof_last_bgrewrite_status')),
		writeStatus: statusOf(info?.text('persistence', 'aof_last_write_status')),
		rewriteFailures: field('aof_rewrites_consecutive_failures'),
		tookSeconds: positive(field('aof_last_rewrite_time_sec')),
		sizeBytes: field('aof_current_size'),
		baseBytes: field('aof_base_size'),
		bufferBytes: field('aof_buffer_length'),
		delayedFsyncs: field('aof_delayed_fsync'),
		pendingFsyncs: field('aof_pending_bio_fsync'),
		cowBytes: field('aof_last_cow_size'),
		fsync: node.config?.value.get('appendfsync'),
	};
}

export type ForkFacts = {
	/** How long the last fork blocked the server, in microseconds; undefined when the process has not forked. */
	readonly lastMicroseconds: number | undefined;
	readonly microsecondsPerGigabyte: number | undefined;
	/** Number of forks since the server's start (Redis ≥ 6.2). */
	readonly total: number | undefined;
	/** Bytes that copy-on-write has copied for the running child process (Redis ≥ 7.0). */
	readonly copyingBytes: number | undefined;
};

const gigabyte = 1024 ** 3;

/**
Resident set below which a fork's time per gigabyte is not computed, in bytes. In a smaller process, most of a fork's
time does not depend on the memory.
*/
const smallestForForkRate = 64 * 1024 * 1024;

export function forkFacts({sample}: NodeRecord): ForkFacts {
	const total = sample?.info.number('stats', 'total_forks');
	const read = sample?.info.number('stats', 'latest_fork_usec');
	const last = read === 0 ? undefined : read;
	const resident = sample?.info.number('memory', 'used_memory_rss') ?? 0;
	return {
		lastMicroseconds: last,
		microsecondsPerGigabyte:
			last === undefined || resident < smallestForForkRate ? undefined : (last * gigabyte) / resident,
		total,
		copyingBytes: sample?.info.number('persistence', 'current_cow_size'),
	};
}

/** The progress of loading the data set, at the start or from a primary; undefined when no load runs. */
export function loadingProgress({
	sample,
}: NodeRecord): (Progress & {readonly leftSeconds: number | undefined}) | undefined {
	const field = (name: string) => sample?.info.number('persistence', name);
	if (field('loading') !== 1 && field('async_loading') !== 1) {
		return undefined;
	}

	const share = field('loading_loaded_perc');
	const start = field('loading_start_time');
	return {
		ratio: share === undefined ? undefined : share / 100,
		done: field('loading_loaded_bytes'),
		total: field('loading_total_bytes'),
		elapsedSeconds: start === undefined || sample === undefined ? undefined : Math.max(0, sample.atMs / 1000 - start),
		leftSeconds: field('loading_eta_seconds'),
	};
}

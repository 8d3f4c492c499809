import type {ServerBackup} from '../../../domain/server-backup.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, span} from '../../../text/line.js';
import {bytes, count, grouped, microseconds, percent, seconds} from '../../../text/units.js';
import {toned, values} from '../card.js';
import {fieldText} from '../changes.js';
import type {AofFacts, ForkFacts, Progress, RdbFacts} from './persistence-facts.js';

/** The state of RDB: `ok, 3m12s ago`, `!! failed, last good 2h05m ago`, `saving 41%, 12s`. */
export function rdbSummary(rdb: RdbFacts): Line {
	if (rdb.saving !== undefined) {
		return toned(`saving ${percent(rdb.saving.ratio)}, ${seconds(rdb.saving.elapsedSeconds)}`, 'accent');
	}

	if (rdb.lastStatus === 'err') {
		return toned(`!! failed, ${lastGood(rdb)}`, 'critical');
	}

	return rdb.savedSecondsAgo === undefined
		? [span(rdb.hasSaved === false ? 'none since the start' : '-')]
		: [span(`ok, ${seconds(rdb.savedSecondsAgo)} ago`)];
}

const lastGood = (rdb: RdbFacts): string =>
	rdb.savedSecondsAgo === undefined ? 'none good since the start' : `last good ${seconds(rdb.savedSecondsAgo)} ago`;

/** The state of AOF: `off`, `on 1.20G`, `rewriting 41%, 12s`, `!! write failed`. */
export function aofSummary(aof: AofFacts): Line {
	if (aof.isEnabled === undefined) {
		return [span('-')];
	}

	if (!aof.isEnabled && aof.rewriting === undefined) {
		return [span('off')];
	}

	if (aof.writeStatus === 'err') {
		return toned('!! write failed', 'critical');
	}

	if (aof.rewriting !== undefined) {
		return toned(`rewriting ${percent(aof.rewriting.ratio)}, ${seconds(aof.rewriting.elapsedSeconds)}`, 'accent');
	}

	return aof.rewriteStatus === 'err'
		? toned('! last rewrite failed', 'warning')
		: [span(`on ${bytes(aof.sizeBytes)}`), span(aof.isScheduled ? ' rewrite scheduled' : '', 'label')];
}

/** The setting `save`, each save point with its time and changes: `1h/1 5m/100 1m/10.0k`. */
export function savePointsText({savePoints}: RdbFacts): string {
	if (savePoints === undefined) {
		return '-';
	}

	return savePoints.length === 0
		? 'off'
		: savePoints.map(point => `${roundSeconds(point.seconds)}/${count(point.changes)}`).join(' ');
}

/** A time in its largest whole unit: `1h`, `5m`, `90s`. */
function roundSeconds(value: number): string {
	if (value % 3600 === 0) {
		return `${value / 3600}h`;
	}

	return value % 60 === 0 ? `${value / 60}m` : `${value}s`;
}

/** The progress and the time so far: `41% for 12s`. */
export function progressText({ratio, elapsedSeconds}: Progress): string {
	return `${percent(ratio)} for ${seconds(elapsedSeconds)}`;
}

const statusLine = (status: 'ok' | 'err' | undefined): Line => {
	switch (status) {
		case undefined:
			return [span('-')];
		case 'ok':
			return [span('ok')];
		case 'err':
			return toned('!! failed', 'critical');
	}
};

/** How long the last save or rewrite took, as text. The server tells whole seconds: a save in less is `0`. */
export const tookText = ({tookSeconds}: Pick<RdbFacts, 'tookSeconds'>): string =>
	tookSeconds === 0 ? '<1s' : seconds(tookSeconds);

/** The rows of the RDB card. */
export function rdbRows(rdb: RdbFacts, node: NodeRecord): ReadonlyArray<readonly [string, Line | string]> {
	return [
		['save points', savePointsText(rdb)],
		['now', rdb.saving === undefined ? 'idle' : toned(`saving ${progressText(rdb.saving)}`, 'accent')],
		['last result', rdb.hasSaved === false && rdb.lastStatus === 'ok' ? '- none yet' : statusLine(rdb.lastStatus)],
		['last save', rdb.savedSecondsAgo === undefined ? neverText(rdb) : `${seconds(rdb.savedSecondsAgo)} ago`],
		['it took', tookText(rdb)],
		['copied', values(bytes(rdb.cowBytes), ' on write')],
		['unsaved', values(fieldText(node, 'persistence', 'rdb_changes_since_last_save', grouped), ' changes')],
		['saves', values(fieldText(node, 'persistence', 'rdb_saves', grouped), sinceWords(node))],
	];
}

/** The text after the value of a counter: whether it counts since the server's start or since the baseline. */
const sinceWords = ({since}: NodeRecord): string => (since === undefined ? ' since start' : ' since baseline');

const neverText = ({hasSaved}: RdbFacts): string => (hasSaved === false ? 'none since the start' : '-');

/** The rows of the AOF card. */
export function aofRows(aof: AofFacts, node: NodeRecord): ReadonlyArray<readonly [string, Line | string]> {
	const pending = aof.pendingFsyncs ?? 0;
	const bytesOf = (name: string) => fieldText(node, 'persistence', name, bytes);
	return [
		['enabled', aof.isEnabled === undefined ? '-' : `${aof.isEnabled ? 'yes' : 'no'}${fsyncText(aof)}`],
		['now', aofNow(aof)],
		['last write', aof.isEnabled === false ? '- off' : statusLine(aof.writeStatus)],
		['last rewrite', rewriteLine(aof)],
		['it took', tookText(aof)],
		['size', values(bytesOf('aof_current_size'), '  base ', bytesOf('aof_base_size'))],
		['buffer', bytesOf('aof_buffer_length')],
		[
			'fsync',
			[
				span(`${fieldText(node, 'persistence', 'aof_delayed_fsync', grouped)} delayed  `),
				span(`${grouped(aof.pendingFsyncs)} pending${pending > 0 ? ' !' : ''}`, pending > 0 ? 'warning' : 'plain'),
			],
		],
	];
}

const fsyncText = ({isEnabled, fsync}: AofFacts): string => (isEnabled && fsync ? `, fsync ${fsync}` : '');

function aofNow({rewriting, isScheduled}: AofFacts): Line {
	if (rewriting !== undefined) {
		return toned(`rewriting ${progressText(rewriting)}`, 'accent');
	}

	return isScheduled ? toned('rewrite scheduled', 'accent') : [span('idle')];
}

function rewriteLine({isEnabled, tookSeconds, rewriteStatus, rewriteFailures}: AofFacts): Line | string {
	if (isEnabled === false && tookSeconds === undefined && rewriteStatus !== 'err') {
		return '- off';
	}

	const failures = rewriteFailures ?? 0;
	return failures > 0 ? toned(`!! failed ${failures} in a row`, 'critical') : statusLine(rewriteStatus);
}

/**
The state of the server's own backup (Redis 8.10). If that state is unknown, the row says whether INFO reports a backup
in progress.
*/
function backupRow({sample, backup}: NodeRecord): ReadonlyArray<readonly [string, Line | string]> {
	const underWay = sample?.info.number('persistence', 'backup_in_progress');
	if (underWay === undefined) {
		return [];
	}

	const {state, problem, startedMs, sealedMs}: ServerBackup = backup?.value ?? {
		state: underWay === 1 ? 'under way' : 'idle',
		problem: '',
		startedMs: undefined,
		sealedMs: undefined,
	};
	const since = (atMs: number | undefined) =>
		atMs === undefined || backup === undefined ? '' : `${seconds(Math.max(0, backup.atMs - atMs) / 1000)}`;
	const age =
		sealedMs !== undefined
			? `, sealed ${since(sealedMs)} ago`
			: startedMs === undefined
				? ''
				: ` for ${since(startedMs)}`;
	return [['backup', state === 'failed' ? toned(`!! failed ${problem}`, 'critical') : `${state}${age}`]];
}

/** The rows about fork(). The server is blocked while the kernel copies the page tables for the child process. */
export function forkRows(
	fork: ForkFacts,
	node: NodeRecord,
	{isAscii}: Glyphs,
): ReadonlyArray<readonly [string, Line | string]> {
	return [
		['last fork', microseconds(fork.lastMicroseconds, isAscii)],
		['per GB rss', microseconds(fork.microsecondsPerGigabyte, isAscii)],
		['forks', values(fieldText(node, 'stats', 'total_forks', grouped), sinceWords(node))],
		['copying', bytes(fork.copyingBytes)],
		...backupRow(node),
	];
}

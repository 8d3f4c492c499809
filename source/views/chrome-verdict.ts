import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import {ageOf, isStale} from '../state/node-record.js';
import {cellWidth} from '../text/cell-width.js';
import {cutLine} from '../text/fit.js';
import type {Glyphs} from '../text/glyphs.js';
import {type Line, span} from '../text/line.js';
import {seconds, utcClock} from '../text/units.js';

/** A reply owed for longer is a hung server, not a slow one (signals E.5), milliseconds. */
const hungAfterMs = 5000;

/** What is wrong with one node. `shortWords` are for a narrow screen. */
type Trouble = {readonly severity: 'warning' | 'critical'; readonly words: string; readonly shortWords: string};

/**
Line 2: the worst of all nodes in words, or that all answer and how old the data is. `node` is the one in focus; it is
named first among equals.
*/
export function verdictLine(
	state: MonitorState,
	node: NodeRecord | undefined,
	nowMs: number,
	glyphs: Glyphs,
	width: number,
): Line {
	const records = [...state.nodes.values()];
	const troubles = inOrder(records, node).flatMap(record => troubleOf(record, nowMs) ?? []);
	const worst = troubles.find(({severity}) => severity === 'critical') ?? troubles[0];
	if (worst !== undefined) {
		return troubleLine(worst, troubles.length - 1, glyphs, width);
	}

	const connecting = records.filter(({reach}) => reach === 'connecting');
	const [first] = connecting;
	if (first === undefined && records.length > 0) {
		return cutLine([span('ok ', 'ok'), span(healthyWords(records, nowMs))], width, glyphs.ellipsis);
	}

	const names = first === undefined ? state.target : first.address;
	const others = connecting.length > 1 ? ` and ${connecting.length - 1} more` : '';
	return cutLine([span('.. ', 'accent'), span(`connecting to ${names}${others}`)], width, glyphs.ellipsis);
}

/** `stale 12s` when the node's data is older than two of its intervals; undefined while it is fresh or never came. */
export function staleNote(record: NodeRecord, nowMs: number): string | undefined {
	return isStale(record, nowMs) ? `stale ${shortAge(ageOf(record, nowMs) ?? 0)}` : undefined;
}

/** Primaries before the rest, the node in focus before its equals. */
function inOrder(records: readonly NodeRecord[], focused: NodeRecord | undefined): NodeRecord[] {
	const weight = (record: NodeRecord) =>
		(record.role === 'primary' ? 0 : 2) + (record.address === focused?.address ? 0 : 1);
	return records.toSorted((a, b) => weight(a) - weight(b));
}

function troubleOf(record: NodeRecord, nowMs: number): Trouble | undefined {
	switch (record.reach) {
		case 'connecting':
			return undefined;
		case 'up':
			return isStale(record, nowMs) ? silence(record, record.lastReplyAtMs, nowMs) : undefined;
		case 'stale':
			return silence(record, record.pendingSinceMs ?? record.failingSinceMs, nowMs);
		case 'loading':
			return loading(record);
		case 'busy':
		case 'refusing':
		case 'down':
			return failing(record, nowMs);
	}
}

function silence(record: NodeRecord, sinceMs: number | undefined, nowMs: number): Trouble {
	const isHung = sinceMs !== undefined && nowMs - sinceMs > hungAfterMs;
	const duration = sinceMs === undefined ? '' : ` for ${shortAge(nowMs - sinceMs)}`;
	const shortWords = `no reply${duration} from ${record.address}`;
	return {
		severity: isHung ? 'critical' : 'warning',
		words: `${shortWords} ${lastData(record, nowMs)}`,
		shortWords,
	};
}

function loading({address, sample, failure}: NodeRecord): Trouble {
	const share = sample?.info.number('persistence', 'loading_loaded_perc');
	const left = sample?.info.number('persistence', 'loading_eta_seconds');
	const isKnown = sample?.info.number('persistence', 'loading') === 1 && share !== undefined;
	const progress = isKnown ? `: ${Math.floor(share)}%${left === undefined ? '' : `, ${seconds(left)} left`}` : '';
	const words =
		progress === '' && failure !== undefined ? `${address} ${failure.text}` : `${address} is loading${progress}`;
	return {severity: 'warning', words, shortWords: words};
}

function failing(record: NodeRecord, nowMs: number): Trouble {
	const words = `${record.address} ${record.failure?.text ?? reachWords[record.reach]}`;
	const shortWords =
		record.failingSinceMs === undefined ? words : `${words}, for ${shortAge(nowMs - record.failingSinceMs)}`;
	return {severity: 'critical', words: `${shortWords} ${lastData(record, nowMs)}`, shortWords};
}

/** Where a failure brought no words of its own. */
export const reachWords: Readonly<Record<NodeRecord['reach'], string>> = {
	connecting: 'is being connected to',
	up: 'answers',
	stale: 'owes a reply',
	loading: 'is loading',
	busy: 'is busy with a script',
	refusing: 'turns redis-top away',
	down: 'does not answer',
};

function lastData({lastReplyAtMs}: NodeRecord, nowMs: number): string {
	return lastReplyAtMs === undefined
		? '(no data yet)'
		: `(last data ${utcClock(lastReplyAtMs)}, ${shortAge(nowMs - lastReplyAtMs)} old)`;
}

function troubleLine(trouble: Trouble, more: number, glyphs: Glyphs, width: number): Line {
	const glyph = trouble.severity === 'critical' ? '!! ' : '!  ';
	const suffix = more > 0 ? `   (+${more} more)` : '';
	const room = width - cellWidth(glyph) - cellWidth(suffix);
	const words = cellWidth(trouble.words) <= room ? trouble.words : trouble.shortWords;
	const main = cutLine([span(words)], Math.max(0, room), glyphs.ellipsis);
	return cutLine([span(glyph, trouble.severity), ...main, span(suffix)], width, glyphs.ellipsis);
}

function healthyWords(records: readonly NodeRecord[], nowMs: number): string {
	const oldest = Math.min(...records.map(({lastReplyAtMs}) => lastReplyAtMs ?? nowMs));
	const who = records.length === 1 ? `${records[0]?.address} answers` : `${records.length} nodes answer`;
	return `${who}, data ${shortAge(nowMs - oldest)} old`;
}

/** A duration with tenths of a second below ten: `0.3s`, `12s`, `3m12s`. */
export function shortAge(durationMs: number): string {
	const tenths = Math.max(0, Math.floor(durationMs / 100));
	return tenths < 100 ? `${(tenths / 10).toFixed(1)}s` : seconds(tenths / 10);
}

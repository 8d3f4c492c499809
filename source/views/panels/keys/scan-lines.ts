import {sampleError, topPrefixes} from '../../../derive/key-sample.js';
import type {KeyScan, ScannedKey, ScannedPrefix} from '../../../domain/key-scan.js';
import type {NodeAddress} from '../../../domain/node.js';
import {longestScanMs, mostScannedKeys, scanShare} from '../../../poll/key-scan-budget.js';
import {type Column, columnLayout, headerLine, rowLine} from '../../../text/columns.js';
import {cutLine} from '../../../text/fit.js';
import {beside} from '../../../text/frame.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, line, span, type Tone} from '../../../text/line.js';
import {bytes, count, grouped, percent, seconds} from '../../../text/units.js';
import {wrapWords} from '../../../text/wrap-words.js';
import type {Rect} from '../../panel.js';

const ttlText = ({ttlMs}: ScannedKey): string =>
	ttlMs === undefined ? '-' : ttlMs === 'never' ? 'none' : seconds(ttlMs / 1000);

const keyColumns: ReadonlyArray<Column<ScannedKey>> = [
	{id: 'bytes', title: 'MEMORY', minWidth: 7, align: 'right', priority: 1, text: one => bytes(one.bytes)},
	{id: 'type', title: 'TYPE', minWidth: 6, priority: 2, text: ({type}) => type ?? '-'},
	{id: 'ttl', title: 'TTL', minWidth: 6, align: 'right', priority: 2, text: ttlText},
	{id: 'key', title: 'LARGEST KEYS SEEN', minWidth: 18, isFlexible: true, priority: 1, text: ({key}) => key},
];

type PrefixRow = ScannedPrefix & {readonly of: KeyScan['sample']};

const prefixColumns: ReadonlyArray<Column<PrefixRow>> = [
	{
		id: 'keys',
		title: 'OF KEYS',
		minWidth: 7,
		align: 'right',
		priority: 1,
		text: ({keyCount, of}) => percent(of.seen === 0 ? undefined : keyCount / of.seen),
	},
	{
		id: 'bytes',
		title: 'OF MEM',
		minWidth: 6,
		align: 'right',
		priority: 1,
		text: ({bytes: own, of}) => percent(of.bytes === 0 ? undefined : own / of.bytes),
	},
	{
		id: 'ttl',
		title: 'NO TTL',
		minWidth: 6,
		align: 'right',
		priority: 2,
		text: ({keyCount, withoutTtl}) => percent(keyCount === 0 ? undefined : withoutTtl / keyCount),
	},
	{id: 'prefix', title: 'PREFIX', minWidth: 10, isFlexible: true, priority: 1, text: ({prefix}) => prefix},
];

/** The offer of a scan: what it would send, to which node, how long it would take, and what it costs the server. */
function offerLines({target, isOnReplica, keysInAll, node}: KeyScan, key: string, width: number): Line[] {
	const keysSeen = Math.min(mostScannedKeys, keysInAll ?? mostScannedKeys);
	const where = isOnReplica ? `the replica ${target}` : `${target} itself: it has no replica that answers`;
	const wrapped = (text: string, tone: Tone): Line[] =>
		wrapWords(text, Math.max(1, width - 1)).map(row => line(` ${row}`, tone));
	return [
		...wrapped(
			`Scan for large keys? It asks ${where}.${hint(key, ' ', 'starts it; any other panel leaves it.')}`,
			isOnReplica || target !== node ? 'title' : 'warning',
		),
		...wrapped(
			`Price: at most ${percent(scanShare)} of one core of that server, by its own counters; about ${count(keysSeen * 3 + keysSeen / 100)} short commands.`,
			'plain',
		),
		...wrapped(
			`It sends SCAN COUNT 100, then TYPE, MEMORY USAGE SAMPLES 5 and PTTL of each key, and ends at ${grouped(mostScannedKeys)} keys or ${longestScanMs / 1000} s.`,
			'plain',
		),
		...wrapped(
			'It waits while the server forks, loads, is busy or gets slower. It reads no value and changes nothing.',
			'dim',
		),
	];
}

/** A hint that names a keyboard key and its effect; empty if no keyboard key is bound. */
const hint = (key: string, before: string, does: string): string => (key === '' ? '' : `${before}${key} ${does}`);

const phaseText = ({phase, note}: KeyScan, key: string): string => {
	switch (phase) {
		case 'running':
			return `running${hint(key, ', ', 'stops it')}`;
		case 'waiting':
			return `waiting: ${note ?? ''}${hint(key, '; ', 'stops it')}`;
		case 'stopped':
			return `stopped${hint(key, ', ', 'goes on')}`;
		case 'ended':
			return `${note ?? 'ended'}${note === 'every key was seen' ? '' : hint(key, ', ', 'goes on')}`;
		case 'failed':
			return `failed: ${note ?? ''}`;
		case 'offered':
			return '';
	}
};

/** How many keys the scan has seen, and how much server time it has cost so far. */
function progressLines(scan: KeyScan, key: string, glyphs: Glyphs): Line[] {
	const {sample, keysInAll, database, target, serverMicroseconds, activeMs, phase} = scan;
	const {seen, withoutTtl} = sample;
	const ofAll = keysInAll === undefined || keysInAll === 0 ? undefined : Math.min(1, seen / keysInAll);
	const error = sampleError(seen, keysInAll);
	return [
		[
			span(' scan ', 'label'),
			span(`${grouped(seen)} of ${count(keysInAll)} keys (${percent(ofAll)}) of db${database} on ${target}  `),
			span(phaseText(scan, key), phase === 'failed' ? 'critical' : phase === 'waiting' ? 'warning' : 'accent'),
		],
		[
			span(' without ttl ', 'label'),
			span(`${percent(seen === 0 ? undefined : withoutTtl / seen)} ${glyphs.isAscii ? '+/-' : '±'}${percent(error)}`),
			span('  price ', 'label'),
			span(
				`${(serverMicroseconds / 1000).toFixed(0)} ms of server time, ${shareText(serverMicroseconds, activeMs)} of a core`,
			),
		],
	];
}

const shareText = (microseconds: number, activeMs: number): string =>
	activeMs === 0 ? '-' : `${((microseconds / 1000 / activeMs) * 100).toFixed(2)}%`;

/**
The results of the scan of Redis keys so far, or the offer to start it. Before the user asks for a scan, one line names
the keyboard key that offers it. If no keyboard key is bound, that line is left out.
*/
export function scanLines(
	scan: KeyScan | undefined,
	node: NodeAddress,
	key: string,
	room: Rect,
	glyphs: Glyphs,
): Line[] {
	const {width, height} = room;
	if (height <= 0 || (scan === undefined && key === '')) {
		return [];
	}

	if (scan === undefined) {
		return [[span(' '), span(key, 'key'), span(' looks for the largest keys by a bounded scan', 'dim')]];
	}

	if (scan.phase === 'offered') {
		return offerLines(scan, key, width).slice(0, height);
	}

	const head = progressLines(scan, key, glyphs);
	const used: Line[] =
		scan.sample.mostUsed.length === 0
			? []
			: [
					[
						span(' most used (LFU) ', 'label'),
						span(scan.sample.mostUsed.map(one => `${one.key} ${one.frequency}`).join('  ')),
					],
				];
	const other: Line[] =
		scan.node === node ? [] : [line(` The scan is of ${scan.node}, not of the node in focus.`, 'warning')];
	const listHeight = height - head.length - used.length - other.length;
	const left = width >= 100 ? Math.floor(width * 0.55) : width;
	const lists =
		width >= 100
			? beside(
					[
						{lines: keyLines(scan, {width: left, height: listHeight}, glyphs), width: left},
						{lines: prefixLines(scan, {width: width - left, height: listHeight}, glyphs), width: width - left},
					],
					Math.max(0, listHeight),
				)
			: stacked(scan, {width, height: listHeight}, glyphs);
	return [...[...head, ...used, ...other].map(row => cutLine(row, width, glyphs.ellipsis)), ...lists].slice(0, height);
}

/** The list of keys above the list of prefixes. Each list gets half of the lines. */
function stacked(scan: KeyScan, {width, height}: Rect, glyphs: Glyphs): Line[] {
	const upper = Math.ceil(height / 2);
	const keys = keyLines(scan, {width, height: upper}, glyphs);
	return [...keys, ...prefixLines(scan, {width, height: height - keys.length}, glyphs)];
}

function keyLines({sample}: KeyScan, {width, height}: Rect, glyphs: Glyphs): Line[] {
	const rows = sample.largest.slice(0, Math.max(0, height - 1));
	const layout = columnLayout(keyColumns, rows, width);
	return [
		headerLine(layout, undefined, glyphs),
		...rows.map(row => rowLine(layout, row, {isSelected: false, glyphs})),
	].slice(0, Math.max(0, height));
}

function prefixLines({sample}: KeyScan, {width, height}: Rect, glyphs: Glyphs): Line[] {
	const rows = topPrefixes(sample, Math.max(0, height - 1)).map(prefix => ({...prefix, of: sample}));
	const layout = columnLayout(prefixColumns, rows, width);
	return [
		headerLine(layout, undefined, glyphs),
		...rows.map(row => rowLine(layout, row, {isSelected: false, glyphs})),
	].slice(0, Math.max(0, height));
}

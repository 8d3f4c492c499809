import {bySizeAndType, grownBin, medianBin} from '../../../derive/key-size-growth.js';
import type {KeySizeRow, SizeBin} from '../../../domain/key-sizes.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {type Column, columnLayout, headerLine, rowLine} from '../../../text/columns.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, line} from '../../../text/line.js';
import {sparkline} from '../../../text/sparkline.js';
import {bytes, count, grouped} from '../../../text/units.js';
import type {Rect} from '../../panel.js';

type SizeRow = KeySizeRow & {readonly grown: SizeBin | undefined};

const keysOf = ({bins}: KeySizeRow): number => bins.reduce((sum, {keys}) => sum + keys, 0);

/** A size with its unit: `64.0M`, `1.05M items`. */
export const sizeText = (size: number, unit: KeySizeRow['unit']): string =>
	unit === 'bytes' ? bytes(size) : `${count(size)} item${size === 1 ? '' : 's'}`;

/**
One mark for each power of 2 of the keys' size, from 1 on. The height of a mark is the logarithm of the number of keys
with that size. A single large key thus stays visible beside a million small keys.
*/
function binMarks({bins}: KeySizeRow, width: number, glyphs: Glyphs): string {
	const largest = Math.max(1, ...bins.map(({least}) => least));
	const marks: number[] = Array.from({length: Math.min(width, Math.floor(Math.log2(largest)) + 1)}, () => 0);
	for (const {least, keys} of bins) {
		const at = least === 0 ? 0 : Math.floor(Math.log2(least));
		marks[at] = Math.log2((marks[at] ?? 0) + keys + 1);
	}

	return sparkline(marks.slice(0, width), Math.min(width, marks.length), glyphs);
}

const columns = (glyphs: Glyphs): ReadonlyArray<Column<SizeRow>> => [
	{
		id: 'type',
		title: 'TYPE',
		minWidth: 8,
		priority: 1,
		text: ({type, unit}) => (type === 'strings' || unit === 'items' ? type : `${type} (bytes)`),
	},
	{id: 'keys', title: 'KEYS', minWidth: 6, align: 'right', priority: 2, text: row => count(keysOf(row))},
	{
		id: 'median',
		title: 'HALF UNDER',
		minWidth: 12,
		align: 'right',
		priority: 3,
		text: row => {
			const bin = medianBin(row);
			return bin === undefined ? '-' : sizeText(Math.max(1, bin.least * 2), row.unit);
		},
	},
	{
		id: 'largest',
		title: 'LARGEST',
		minWidth: 20,
		align: 'right',
		priority: 1,
		text: ({bins, unit}) => {
			const bin = bins.at(-1);
			return bin === undefined ? '-' : `${grouped(bin.keys)} from ${sizeText(bin.least, unit)}`;
		},
	},
	{
		id: 'grew',
		title: 'GREW',
		minWidth: 15,
		align: 'right',
		priority: 1,
		text: ({grown, unit}) =>
			grown === undefined
				? '-'
				: `+${count(grown.keys)} from ${unit === 'bytes' ? bytes(grown.least) : count(grown.least)}`,
		tone: ({grown}) => (grown === undefined ? 'dim' : 'accent'),
	},
	{
		id: 'bins',
		title: 'BINS',
		minWidth: 12,
		maxWidth: 34,
		isFlexible: true,
		priority: 4,
		text: row => binMarks(row, 34, glyphs),
	},
];

/** The keys by type and size, as many lines as fit. If no sizes are known, one line says why. */
export function keySizesLines({keySizes, blind}: NodeRecord, {width, height}: Rect, glyphs: Glyphs): Line[] {
	const refused = blind.find(({command}) => command === 'INFO');
	if (keySizes === undefined) {
		return [line(refused === undefined ? ' waiting for INFO keysizes' : ` ! INFO ${refused.why}`, 'dim')];
	}

	const {now, first} = keySizes.value;
	if (!now.isTold) {
		return [line(' This server does not count its keys by size (Redis 8.0 does).', 'dim')];
	}

	const rows = bySizeAndType(now)
		.map(row => ({...row, grown: grownBin(row, first.value)}))
		.filter(({bins}) => bins.length > 0);
	if (rows.length === 0) {
		return [line(' no keys', 'dim')];
	}

	const layout = columnLayout(columns(glyphs), rows, width);
	return [
		headerLine(layout, undefined, glyphs),
		...rows.map(row => rowLine(layout, row, {isSelected: false, glyphs})),
	].slice(0, height);
}

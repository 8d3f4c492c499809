import type {Column} from '../../../text/columns.js';
import {bytes, grouped, microseconds, utcClock, utcDateTime} from '../../../text/units.js';
import {bytesOf, durationOf, logOf, type SlowRow} from './slowlog-rows.js';
import type {SlowShape} from './slowlog-shapes.js';

const dayMs = 86_400_000;

/** Which optional columns are shown: with `isMerged` the node, with `hasSizes` the log and the size. */
type SlowlogView = {readonly isMerged: boolean; readonly hasSizes: boolean};

/** The columns of the slow log. An entry older than a day is shown with its date: `11-21 06:29`. */
export function slowlogColumns(
	nowMs: number,
	isAscii: boolean,
	{isMerged, hasSizes}: SlowlogView,
): ReadonlyArray<Column<SlowRow>> {
	const log: Column<SlowRow> = {
		id: 'log',
		title: 'LOG',
		minWidth: 7,
		priority: 2,
		text: row => logOf(row).replace('large-', ''),
	};
	const size: Column<SlowRow> = {
		id: 'size',
		title: 'SIZE',
		align: 'right',
		minWidth: 6,
		priority: 1,
		text: row => bytes(bytesOf(row)),
	};
	const node: Column<SlowRow> = {
		id: 'node',
		title: 'NODE',
		minWidth: 15,
		maxWidth: 24,
		priority: 1,
		text: row => row.node ?? '-',
	};
	return [
		...(isMerged ? [node] : []),
		{id: 'id', title: 'ID', align: 'right', minWidth: 5, maxWidth: 12, priority: 5, text: ({id}) => String(id)},
		{
			id: 'time',
			title: 'TIME',
			minWidth: 8,
			maxWidth: 12,
			priority: 1,
			text: ({atMs}) => (nowMs - atMs > dayMs ? utcDateTime(atMs).slice(5, 16) : utcClock(atMs)),
		},
		{
			id: 'duration',
			title: 'TOOK',
			align: 'right',
			minWidth: 8,
			priority: 1,
			text: row => microseconds(durationOf(row), isAscii),
		},
		...(hasSizes ? [size, log] : []),
		{
			id: 'client',
			title: 'CLIENT',
			minWidth: 15,
			maxWidth: 22,
			priority: 4,
			text: ({clientName, clientAddress}) => clientName || clientAddress || '-',
		},
		{
			id: 'address',
			title: 'ADDRESS',
			minWidth: 15,
			maxWidth: 22,
			priority: 6,
			text: ({clientAddress}) => clientAddress || '-',
		},
		{
			id: 'command',
			title: 'COMMAND',
			minWidth: 28,
			isFlexible: true,
			priority: 1,
			text: entry => commandText(entry.arguments),
		},
	];
}

/** The command in capitals, then its arguments; arguments with blanks are quoted. */
function commandText([command, ...rest]: readonly string[]): string {
	const shown = rest.map(argument => (argument === '' || argument.includes(' ') ? `"${argument}"` : argument));
	return [command?.toUpperCase() ?? '-', ...shown].join(' ');
}

/** The columns of the list of shapes, that is, of slow commands that look alike. */
export function shapeColumns(isAscii: boolean): ReadonlyArray<Column<SlowShape>> {
	const time = (us: number) => microseconds(us, isAscii);
	return [
		{
			id: 'shape',
			title: 'SHAPE',
			minWidth: 12,
			isFlexible: true,
			priority: 1,
			text: ({shape}) => (isAscii ? shape.replaceAll('…', '~') : shape),
		},
		{id: 'count', title: 'COUNT', align: 'right', minWidth: 5, priority: 1, text: ({count}) => grouped(count)},
		{id: 'max', title: 'MAX', align: 'right', minWidth: 7, priority: 2, text: row => time(row.maxMicroseconds)},
		{id: 'total', title: 'TOTAL', align: 'right', minWidth: 7, priority: 1, text: row => time(row.totalMicroseconds)},
	];
}

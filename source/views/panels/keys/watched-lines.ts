import {drainSeconds, isBehind, type WatchedGroup, type WatchedKey} from '../../../derive/watched-keys.js';
import type {NodeAddress} from '../../../domain/node.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {type Column, columnLayout, headerLine, rowLine} from '../../../text/columns.js';
import type {Glyphs} from '../../../text/glyphs.js';
import type {Line, Tone} from '../../../text/line.js';
import {count, perSecond, seconds, signed} from '../../../text/units.js';
import type {Rect} from '../../panel.js';

/** A row for a watched key, or for a consumer group of a watched stream. */
type Row = {
	readonly key: WatchedKey;
	readonly group: WatchedGroup | undefined;
	/** The node that holds the key; undefined if it is the node in focus. */
	readonly holder: NodeAddress | undefined;
};

/**
Whether a consumer group read nothing between two polls of redis-top, but entries of the stream wait for the group.
*/
const isStill = ({key, group}: Pick<Row, 'key' | 'group'>): boolean =>
	group !== undefined && group.stillMs > 0 && isBehind(group, key);

const toneOf = (row: Row): Tone => (isStill(row) ? 'warning' : 'plain');

const rateText = ({growthPerSecond}: WatchedKey): string =>
	growthPerSecond === undefined ? '-' : signed(growthPerSecond, perSecond);

const columns: ReadonlyArray<Column<Row>> = [
	{
		id: 'key',
		title: 'WATCHED',
		minWidth: 16,
		maxWidth: 60,
		isFlexible: true,
		priority: 1,
		text: ({key, group, holder}) =>
			group === undefined ? `${key.key}${holder === undefined ? '' : ` on ${holder}`}` : `  group ${group.groupName}`,
	},
	{
		id: 'type',
		title: 'TYPE',
		minWidth: 6,
		priority: 4,
		text: ({key, group}) => (group === undefined ? (key.type === 'none' ? 'absent' : (key.type ?? '-')) : ''),
	},
	{
		id: 'length',
		title: 'LENGTH',
		align: 'right',
		minWidth: 6,
		priority: 1,
		text: ({key, group}) => (group === undefined ? count(key.length) : ''),
	},
	{
		id: 'growth',
		title: 'GROW',
		align: 'right',
		minWidth: 8,
		priority: 2,
		text: ({key, group}) => (group === undefined ? rateText(key) : ''),
	},
	{
		id: 'drain',
		title: 'DRAIN',
		align: 'right',
		minWidth: 6,
		priority: 3,
		text: ({key, group}) => (group === undefined ? seconds(drainSeconds(key)) : ''),
	},
	{
		id: 'lag',
		title: 'LAG',
		align: 'right',
		minWidth: 5,
		priority: 1,
		text: ({group}) => (group === undefined ? '' : count(group.lag)),
		tone: toneOf,
	},
	{
		id: 'pending',
		title: 'PEND',
		align: 'right',
		minWidth: 5,
		priority: 2,
		text: ({group}) => (group === undefined ? '' : count(group.pending)),
	},
	{
		id: 'consumers',
		title: 'READERS',
		align: 'right',
		minWidth: 7,
		priority: 5,
		text: ({group}) => (group === undefined ? '' : count(group.consumers)),
	},
	{
		id: 'still',
		title: 'STILL',
		align: 'right',
		minWidth: 8,
		priority: 1,
		text: row => (row.group === undefined ? '' : isStill(row) ? `! ${seconds(row.group.stillMs / 1000)}` : 'no'),
		tone: toneOf,
	},
];

/**
The watched keys, each with its consumer groups if it is a stream. Keys with a group that reads nothing come first, then
the longest keys. In a cluster, a key of another node than `node` is listed with the address of that node.
*/
export function watchedLines(
	node: NodeRecord,
	nodes: ReadonlyMap<NodeAddress, NodeRecord>,
	{width, height}: Rect,
	glyphs: Glyphs,
): Line[] {
	const ofOthers = [...nodes.values()].flatMap(({address, watched}) =>
		address === node.address
			? []
			: (watched?.value.keys ?? []).flatMap(key => (key.length === undefined ? [] : [{key, holder: address}])),
	);
	const own = (node.watched?.value.keys ?? []).map(key => ({key, holder: undefined}));
	const keys = [...own, ...ofOthers];
	if (keys.length === 0 || height < 2) {
		return [];
	}

	const still = (key: WatchedKey) => Number(key.groups.some(group => isStill({key, group})));
	const rows = keys
		.toSorted((one, other) => still(other.key) - still(one.key) || (other.key.length ?? 0) - (one.key.length ?? 0))
		.flatMap(({key, holder}): Row[] => [
			{key, group: undefined, holder},
			...key.groups.toSorted((one, other) => (other.lag ?? 0) - (one.lag ?? 0)).map(group => ({key, group, holder})),
		])
		.slice(0, height - 1);
	const layout = columnLayout(columns, rows, width);
	return [headerLine(layout, undefined, glyphs), ...rows.map(row => rowLine(layout, row, {isSelected: false, glyphs}))];
}

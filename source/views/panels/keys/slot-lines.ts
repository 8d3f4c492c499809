import type {SlotRate} from '../../../derive/slot-rates.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {type Column, columnLayout, headerLine, rowLine} from '../../../text/columns.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, line} from '../../../text/line.js';
import {bytesPerSecond, grouped, percent} from '../../../text/units.js';
import type {Rect} from '../../panel.js';

const columns = ({hotSlotKeys}: NodeRecord): ReadonlyArray<Column<SlotRate>> => [
	{id: 'slot', title: 'SLOT', minWidth: 6, align: 'right', priority: 1, text: ({slot}) => String(slot)},
	{id: 'time', title: 'TIME', minWidth: 6, align: 'right', priority: 1, text: ({cpuShare}) => percent(cpuShare)},
	{
		id: 'in',
		title: 'IN/S',
		minWidth: 7,
		align: 'right',
		priority: 2,
		text: rate => bytesPerSecond(rate.inBytesPerSecond),
	},
	{
		id: 'out',
		title: 'OUT/S',
		minWidth: 7,
		align: 'right',
		priority: 2,
		text: rate => bytesPerSecond(rate.outBytesPerSecond),
	},
	{id: 'keys', title: 'KEYS', minWidth: 7, align: 'right', priority: 3, text: ({keys}) => grouped(keys)},
	{
		id: 'some',
		title: 'KEYS OF THE SLOT',
		minWidth: 20,
		isFlexible: true,
		priority: 1,
		text: ({slot}) => hotSlotKeys?.value.find(one => one.slot === slot)?.slotKeys.join('  ') || '-',
	},
];

/** The hottest slots of a cluster node with some of their keys. If no figures of slots are known, one line says why. */
export function slotLines(node: NodeRecord, {width, height}: Rect, glyphs: Glyphs): Line[] {
	const {slotUse, blind} = node;
	const refused = blind.find(({command}) => command === 'CLUSTER SLOT-STATS');
	if (slotUse === undefined) {
		return [
			line(
				refused === undefined
					? ' no CLUSTER SLOT-STATS: Valkey 8.0 and Redis 8.2 have it, for the slots of a cluster'
					: ` ! CLUSTER SLOT-STATS ${refused.why}`,
				'dim',
			),
		];
	}

	const {isCounted, rates} = slotUse.value;
	const hint = isCounted
		? []
		: [line(' Processor time and bytes of slots: CONFIG SET cluster-slot-stats-enabled yes', 'dim')];
	if (rates.length === 0) {
		return [...hint, line(' no slot holds a key', 'dim')].slice(0, height);
	}

	const layout = columnLayout(columns(node), rates.slice(0, height), width);
	return [
		...hint,
		headerLine(layout, undefined, glyphs),
		...rates.slice(0, height).map(rate => rowLine(layout, rate, {isSelected: false, glyphs})),
	].slice(0, height);
}

import {badness, type FleetInstance} from '../../prometheus/fleet/fleet-instance.js';
import type {Trend} from '../../prometheus/fleet/fleet-source.js';
import type {Column} from '../../text/columns.js';
import type {Glyphs} from '../../text/glyphs.js';
import type {Tone} from '../../text/line.js';
import {sparkline} from '../../text/sparkline.js';
import {bytes, milliseconds, percent, perSecond, seconds} from '../../text/units.js';
import {type FleetGroup, type FleetRow, memoryShare} from './fleet-rows.js';

const tones: readonly Tone[] = ['plain', 'plain', 'warning', 'critical'];
const marks: readonly string[] = ['', 'i ', '! ', '!! '];

const membersOf = (row: FleetRow): readonly FleetInstance[] => (row.kind === 'group' ? row.members : [row.instance]);

/** The severity of a row as a number: a higher number is worse. A group has the number of its worst server. */
export const rowBadness = (row: FleetRow): number =>
	membersOf(row).reduce((worst, instance) => Math.max(worst, badness(instance)), 0);

function sum(row: FleetRow, read: (instance: FleetInstance) => number | undefined): number | undefined {
	let total: number | undefined;
	for (const instance of membersOf(row)) {
		const value = read(instance);
		total = value === undefined ? total : (total ?? 0) + value;
	}

	return total;
}

function largest(row: FleetRow, read: (instance: FleetInstance) => number | undefined): number | undefined {
	let most: number | undefined;
	for (const instance of membersOf(row)) {
		const value = read(instance);
		most = value === undefined ? most : Math.max(most ?? value, value);
	}

	return most;
}

function worstOf(row: FleetRow): FleetInstance | undefined {
	return membersOf(row).reduce<FleetInstance | undefined>(
		(worst, instance) => (worst === undefined || badness(instance) > badness(worst) ? instance : worst),
		undefined,
	);
}

/**
The text about what is wrong with a server or a group: the worst condition, the number of other conditions, and the
alerts that fire.
*/
export function wrongText(row: FleetRow): string {
	const worst = worstOf(row);
	if (worst === undefined || badness(worst) === 0) {
		return '';
	}

	const [first] = worst.conditions;
	const others = membersOf(row).reduce((count, {conditions}) => count + conditions.length, 0) - 1;
	const alerts = [...new Set(membersOf(row).flatMap(instance => instance.alerts))];
	return [
		`${marks[badness(worst)]}${first?.text ?? 'an alert fires'}`,
		others > 0 ? `+${others}` : '',
		alerts.length > 0 ? `[${alerts.join(', ')}]` : '',
	]
		.filter(part => part !== '')
		.join(' ');
}

const groupText = ({name, members, isFolded}: FleetGroup): string =>
	`${isFolded ? '+' : '-'} ${name} (${members.length})`;

/** The version of a row's servers, or the number of different versions. */
function versionText(row: FleetRow): string {
	const versions = new Set(membersOf(row).flatMap(({version}) => version ?? []));
	return versions.size > 1 ? `${versions.size} kinds` : ([...versions][0] ?? '-');
}

export type FleetColumnOptions = {
	readonly glyphs: Glyphs;
	readonly trendOf: (key: string) => Trend | undefined;
	readonly p99Of: (key: string) => number | undefined;
};

/** The columns of the list of servers. A narrow screen leaves out the columns with the highest `priority`. */
export function fleetColumns({glyphs, trendOf, p99Of}: FleetColumnOptions): ReadonlyArray<Column<FleetRow>> {
	return [
		{
			id: 'name',
			title: 'SERVER',
			minWidth: 22,
			maxWidth: 44,
			isEssential: true,
			priority: 1,
			text: row => (row.kind === 'group' ? groupText(row) : `${row.isInGroup ? '  ' : ''}${row.instance.name}`),
			tone: row => (row.kind === 'group' ? 'title' : (tones[rowBadness(row)] ?? 'plain')),
		},
		{
			id: 'role',
			title: 'ROLE',
			minWidth: 8,
			priority: 3,
			text: row => (row.kind === 'group' ? '' : row.instance.state === 'up' ? row.instance.role : row.instance.state),
			tone: row => (row.kind === 'instance' && row.instance.state !== 'up' ? 'critical' : 'plain'),
		},
		{id: 'version', title: 'VERSION', minWidth: 8, priority: 6, text: versionText},
		{
			id: 'memory',
			title: 'MEM',
			align: 'right',
			minWidth: 5,
			priority: 2,
			text: row => percent(largest(row, memoryShare)),
			tone: row => figureTone(row, 'mem.max'),
		},
		{
			id: 'used',
			title: 'USED',
			align: 'right',
			minWidth: 6,
			priority: 7,
			text: row => bytes(sum(row, ({usedBytes}) => usedBytes)),
		},
		{
			id: 'trend',
			title: 'USED, 1H',
			minWidth: 12,
			priority: 8,
			text: row => (row.kind === 'group' ? '' : trendText(trendOf(row.key), glyphs)),
			tone: () => 'accent',
		},
		{
			id: 'operations',
			title: 'OPS/S',
			align: 'right',
			minWidth: 7,
			priority: 5,
			text: row => perSecond(sum(row, ({operationsPerSecond}) => operationsPerSecond)),
		},
		{
			id: 'rejected',
			title: 'REJECT',
			align: 'right',
			minWidth: 6,
			priority: 4,
			text: row => quiet(sum(row, ({rejectedPerSecond}) => rejectedPerSecond)),
			tone: row => figureTone(row, 'cli.rejected'),
		},
		{
			id: 'evicted',
			title: 'EVICT',
			align: 'right',
			minWidth: 6,
			priority: 4,
			text: row => quiet(sum(row, ({evictedPerSecond}) => evictedPerSecond)),
			tone: row => figureTone(row, 'mem.evict'),
		},
		{
			id: 'delay',
			title: 'LAG',
			align: 'right',
			minWidth: 6,
			priority: 4,
			text: row => delayText(largest(row, ({delaySeconds}) => delaySeconds)),
			tone: row => figureTone(row, 'rep.lag_bytes'),
		},
		{
			id: 'p99',
			title: 'P99',
			align: 'right',
			minWidth: 7,
			priority: 6,
			text: row => milliseconds(row.kind === 'group' ? undefined : (row.instance.p99Ms ?? p99Of(row.key))),
			tone: row => figureTone(row, 'lat.p99'),
		},
		{
			id: 'wrong',
			title: 'WHAT IS WRONG',
			minWidth: 16,
			isFlexible: true,
			priority: 2,
			text: wrongText,
			tone: row => tones[rowBadness(row)] ?? 'plain',
		},
	];
}

function figureTone(row: FleetRow, rule: string): Tone {
	const severities = membersOf(row).flatMap(({conditions}) =>
		conditions.filter(condition => condition.rule === rule).map(({severity}) => severity),
	);
	return severities.includes('critical') ? 'critical' : severities.includes('warning') ? 'warning' : 'plain';
}

/** A rate per second without its unit. A zero is printed as a short `0`, because these rates usually are zero. */
const quiet = (value: number | undefined): string => (value === 0 ? '0' : perSecond(value).replace('/s', ''));

/**
A replication delay in seconds as text. The cell stays empty below the threshold of the rule `rep.lag_bytes`, because
`FleetInstance` has no smaller delays.
*/
const delayText = (delay: number | undefined): string => (delay === undefined ? '' : seconds(delay));

function trendText(trend: Trend | undefined, glyphs: Glyphs): string {
	if (trend === undefined || trend.values.length === 0) {
		return '';
	}

	const known = trend.values.filter(value => value !== undefined);
	// The scale begins near the smallest value. On a scale from 0, a growth of 10% in an hour would not be seen.
	const [min, max] = [Math.min(...known), Math.max(...known)];
	const room = Math.max(max - min, max * 0.05);
	return sparkline(trend.values, 12, glyphs, {min: min - room * 0.1, max: min + room});
}

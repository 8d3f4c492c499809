import type {Keyboard} from '../../keys/keyboard.js';
import {badness, type FleetInstance} from '../../prometheus/fleet/fleet-instance.js';
import type {FleetState, Trend} from '../../prometheus/fleet/fleet-source.js';
import {columnLayout, headerLine, rowLine} from '../../text/columns.js';
import {cutLine, lineWidth, padLine} from '../../text/fit.js';
import {frame, pairs} from '../../text/frame.js';
import type {Glyphs} from '../../text/glyphs.js';
import {blankLine, type Line, line, type Span, span, type Tone} from '../../text/line.js';
import {visibleRows} from '../../text/list.js';
import {bytes, grouped, percent, perSecond, shortAge, utcClock} from '../../text/units.js';
import {fleetColumns, rowBadness, wrongText} from './fleet-columns.js';
import {type FleetRow, fleetRows, memoryShare} from './fleet-rows.js';
import type {FleetView} from './fleet-view.js';

export type FleetScreenInput = {
	readonly state: FleetState;
	readonly view: FleetView;
	/** The host and port of the Prometheus server. */
	readonly place: string;
	/** The label matchers of the option `--match`; empty without that option. */
	readonly matchers: string;
	readonly trendOf: (key: string) => Trend | undefined;
	/**
	The p99 latency of a server whose row is on the screen, in milliseconds. It is an upper bound; undefined while it is
	not known.
	*/
	readonly p99Of: (key: string) => number | undefined;
	readonly nowMs: number;
	readonly intervalMs: number;
	readonly keyboard: Keyboard;
	readonly glyphs: Glyphs;
	readonly columns: number;
	readonly rows: number;
};

/** Height of the box with the details of the selected server, in lines. */
const detailsHeight = 8;
/** Least height of a screen with that box, in lines. A lower screen leaves the details out. */
const heightForDetails = 26;

/** Number of lines above and below the list: header and verdict, the column titles, and the last line with the keys. */
const linesAround = 4;

/** The number of list rows on the screen. */
export const listHeight = (rows: number): number =>
	Math.max(1, rows - linesAround - (rows >= heightForDetails ? detailsHeight : 0));

/** The index of the selected row; the first row when no row is selected or the selected row is gone. */
export const selectedIndex = (rows: readonly FleetRow[], {selectedKey}: FleetView): number =>
	Math.max(0, selectedKey === undefined ? 0 : rows.findIndex(({key}) => key === selectedKey));

/** The servers whose rows are on the screen. */
export function shownInstances({
	state,
	view,
	rows,
}: Pick<FleetScreenInput, 'state' | 'view' | 'rows'>): FleetInstance[] {
	const all = fleetRows(state.instances, view);
	const {first, last} = windowOf(all, view, listHeight(rows));
	return all.slice(first, last).flatMap(row => (row.kind === 'instance' ? [row.instance] : []));
}

const windowOf = (rows: readonly FleetRow[], view: FleetView, height: number) => {
	const index = selectedIndex(rows, view);
	return visibleRows(
		rows.map(({key}) => key),
		rows[index]?.key,
		height,
	);
};

/** The screen of the fleet: exactly `rows` lines of exactly `columns` cells. */
export function fleetLines(input: FleetScreenInput): Line[] {
	const {columns, rows, glyphs, view} = input;
	if (columns < 1 || rows < 1) {
		return [];
	}

	const lines = view.hasHelp ? helpLines(input) : listLines(input);
	return Array.from({length: rows}, (_, index) => padLine(lines[index] ?? blankLine, columns, glyphs.ellipsis));
}

function listLines(input: FleetScreenInput): Line[] {
	const {state, view, rows, columns, glyphs} = input;
	const all = fleetRows(state.instances, view);
	const height = listHeight(rows);
	const {first, last} = windowOf(all, view, height);
	const index = selectedIndex(all, view);
	const shown = all.slice(first, last);
	const sort = {id: sortColumns[view.sort], isInverted: view.isInverted};
	const layout = columnLayout(fleetColumns(input), shown, columns, {sorted: sort.id, all});
	const list = shown.map((row, place) => rowLine(layout, row, {isSelected: first + place === index, glyphs}));
	const empty = list.length === 0 ? [line(` ${emptyText(input)}`, 'dim')] : [];
	const body = Array.from({length: height}, (_, place) => [...list, ...empty][place] ?? blankLine);
	return [
		headLine(input),
		verdictLine(input),
		headerLine(layout, sort, glyphs),
		...body,
		...(rows >= heightForDetails ? detailLines(all[index], input) : []),
		keysLine(input, all.length, index),
	];
}

const sortColumns = {
	worst: 'wrong',
	memory: 'memory',
	operations: 'operations',
	evicted: 'evicted',
	delay: 'delay',
	name: 'name',
} as const;

function emptyText({state, place, matchers, view}: FleetScreenInput): string {
	if (state.problem !== undefined) {
		return `Prometheus ${place} ${state.problem}`;
	}

	if (state.refreshedAtMs === undefined) {
		return `asking Prometheus ${place} for its servers`;
	}

	return view.filter === '' ? noServersText(place, matchers) : `no server has ${view.filter}`;
}

/** What to say of a Prometheus that knows no server. `matchers`: the labels of `--match`; empty without that option. */
export const noServersText = (place: string, matchers: string): string =>
	matchers === ''
		? `no series redis_up in Prometheus ${place}: does it scrape redis_exporter?`
		: `no series redis_up{${matchers}} in Prometheus ${place}: is --match right?`;

function headLine({state, place, matchers, nowMs, intervalMs, columns, glyphs}: FleetScreenInput): Line {
	const {refreshedAtMs, instances, tookMs} = state;
	const ageMs = refreshedAtMs === undefined ? undefined : Math.max(0, nowMs - refreshedAtMs);
	const isOld = ageMs !== undefined && ageMs > 2 * intervalMs;
	const deployments = new Set(instances.map(({deployment}) => deployment)).size;
	const head = [
		span('redis-top fleet', 'title'),
		span(`  ${place}`, 'accent'),
		...(matchers === '' ? [] : [span(`  {${matchers}}`)]),
		span(`  ${grouped(instances.length)} servers`),
	];
	const inDeployments = span(` in ${grouped(deployments)} deployments`);
	const age = span(
		ageMs === undefined ? '' : `  ${isOld ? '! ' : ''}data ${shortAge(ageMs)} old`,
		isOld ? 'warning' : 'plain',
	);
	const took = span(tookMs === undefined ? '' : `, took ${tookMs.toFixed(0)} ms`, 'dim');
	const clock = span(`${utcClock(nowMs)}Z`);
	// The age of the data matters most and is never left out. Other parts are left out if they have no room.
	for (const spans of [
		[...head, inDeployments, age, took],
		[...head, inDeployments, age],
		[...head, age],
	]) {
		const room = columns - lineWidth(spans) - lineWidth([clock]);
		if (room >= 2) {
			return [...spans, span(' '.repeat(room)), clock];
		}
	}

	return cutLine([...head, age], columns, glyphs.ellipsis);
}

function verdictLine({state, place, columns}: FleetScreenInput): Line {
	const {instances, problem, refreshedAtMs} = state;
	const counts = [0, 0, 0, 0];
	let worst: FleetInstance | undefined;
	for (const instance of instances) {
		const bad = badness(instance);
		counts[bad] = (counts[bad] ?? 0) + 1;
		worst = worst === undefined || bad > badness(worst) ? instance : worst;
	}

	const [, , warnings = 0, criticals = 0] = counts;
	const remark = problem === undefined ? '' : `; Prometheus ${place} ${problem}`;
	if (worst === undefined || (criticals === 0 && warnings === 0)) {
		const text =
			refreshedAtMs === undefined
				? '..'
				: problem !== undefined
					? 'the list is old'
					: instances.length === 0
						? '? no server is known'
						: 'ok nothing is wrong that the series tell';
		const isOk = problem === undefined && (refreshedAtMs === undefined || instances.length > 0);
		return padLine([span(`${text}${remark}`, isOk ? 'ok' : 'warning')], columns);
	}

	const text = `${criticals > 0 ? 'CRITICAL' : '! WARNING'} ${grouped(criticals)} critical, ${grouped(warnings)} warning: ${worst.name} ${worst.conditions[0]?.text ?? `has the alert ${worst.alerts[0] ?? ''}`}${remark}`;
	return padLine([span(text, criticals > 0 ? 'critical-bar' : 'warning-bar')], columns).map(each => ({
		...each,
		tone: criticals > 0 ? ('critical-bar' as const) : ('warning-bar' as const),
	}));
}

const severityTones: Readonly<Record<string, Tone>> = {critical: 'critical', warning: 'warning', info: 'plain'};

/** The box of the selected row: the conditions with their rules, the alerts, the figures and the labels. */
function detailLines(row: FleetRow | undefined, input: FleetScreenInput): Line[] {
	const {columns, glyphs} = input;
	const content = row === undefined ? [] : row.kind === 'group' ? groupDetails(row) : instanceDetails(row.instance);
	return frame({
		title: row === undefined ? 'no server' : row.kind === 'group' ? row.name : row.instance.name,
		right: row?.kind === 'instance' ? 'Enter opens the monitor on it' : 'Enter folds',
		lines: pairs(content, columns - 4, glyphs.ellipsis),
		width: columns,
		height: detailsHeight,
		glyphs,
		padding: 1,
	});
}

function groupDetails(row: Extract<FleetRow, {kind: 'group'}>): Array<readonly [string, Line | string]> {
	const primaries = row.members.filter(({role}) => role === 'primary').length;
	const replicas = row.members.filter(({role}) => role === 'replica').length;
	const down = row.members.filter(({state}) => state !== 'up').length;
	return [
		['servers', `${row.members.length}: ${primaries} primaries, ${replicas} replicas, ${down} without figures`],
		['wrong', [span(wrongText(row) || 'nothing that the series tell', rowBadness(row) > 1 ? 'warning' : 'plain')]],
	];
}

function instanceDetails(instance: FleetInstance): Array<readonly [string, Line | string]> {
	const {conditions, alerts, usedBytes, limitBytes, operationsPerSecond, labels, deployment} = instance;
	const wrong: Line = conditions.flatMap(({rule, severity, text}, index) => [
		span(index === 0 ? '' : '; '),
		span(text, severityTones[severity] ?? 'plain'),
		span(` (${rule})`, 'label'),
	]);
	const {__name__: _, ...shown} = labels;
	return [
		['wrong', wrong.length === 0 ? 'nothing that its series tell' : wrong],
		['alerts', alerts.length === 0 ? 'none fires' : [span(alerts.join(', '), 'warning')]],
		[
			'memory',
			`${bytes(usedBytes)} of ${limitBytes === undefined ? 'no limit' : bytes(limitBytes)} ${percent(memoryShare(instance))}, ${perSecond(operationsPerSecond)} operations`,
		],
		['deployment', deployment],
		[
			'labels',
			Object.entries(shown)
				.map(([label, value]) => `${label}=${value}`)
				.join('  '),
		],
	];
}

function keysLine(
	{view, keyboard, nowMs, columns, glyphs, state}: FleetScreenInput,
	count: number,
	index: number,
): Line {
	if (view.isTyping) {
		return cutLine(
			[span('/', 'key'), span(view.filter), span('_', 'accent'), span('   Enter keeps it, Esc clears it', 'dim')],
			columns,
			glyphs.ellipsis,
		);
	}

	if (view.notice !== undefined && nowMs < view.notice.untilMs) {
		return cutLine([span(` ${view.notice.text}`, view.notice.tone)], columns, glyphs.ellipsis);
	}

	const named = (id: string, does: string): Span[] => {
		const key = keyboard.shown(id).split(' ')[0] ?? '';
		return key === '' ? [] : [span(` ${key}`, 'key'), span(` ${does}`, 'dim')];
	};
	const place = count === 0 ? '' : ` ${grouped(index + 1)} of ${grouped(count)}`;
	return cutLine(
		[
			...(view.filter === '' ? [] : [span(' FILTER ', 'warning'), span(view.filter)]),
			...named('help', 'help'),
			...named('details', 'open'),
			...named('filter', 'filter'),
			...named('sort', `sort ${view.sort}`),
			...named('group', `group ${view.groupBy ?? 'none'}`),
			...named('poll-now', state.isRefreshing ? 'refreshing' : 'refresh'),
			...named('quit', 'quit'),
			span(place, 'label'),
		],
		columns,
		glyphs.ellipsis,
	);
}

function helpLines({keyboard, columns, rows, glyphs, place}: FleetScreenInput): Line[] {
	const key = (id: string) => keyboard.shown(id);
	const content: ReadonlyArray<readonly [string, string]> = [
		[key('details'), 'opens the live monitor on the server, or folds a group; Esc in the monitor comes back'],
		[key('filter'), 'filter: names, labels (env=prod), roles, versions, rules; !text shows the others'],
		[key('sort'), 'sort: worst, memory, operations, evicted, delay, name'],
		[key('invert'), 'the other way round'],
		[key('group'), 'group by deployment, by each label that tells servers apart, or not'],
		[key('poll-now'), 'ask Prometheus now'],
		[`${key('up')} ${key('down')}`, 'move'],
		[key('quit'), 'quit'],
		['', ''],
		['MEM', 'used memory of maxmemory; bad from 80 % on, as mem.max'],
		['REJECT', 'rejected connections a second; bad above 0'],
		['EVICT', 'evicted keys a second; bad above 0'],
		['LAG', 'delay of the slowest replica in seconds of writes, shown above 5 s'],
		['[alert]', 'alerts that fire for the server in Prometheus'],
		['', `everything is of ${place}; the monitor asks the server itself`],
	];
	return frame({
		title: 'Help',
		right: 'Esc closes',
		lines: pairs(content, columns - 4, glyphs.ellipsis),
		width: columns,
		height: rows,
		glyphs,
		padding: 1,
	});
}

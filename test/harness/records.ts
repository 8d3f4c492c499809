import type {ClientRow} from '../../source/domain/client.js';
import type {MonitorEvent} from '../../source/domain/event.js';
import {InfoReply} from '../../source/domain/info-reply.js';
import {type MetricId, metrics} from '../../source/domain/metric.js';
import type {Endpoint, NodeAddress, NodeRole, NodeState} from '../../source/domain/node.js';
import {Series} from '../../source/domain/series.js';
import {type Keyboard, usualKeyboard} from '../../source/keys/keyboard.js';
import type {MonitorState, NodeRecord} from '../../source/state/monitor-state.js';
import {newRecord, shortSeries} from '../../source/state/new-record.js';
import {plainTable, type TableView} from '../../source/state/view-state.js';
import {type Glyphs, unicodeGlyphs} from '../../source/text/glyphs.js';
import type {PanelInput} from '../../source/views/panel.js';

/** The moment at which the tests' samples were taken: 2026-11-23 14:02:31 UTC. */
export const sampledAtMs = Date.UTC(2026, 10, 23, 14, 2, 31);

const endpointOf = (address: string): Endpoint => {
	const split = address.lastIndexOf(':');
	return {kind: 'tcp', host: address.slice(0, split), port: Number(address.slice(split + 1))};
};

/** The record of a node that has not answered yet. */
export function emptyRecord(address: string): NodeRecord {
	return newRecord(address as NodeAddress, endpointOf(address), 'target', 1000, shortSeries);
}

export type Sections = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

/** An INFO reply from plain objects: `{memory: {used_memory: 1024}}`. */
export const infoOf = (sections: Sections): InfoReply =>
	new InfoReply(
		new Map(
			Object.entries(sections).map(([name, fields]) => [
				name,
				new Map(Object.entries(fields).map(([field, value]) => [field, String(value)])),
			]),
		),
	);

/** A series that holds exactly these values, oldest first; `undefined` is a gap. */
export function seriesOf(values: ReadonlyArray<number | undefined>, capacity = 120): Series {
	const series = new Series(Math.max(capacity, values.length, 1));
	for (const value of values) {
		series.push(value);
	}

	return series;
}

export type RecordParts = Partial<
	Omit<NodeRecord, 'address' | 'endpoint' | 'sample' | 'values' | 'series' | 'ping' | 'role' | 'reach'>
> & {
	readonly address?: string;
	readonly role?: NodeRole;
	readonly reach?: NodeState;
	readonly info?: Sections;
	/** Rates and gauges by metric. The value of a gauge that is in `info` is read from `info` instead. */
	readonly values?: Readonly<Partial<Record<MetricId, number>>>;
	/** The last values of a metric, oldest first. */
	readonly series?: Readonly<Partial<Record<MetricId, ReadonlyArray<number | undefined>>>>;
	/** The last round trips of PING, oldest first, in milliseconds. */
	readonly pings?: ReadonlyArray<number | undefined>;
	/** What else is known of PINGs. */
	readonly ping?: Partial<NodeRecord['ping']>;
	readonly atMs?: number;
};

/**
The record of a node that has answered once with the given INFO. Every other field of the record may be given as well.
*/
export function recordFrom({
	address = '10.0.1.11:6379',
	info: sections = {},
	values = {},
	series = {},
	pings = [],
	ping = {},
	atMs = sampledAtMs,
	...parts
}: RecordParts): NodeRecord {
	const base = emptyRecord(address);
	const info = infoOf(sections);
	const gauges = metrics
		.filter(({kind}) => kind === 'gauge')
		.map(({id, read}): [MetricId, number | undefined] => [id, read(info)]);
	return {
		...base,
		reach: 'up',
		role: 'primary',
		lastReplyAtMs: atMs,
		...parts,
		sample: {atMs, elapsedMs: 60_000, roundTripMs: 0.4, info, runId: info.text('server', 'run_id')},
		values: new Map<MetricId, number | undefined>([
			...gauges,
			...(Object.entries(values) as Array<[MetricId, number]>),
		]),
		series: new Map([
			...base.series,
			...Object.entries(series).map(([id, readings]): [MetricId, Series] => [id as MetricId, seriesOf(readings)]),
		]),
		ping: {series: seriesOf(pings), lastMs: pings.at(-1), ...ping},
	};
}

/** Makes a client of CLIENT LIST. Fields that aren't given are those of an idle client. */
export const clientOf = (parts: Partial<ClientRow> & {readonly id: number}): ClientRow => ({
	address: `10.0.4.20:${50_000 + parts.id}`,
	localAddress: '10.0.1.11:6379',
	name: '',
	user: 'default',
	ageSeconds: 60,
	idleSeconds: 0,
	flags: 'N',
	database: 0,
	queryBufferBytes: 0,
	outputBufferBytes: 0,
	totalMemoryBytes: 22_426,
	command: 'get',
	libraryName: undefined,
	libraryVersion: undefined,
	...parts,
});

/** The failure of a node on whose port nothing listens. */
export const refusedConnection: NonNullable<NodeRecord['failure']> = {
	layer: 'tcp',
	code: 'ECONNREFUSED',
	problem: 'refuses connections',
	reason: 'nothing listens on the port',
	state: 'down',
};

export function stateOf(records: readonly NodeRecord[], events: readonly MonitorEvent[] = []): MonitorState {
	return {
		target: records[0]?.address ?? '127.0.0.1:6379',
		nodes: new Map(records.map(record => [record.address, record])),
		events,
		findings: [],
		blindRules: [],
		isInsecure: false,
		startedAtMs: sampledAtMs - 60_000,
	};
}

/** The input from which a panel is drawn. The first record is in focus unless another one is named. */
export function panelInput(
	records: readonly NodeRecord[],
	{
		node = records[0],
		table = {},
		events = [],
		nowMs = sampledAtMs + 300,
		glyphs = unicodeGlyphs,
		keyboard = usualKeyboard,
	}: {
		readonly node?: NodeRecord | undefined;
		readonly table?: Partial<TableView>;
		readonly events?: readonly MonitorEvent[];
		readonly nowMs?: number;
		readonly glyphs?: Glyphs;
		readonly keyboard?: Keyboard;
	} = {},
): PanelInput {
	return {
		state: stateOf(records, events),
		node,
		table: {...plainTable, ...table},
		nowMs,
		windowMs: 300_000,
		glyphs,
		keyboard,
	};
}

/**
The values of a reply from which another line of that reply can be computed. Values have no decimal point: 1.50 is 150.
*/
export type ReplyFacts = {
	/** The first number of a named line, in the present poll. The line must be above the line that is computed. */
	readonly now: (name: string) => number | undefined;
	/** The first number of a named line, in the previous poll. */
	readonly before: (name: string) => number | undefined;
	/** Time since the previous poll, in microseconds. */
	readonly elapsedMicros: number;
};

/**
Computes the expected value of a line of INFO that has one number. Undefined if the lines above that line do not
determine the value.

@param old The line's number in the previous poll.
@param unit The text behind the number, such as the `M` of `1.45M`.
*/
export type DerivedValue = (facts: ReplyFacts, old: number, unit: string) => number | undefined;

const units: Readonly<Record<string, number>> = {K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40};

/** Computes the number in a line such as `used_memory_human:1.45M`. Source: bytesToHuman of Redis' util.c. */
const human =
	(name: string): DerivedValue =>
	({now}, _, unit) => {
		const bytes = now(name);
		const size = units[unit.charAt(0)];
		return bytes === undefined || size === undefined ? undefined : hundredths(bytes / size);
	};

const hundredths = (value: number): number | undefined =>
	Number.isFinite(value) ? Math.round(value * 100) : undefined;

const ratio =
	(one: string, other: string, factor = 1): DerivedValue =>
	({now}) =>
		hundredths((factor * (now(one) ?? Number.NaN)) / (now(other) ?? Number.NaN));

/**
Expects a number to change as much as the difference of two other numbers does. Only changes are compared, because the
constant part of the formula differs between Redis and Valkey.
*/
const difference =
	(one: string, other: string): DerivedValue =>
	({now, before}, old) => {
		const grown = (now(one) ?? Number.NaN) - (before(one) ?? Number.NaN);
		const otherGrown = (now(other) ?? Number.NaN) - (before(other) ?? Number.NaN);
		return old + grown - otherGrown;
	};

/** Expects a number to change as much as another number does. */
const like =
	(name: string): DerivedValue =>
	({now, before}, old) => {
		const grown = (now(name) ?? Number.NaN) - (before(name) ?? Number.NaN);
		return old + grown;
	};

const uptime: DerivedValue = ({now, before}, old) => {
	const [to, from] = [now('server_time_usec:'), before('server_time_usec:')];
	return to === undefined || from === undefined ? undefined : old + Math.floor(to / 1e6) - Math.floor(from / 1e6);
};

const datasetShare: DerivedValue = ({now}) => {
	const data = (now('used_memory:') ?? Number.NaN) - (now('used_memory_startup:') ?? Number.NaN);
	return hundredths((100 * (now('used_memory_dataset:') ?? Number.NaN)) / data);
};

/**
Numbers of INFO that servers compute from other numbers. A number takes room in a recording only if it differs from the
result of its formula. Recordings depend on these formulas: a changed formula needs a new kind of frame.
*/
const table: ReadonlyMap<string, DerivedValue> = new Map<string, DerivedValue>([
	['server_time_usec:', ({elapsedMicros}, old) => old + elapsedMicros],
	['uptime_in_seconds:', uptime],
	['lru_clock:', like('uptime_in_seconds:')],
	['used_memory_peak_perc:', ratio('used_memory:', 'used_memory_peak:', 100)],
	['used_memory_dataset:', difference('used_memory:', 'used_memory_overhead:')],
	['used_memory_dataset_perc:', datasetShare],
	['allocator_frag_ratio:', ratio('allocator_active:', 'allocator_allocated:')],
	['allocator_frag_bytes:', difference('allocator_active:', 'allocator_allocated:')],
	['allocator_rss_ratio:', ratio('allocator_resident:', 'allocator_active:')],
	['allocator_rss_bytes:', difference('allocator_resident:', 'allocator_active:')],
	['rss_overhead_ratio:', ratio('used_memory_rss:', 'allocator_resident:')],
	['rss_overhead_bytes:', difference('used_memory_rss:', 'allocator_resident:')],
	['mem_fragmentation_ratio:', ratio('used_memory_rss:', 'used_memory:')],
	['mem_fragmentation_bytes:', difference('used_memory_rss:', 'used_memory:')],
	['allocator_allocated:', like('used_memory:')],
	['repl_backlog_histlen:', difference('master_repl_offset:', 'repl_backlog_first_byte_offset:')],
	['used_cpu_sys_main_thread:', like('used_cpu_sys:')],
	['used_cpu_user_main_thread:', like('used_cpu_user:')],
]);

export const derivedValueOf = (name: string): DerivedValue | undefined =>
	name.endsWith('_human:') ? human(name.replace(/_human:$/, ':')) : table.get(name);

/**
The value of `usec_per_call`, which servers print after `calls` and `usec`. It is computed in single precision, as
servers do. Undefined for any other number.
*/
export const callTime = (name: string, index: number, values: readonly number[]): number | undefined => {
	// The values are not destructured, because that allocates an iterator for each number of a reply.
	const calls = index === 2 ? (values[0] ?? 0) : 0;
	return calls > 0 && name.startsWith('cmdstat_')
		? hundredths(Math.fround(Math.fround(values[1] ?? 0) / Math.fround(calls)))
		: undefined;
};

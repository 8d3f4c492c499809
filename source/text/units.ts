/** The text of an unknown value. */
export const unknown = '-';

const isKnown = (n: number | undefined): n is number => n !== undefined && Number.isFinite(n);

/**
A number with three significant digits: `5.46`, `54.6`, `546`. With a step of 1024, numbers from 1000 on have four
(`1020`).
*/
function digits(n: number): string {
	if (n >= 99.95) {
		return n.toFixed(0);
	}

	return n >= 9.995 ? n.toFixed(1) : n.toFixed(2);
}

/** The index of the unit in which a number has one to three digits before the point. */
function unitOf(n: number, step: number, units: number): number {
	let value = Math.abs(n);
	let index = 0;
	while (Math.round(value) >= step && index < units - 1) {
		value /= step;
		index += 1;
	}

	return index;
}

/**
A number takes the larger unit of its neighbour, `like`, if the number is at least this share of that unit: `0.98M`
beside `1.02M`.
*/
const keptUnitShare = 0.5;

/** Whether `n` is shown in the unit of `like`, which is one step larger than its own. */
function takesUnitOf(n: number, like: number, step: number, units: number): boolean {
	const other = unitOf(like, step, units);
	return other === unitOf(n, step, units) + 1 && Math.abs(n) >= keptUnitShare * step ** other;
}

/**
A number with its unit.

@param like A number near `n`, such as the largest of the last readings. If its unit is one step larger, `n` is shown in
that unit too, from half of the unit on.
*/
function scaled(n: number, step: number, suffixes: readonly string[], like = n): string {
	const index = unitOf(takesUnitOf(n, like, step, suffixes.length) ? like : n, step, suffixes.length);
	// A value that rounds to 0 has no sign.
	const sign = Math.round(n) < 0 ? '-' : '';
	const value = Math.abs(n) / step ** index;
	return sign + (index === 0 ? value.toFixed(0) : digits(value)) + suffixes[index];
}

const byteUnits = ['B', 'K', 'M', 'G', 'T', 'P', 'E'];
const countUnits = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** Whether bytes are shown in the larger unit of bytes near them, as `inUnitOf` does: 0.98M beside 1.02M. */
export const takesByteUnitOf = (n: number, like: number): boolean => takesUnitOf(n, like, 1024, byteUnits.length);

/** Bytes in steps of 1024, at most six cells: `0B`, `812K`, `5.46G`. */
export function bytes(n: number | undefined): string {
	return isKnown(n) ? scaled(n, 1024, byteUnits) : unknown;
}

/** A whole number with grouped thousands: `5,862,588,416`. Making an `Intl.NumberFormat` for this would take 4 ms. */
export function grouped(n: number | undefined): string {
	return isKnown(n) ? String(BigInt(Math.round(n))).replaceAll(/\B(?=(?:\d{3})+$)/g, ',') : unknown;
}

/** The exact number of bytes: `5,862,588,416`. */
export function bytesExact(n: number | undefined): string {
	return grouped(n);
}

/** A count in steps of 1000, at most five cells: `812`, `47.9k`, `18.2M`. */
export function count(n: number | undefined): string {
	return isKnown(n) ? scaled(n, 1000, countUnits) : unknown;
}

/**
The formats of figures that change with each reading, in the unit of a number near them. A figure that moves around
1,000 or 1,024 then keeps its unit.

@param like The number whose unit is kept, such as the largest of the last readings; undefined: each figure has its own
unit.
*/
export function inUnitOf(like: number | undefined) {
	const near = isKnown(like) ? like : undefined;
	const bytesLike = (n: number | undefined) => (isKnown(n) ? scaled(n, 1024, byteUnits, near) : unknown);
	const countLike = (n: number | undefined) => (isKnown(n) ? scaled(n, 1000, countUnits, near) : unknown);
	return {
		bytes: bytesLike,
		count: countLike,
		perSecond: (n: number | undefined) => (isKnown(n) && n >= 9.95 ? `${countLike(n)}/s` : perSecond(n)),
		bytesPerSecond: (n: number | undefined) => (isKnown(n) ? `${bytesLike(n)}/s` : unknown),
		microseconds: (us: number | undefined, isAscii = false) =>
			isKnown(us) && us < 999.5 && us >= 1000 * keptUnitShare && (near ?? 0) >= 999.5
				? milliseconds(us / 1000)
				: microseconds(us, isAscii),
	};
}

/** A rate, at most seven cells: `0/s`, `<0.1/s`, `0.3/s`, `47.9k/s`. */
export function perSecond(n: number | undefined): string {
	if (!isKnown(n)) {
		return unknown;
	}

	if (n > 0 && n < 0.05) {
		return '<0.1/s';
	}

	return n > 0 && n < 9.95 ? `${n.toFixed(1)}/s` : `${count(n)}/s`;
}

/** A change with its sign, in the format of the figure: `+1.20M`, `-4`, `+0`. */
export function signed(n: number | undefined, format: (n: number) => string): string {
	return isKnown(n) ? (n < 0 ? '-' : '+') + format(Math.abs(n)) : unknown;
}

/** Bytes per second as text: `11.2M/s`. */
export function bytesPerSecond(n: number | undefined): string {
	return isKnown(n) ? `${bytes(n)}/s` : unknown;
}

const twoDigits = (n: number): string => String(n).padStart(2, '0');

/** A duration in its two largest units, at most six cells: `0s`, `3m12s`, `2h05m`, `41d03h`, `1204d`. Negative is 0. */
export function seconds(n: number | undefined): string {
	if (!isKnown(n)) {
		return unknown;
	}

	const whole = Math.max(0, Math.floor(n));
	if (whole < 60) {
		return `${whole}s`;
	}

	if (whole < 3600) {
		return `${Math.floor(whole / 60)}m${twoDigits(whole % 60)}s`;
	}

	if (whole < 86_400) {
		return `${Math.floor(whole / 3600)}h${twoDigits(Math.floor((whole % 3600) / 60))}m`;
	}

	const days = Math.floor(whole / 86_400);
	return days < 100 ? `${days}d${twoDigits(Math.floor((whole % 86_400) / 3600))}h` : `${days}d`;
}

/** When something will happen, as text: `in about 3m12s`; below one second `within a second`. */
export const inAbout = (n: number): string => (n < 1 ? 'within a second' : `in about ${seconds(n)}`);

/** A duration as text, with tenths of a second below ten seconds: `0.3s`, `12s`, `3m12s`. A negative duration is 0. */
export function shortAge(durationMs: number): string {
	const tenths = Math.max(0, Math.floor(durationMs / 100));
	return tenths < 100 ? `${(tenths / 10).toFixed(1)}s` : seconds(tenths / 10);
}

/** The time in which something happened, in whole seconds and rounded up: `8s`. It is never `0s`. */
export const wholeSeconds = (durationMs: number): string => seconds(Math.max(1, Math.ceil(durationMs / 1000)));

/** A duration in a single unit, at most three cells up to 99 days: `0s`, `37s`, `4m`, `3h`, `41d`. Negative is 0. */
export function shortSeconds(n: number | undefined): string {
	if (!isKnown(n)) {
		return unknown;
	}

	const whole = Math.max(0, Math.floor(n));
	const [size, unit] = whole < 60 ? [1, 's'] : whole < 3600 ? [60, 'm'] : whole < 86_400 ? [3600, 'h'] : [86_400, 'd'];
	return `${Math.floor(whole / Number(size))}${unit}`;
}

/** An age in its largest unit, for columns of fixed width; both moments are wall time in milliseconds. */
export const shortAgeSince = (atMs: number | undefined, nowMs: number): string =>
	shortSeconds(isKnown(atMs) ? (nowMs - atMs) / 1000 : undefined);

/** A duration in milliseconds as text: `0.04 ms`, `0.4 ms`, `33.8 ms`, `812 ms`, `1.2 s`. */
export function milliseconds(n: number | undefined): string {
	if (!isKnown(n)) {
		return unknown;
	}

	if (n >= 999.5) {
		return n >= 99_950 ? `${(n / 1000).toFixed(0)} s` : `${(n / 1000).toFixed(1)} s`;
	}

	if (n >= 99.95) {
		return `${n.toFixed(0)} ms`;
	}

	// A time above 0 is never shown as 0.
	return n > 0 && n < 0.0095
		? `${Math.max(0.001, n).toFixed(3)} ms`
		: n > 0 && n < 0.095
			? `${n.toFixed(2)} ms`
			: `${n.toFixed(1)} ms`;
}

/** A duration in microseconds as text: `2.4 µs`, `850 µs`, `33.8 ms`, `1.2 s`; with `isAscii` the unit is `us`. */
export function microseconds(us: number | undefined, isAscii = false): string {
	if (!isKnown(us)) {
		return unknown;
	}

	if (us >= 999.5) {
		return milliseconds(us / 1000);
	}

	return `${us >= 9.95 || us === 0 ? us.toFixed(0) : us.toFixed(1)} ${isAscii ? 'us' : 'µs'}`;
}

/**
A ratio (1 is 100 %) in percent, at most five cells below 1000 %: `0%`, `<0.1%`, `0.3%`, `91%`, `99.9%`.
A ratio below 1 never rounds to 100 %, and one above 0 never to 0 %.
*/
export function percent(ratio: number | undefined): string {
	if (!isKnown(ratio)) {
		return unknown;
	}

	const value = ratio * 100;
	if (value > 0 && value < 0.05) {
		return '<0.1%';
	}

	if (value >= 99.5 && value < 100) {
		return `${(Math.floor(value * 10) / 10).toFixed(1)}%`;
	}

	return value > 0 && value < 9.95 ? `${value.toFixed(1)}%` : `${value.toFixed(0)}%`;
}

/** An age; both moments are wall time in milliseconds. `0s` for a moment in the future. */
export function ageSince(atMs: number | undefined, nowMs: number): string {
	return isKnown(atMs) ? seconds((nowMs - atMs) / 1000) : unknown;
}

function isoTime(ms: number | undefined): string | undefined {
	const date = new Date(ms ?? Number.NaN);
	return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** A wall time as text, UTC: `14:02:31`. */
export function utcClock(ms: number | undefined): string {
	return isoTime(ms)?.slice(-13, -5) ?? unknown;
}

/** A wall time as text, UTC: `2026-11-23 14:02:31`. */
export function utcDateTime(ms: number | undefined): string {
	return isoTime(ms)?.slice(0, -5).replace('T', ' ') ?? unknown;
}

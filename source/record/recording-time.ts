const unitMs: ReadonlyMap<string, number> = new Map([
	['s', 1000],
	['m', 60_000],
	['h', 3_600_000],
	['d', 86_400_000],
]);

const dayMs = 86_400_000;

/** The period that a recording covers, in milliseconds since the epoch. */
export type RecordedTime = {readonly beganMs: number; readonly endedMs: number};

/** Whether a text is a moment that `recordedMoment` understands. */
export const isRecordedMoment = (text: string): boolean =>
	recordedMoment(text, {beganMs: 0, endedMs: dayMs - 1}) !== undefined;

/**
The moment of a recording that a text stands for, in milliseconds since the epoch, UTC:

- `03:12`, `03:12:30`: a time of day, on the last day of the recording that includes this time
- `-5m`, `5m`: this long before the end of the recording
- `2026-11-23T03:12Z`, `2026-11-23 03:12`, `2026-11-23`

Undefined for any other text. The moment may lie outside of the recording.
*/
export function recordedMoment(text: string, {beganMs, endedMs}: RecordedTime): number | undefined {
	const [, amount, unit = ''] = /^-?(\d{1,6}(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
	const factor = unitMs.get(unit);
	if (amount !== undefined && factor !== undefined) {
		return endedMs - Math.round(Number(amount) * factor);
	}

	const [, hour = '', minute = '', second = '0'] = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text) ?? [];
	if (hour !== '') {
		const ofDayMs = (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000;
		const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
		return isTime ? onLastDay(ofDayMs, {beganMs, endedMs}) : undefined;
	}

	const [, date, time = '00:00', zone = 'Z'] =
		/^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
	const atMs = date === undefined ? Number.NaN : Date.parse(`${date}T${time}${zone}`);
	return Number.isNaN(atMs) ? undefined : atMs;
}

/**
A time of day on the last day of the recording that includes this time. If no day includes it, the result is on the last
day.
*/
function onLastDay(ofDayMs: number, {beganMs, endedMs}: RecordedTime): number {
	const lastDayMs = Math.floor(endedMs / dayMs) * dayMs;
	const firstDayMs = Math.floor(beganMs / dayMs) * dayMs;
	for (let day = lastDayMs; day >= firstDayMs; day -= dayMs) {
		if (day + ofDayMs >= beganMs && day + ofDayMs <= endedMs) {
			return day + ofDayMs;
		}
	}

	return lastDayMs + ofDayMs;
}

/** A moment as text, in a form that `recordedMoment` reads. */
export const momentText = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;

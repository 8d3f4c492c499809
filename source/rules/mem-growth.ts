import type {TrackedReading} from '../derive/field-tracks.js';
import {bytes, percent, seconds} from '../text/units.js';
import {field, pending} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** Five minutes of readings, ten seconds apart. */
const fewestReadings = 30;

/** The least squares line through readings: growth in bytes a second, and how well it fits (R², 0 to 1). */
export function trend(readings: readonly TrackedReading[]): {readonly perSecond: number; readonly fit: number} {
	const n = readings.length;
	const firstMs = readings[0]?.atMs ?? 0;
	const points = readings.map(({atMs, value}) => ({x: (atMs - firstMs) / 1000, y: value}));
	const meanX = points.reduce((sum, {x}) => sum + x, 0) / Math.max(1, n);
	const meanY = points.reduce((sum, {y}) => sum + y, 0) / Math.max(1, n);
	let xx = 0;
	let xy = 0;
	let yy = 0;
	for (const {x, y} of points) {
		xx += (x - meanX) ** 2;
		xy += (x - meanX) * (y - meanY);
		yy += (y - meanY) ** 2;
	}

	return xx === 0 || yy === 0 ? {perSecond: 0, fit: 0} : {perSecond: xy / xx, fit: xy ** 2 / (xx * yy)};
}

/**
Memory grows towards its limit: a line through the last ten minutes of `used_memory`. Since 2.8.

- A sawtooth of TTLs or a rehash fits no line: R² must be over 0.8.
- Where all keys may be evicted the limit is no end.
*/
export const memGrowth = nodeRule({
	id: 'mem.growth',
	raiseAfter: 3,
	appliesTo: facts =>
		(facts.number('memory', 'maxmemory') ?? 0) > 0 &&
		facts.text('memory', 'maxmemory_policy')?.startsWith('allkeys-') !== true,
	needs: {
		used: field('memory', 'used_memory'),
		limit: field('memory', 'maxmemory'),
		readings: {
			read(facts) {
				const readings = facts.past(['memory', 'used_memory'], 600_000);
				return readings.length >= fewestReadings ? readings : undefined;
			},
			missing: () => pending('needs five minutes of readings'),
		},
	},
	evaluate({used, limit, readings}, facts) {
		const {perSecond, fit} = trend(readings);
		const leftSeconds = (limit - used) / perSecond;
		const isGrowing =
			perSecond > 0 &&
			fit > facts.threshold('mem.growth.fit') &&
			leftSeconds >= 0 &&
			leftSeconds < facts.threshold('mem.growth.warning');
		if (!isGrowing) {
			return clear;
		}

		return fires(
			leftSeconds < facts.threshold('mem.growth.critical') ? 'critical' : 'warning',
			`memory reaches maxmemory in about ${seconds(leftSeconds)} (${percent(used / limit)} now)`,
			{
				evidence: [
					{name: 'growth', value: perSecond, unit: 'bytesPerSecond'},
					{name: 'used_memory', value: used, unit: 'bytes'},
					{name: 'maxmemory', value: limit, unit: 'bytes'},
					{name: 'fit (R2)', value: Number(fit.toFixed(2))},
				],
				meaning: `It grew by ${bytes(perSecond * 60)} a minute over the last ten; then writes are refused or keys with a TTL go.`,
				next: [words('find what grows: panel 2 keyspace, panel 5 by calls'), ask(facts, '--bigkeys -i 0.01')],
				action: null,
			},
		);
	},
});

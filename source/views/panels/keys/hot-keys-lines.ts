import {serverProduct} from '../../../derive/server-product.js';
import type {HotKey, HotKeys} from '../../../domain/hot-keys.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {fit} from '../../../text/fit.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, line, span} from '../../../text/line.js';
import {bytes, microseconds, perSecond, seconds} from '../../../text/units.js';
import type {Rect} from '../../panel.js';

type Row = readonly [what: string, amount: string, key: string];

const rowsOf = ({byCpu, byBytes, byRequests}: HotKeys, {isAscii}: Glyphs): readonly Row[] => {
	const rows = (what: string, keys: readonly HotKey[], text: (amount: number) => string) =>
		keys.map(
			({key, database, amount}): Row => [what, text(amount), database === undefined ? key : `db${database} ${key}`],
		);
	return [
		...rows('time', byCpu, amount => microseconds(amount, isAscii)),
		...rows('bytes', byBytes, bytes),
		...rows('requests', byRequests, perSecond),
	];
};

/**
The hint that says how to start counting hot keys. Redis counts hot keys only after HOTKEYS START. Empty for other
servers than Redis.
*/
const startHint = (sample: NodeRecord['sample'], actionsKey: string): string =>
	sample === undefined || actionsKey === '' || serverProduct(sample.info)?.family !== 'redis'
		? ''
		: `; ${actionsKey} and then E h counts them for some seconds`;

/** The keys that the server reports as hot; empty if the server has no command for this. */
export function hotKeysLines(
	{hotKeys, sample}: NodeRecord,
	{width, height}: Rect,
	glyphs: Glyphs,
	actionsKey = '',
): Line[] {
	if (hotKeys === undefined) {
		return [];
	}

	const {isTracking, durationMs, sampleRatio = 1} = hotKeys.value;
	const session =
		isTracking === undefined
			? ''
			: `, ${isTracking ? 'tracking' : 'tracked'} for ${seconds((durationMs ?? 0) / 1000)}${sampleRatio > 1 ? `, one of ${sampleRatio} commands` : ''}`;
	const rows = rowsOf(hotKeys.value, glyphs);
	const title = line(
		rows.length === 0
			? ` HOT KEY: no session of HOTKEYS has data${startHint(sample, actionsKey)}`
			: ` HOT KEY by HOTKEYS GET${session}`,
		'label',
	);
	return [
		title,
		...rows.map(
			([what, amount, key]): Line => [
				span(` ${what.padEnd(8)}`, 'dim'),
				span(` ${amount.padStart(8)}  `),
				span(fit(key, Math.max(0, width - 20), 'left', glyphs.ellipsis)),
			],
		),
	].slice(0, height);
}

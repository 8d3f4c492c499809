import type {HotKeys} from '../../domain/hot-keys.js';
import {parseHotKeys} from '../../parse/hot-keys.js';
import {percent, seconds} from '../../text/units.js';
import {buildRow, veto, warning, when} from './build-row.js';
import type {Reading} from './server-facts.js';
import {wholeValue} from './typed-values.js';
import {verifyWith} from './verify-with.js';

/**
The longest hot-key session in seconds. It is long enough to find a hot key, and so short that a forgotten session does
no harm.
*/
const longestSeconds = 30;
const usualSeconds = 15;

/** The sample ratio of HOTKEYS START: the server counts one command in this many. */
const sampleRatio = 10;

/** Number of hot keys that the server keeps for each measure (processor time, network bytes). */
const keptKeys = 10;

const hotKeysOf = ({extra}: Reading): HotKeys | undefined => parseHotKeys(extra?.[0]);

const hasResults = ({byCpu, byBytes}: HotKeys): boolean => byCpu.length + byBytes.length > 0;

/**
Whether the results of HOTKEYS GET look like those of a session that redis-top started: the same sample ratio, and at
most the longest duration that redis-top asks for.
*/
const isLikeOurs = ({sampleRatio: ratio, durationMs = Number.POSITIVE_INFINITY}: HotKeys): boolean =>
	ratio === sampleRatio && durationMs <= (longestSeconds + 1) * 1000;

/**
Checks whether a hot-key session is running. If so, the action is refused, because redis-top never ends a running
session. Results of a session that somebody else started are discarded only after a typed confirmation.
*/
function sessionChecks(found: HotKeys | undefined) {
	if (found === undefined) {
		return [veto('HOTKEYS GET was not answered in a known form, so a running session could not be seen')];
	}

	const kept = found.byCpu.length + found.byBytes.length;
	const lasted = seconds((found.durationMs ?? 0) / 1000);
	return found.isTracking === true
		? [veto(`a session runs already, for ${lasted}; redis-top ends none that runs`)]
		: [
				...when(
					hasResults(found) && !isLikeOurs(found),
					veto(`a session of ${lasted} has left results, which a new one discards`, `discard ${kept} hot keys`),
				),
				...when(hasResults(found) && isLikeOurs(found), warning('the results of the last session are discarded')),
			];
}

/** The hottest keys as text: the two keys with the most processor time, and the key with the most network bytes. */
function topText({byCpu, byBytes}: HotKeys): string {
	const total = byCpu.reduce((sum, {amount}) => sum + amount, 0);
	const [first, second] = byCpu;
	const [heaviest] = byBytes;
	return [
		...[first, second].flatMap(each =>
			each === undefined || total === 0 ? [] : [`${each.key} has ${percent(each.amount / total)} of their time`],
		),
		...(heaviest === undefined || heaviest.key === first?.key ? [] : [`${heaviest.key} most bytes`]),
	].join(', ');
}

/**
Lets the server count for some seconds which keys take the most processor time and network bytes (Redis 8.6). The server
ends the session itself, so no session keeps running if redis-top loses its connection. Valkey does not need this
action: it counts hot keys without a session, as its server settings say.
*/
const start = buildRow({
	id: 'hotkeys-start',
	letter: 'h',
	title: 'HOTKEYS START: count the hottest keys for some seconds',
	class: 'bounded',
	command: [
		'HOTKEYS',
		'START',
		'METRICS',
		'2',
		'CPU',
		'NET',
		'COUNT',
		String(keptKeys),
		'SAMPLE',
		String(sampleRatio),
		'DURATION',
	],
	since: {redis: [8, 6], valkey: 'never'},
	parameter: {
		label: 'seconds',
		hint: `how long to count, 1 to ${longestSeconds}`,
		example: String(usualSeconds),
		initial: () => String(usualSeconds),
		read: wholeValue('seconds', 1, longestSeconds),
	},
	asks: () => [['HOTKEYS', 'GET']],
	preflight(facts) {
		const found = hotKeysOf(facts);
		return {
			effects: [
				`Looks at one command of ${sampleRatio} and ends by itself; what that costs has not been published.`,
				'Everybody who may read HOTKEYS sees the names of the keys. Panel K shows them.',
			],
			facts: [['session now', sessionText(found)]],
			checks: sessionChecks(found),
		};
	},
	recheck(_, before) {
		return hotKeysOf(before)?.isTracking === true ? 'somebody started a session meanwhile' : undefined;
	},
	verify: verifyWith({
		running(now) {
			const found = hotKeysOf(now);
			return found?.isTracking === true ? `counting for ${seconds((found.durationMs ?? 0) / 1000)}` : undefined;
		},
		proved(now, {before}) {
			const found = hotKeysOf(now);
			const isNew = found !== undefined && found.startedAtMs !== hotKeysOf(before)?.startedAtMs;
			return found === undefined || !isNew
				? undefined
				: `counted for ${seconds((found.durationMs ?? 0) / 1000)}: ${topText(found) || 'no key was used'}`;
		},
		unseen: 'HOTKEYS GET shows no new session',
	}),
	verifyTimeoutMs: () => (longestSeconds + 15) * 1000,
});

const sessionText = (found: HotKeys | undefined): string =>
	found === undefined
		? '-'
		: found.isTracking === true
			? `runs for ${seconds((found.durationMs ?? 0) / 1000)}`
			: hasResults(found)
				? 'ended, its results are kept'
				: 'none';

export const hotKeysActions = [start] as const;

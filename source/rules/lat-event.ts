import type {LatencyEvent} from '../domain/latency-event.js';
import {milliseconds, seconds} from '../text/units.js';
import {answerMissing, setting} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/** What the server's latency monitor calls things, by the beginning of its name. Source: Redis docs, latency monitoring. */
const causes: ReadonlyArray<readonly [start: string, meaning: string]> = [
	['command', 'A command ran for that long, and all clients waited for it.'],
	['fast-command', 'A command that is fast by nature took that long: the machine had no time for the server.'],
	['fork', 'The server stood still while it copied its page tables for a save, a rewrite or a full copy.'],
	['aof', 'It waited for the disk that the append-only file is on.'],
	['rdb', 'It waited for the disk while it removed a temporary RDB file.'],
	['expire', 'Many keys ran out at the same time.'],
	['eviction', 'It made room: many keys, or large ones, were evicted.'],
	['active-defrag', 'It moved memory around to use it better (activedefrag).'],
	['module', 'A module held it up.'],
	['while-blocked', 'It had to see to its chores within a long script or while loading.'],
];

const meaningOf = (name: string): string =>
	causes.find(([start]) => name.startsWith(start))?.[1] ?? 'It did nothing else for that long, and all clients waited.';

/**
The server's latency monitor noted something long within the last minute: LATENCY LATEST. Since 2.8.13, where
`latency-monitor-threshold` is set; without it there is nothing to read, and lat.mon_off says so.
*/
export const latEvent = nodeRule({
	id: 'lat.event',
	raiseAfter: 1,
	appliesTo: facts => facts.setting('latency-monitor-threshold') !== '0',
	needs: {
		threshold: setting('latency-monitor-threshold'),
		events: {read: ({record}: NodeFacts) => record.latencyEvents?.value, missing: answerMissing('LATENCY LATEST')},
	},
	evaluate({events}, facts) {
		const serverMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
		const agoMs = ({atMs}: LatencyEvent) => Math.max(0, serverMs - atMs);
		const recent = events
			.filter(event => agoMs(event) <= facts.threshold('lat.event.age') * 1000)
			.filter(({latestMs}) => latestMs >= facts.threshold('lat.event.least'))
			.sort((one, other) => other.latestMs - one.latestMs);
		const [worst] = recent;
		return worst === undefined
			? clear
			: fires(
					'warning',
					`stood still for ${milliseconds(worst.latestMs)}, ${seconds(Math.round(agoMs(worst) / 1000))} ago: ${worst.event}`,
					{
						evidence: recent.map(({event, latestMs}) => ({name: event, value: latestMs, unit: 'milliseconds'})),
						meaning: meaningOf(worst.event),
						next: [
							ask(facts, 'LATENCY DOCTOR'),
							ask(facts, `LATENCY HISTORY ${worst.event}`),
							words('panel 6 has the commands that were slow'),
						],
						action: null,
					},
				);
	},
});

import {boundBelow} from '../derive/latency-percentiles.js';
import type {MeanChange} from '../derive/mean-tracks.js';
import type {LatencyEvent} from '../domain/latency-event.js';
import {microseconds, milliseconds, perSecond, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {answerMissing, increase, pending, setting} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

export const latP99 = rule({
	id: 'lat.p99',
	scope: 'node',
	docs: {
		looksAt:
			"A command's 99th percentile over the last interval, from the difference of two LATENCY HISTOGRAM replies.",
		since: '7.0',
		falsePositives: [
			'A percentile is a bucket: it lies between two bounds, the upper one twice the lower. It is a warning when the lower bound is past the threshold, where the true value is for certain; a threshold between the two is said to be undecided, as info.',
			'Fewer than a hundred calls have no percentile; waiting and the network are not in it.',
		],
	},
	needs: {
		bounds: {
			read: ({record}: NodeFacts) => {
				const {bounds} = record.latency?.value ?? {};
				return bounds === undefined || bounds.size === 0 ? undefined : bounds;
			},
			missing: answerMissing('LATENCY HISTOGRAM'),
		},
	},
	evaluate({bounds}, facts) {
		const limitMs = facts.threshold('lat.p99.warning');
		const slow = [...bounds]
			.flatMap(([command, {p99}]) =>
				p99 === undefined ? [] : [{command, most: p99 / 1000, least: boundBelow(p99) / 1000}],
			)
			.filter(({most}) => most > limitMs)
			.sort((one, other) => other.most - one.most);
		const [worst] = slow;
		if (worst === undefined) {
			return clear;
		}

		const name = worst.command.toUpperCase();
		const between = `${milliseconds(worst.least)} to ${milliseconds(worst.most)}`;
		const isCertain = worst.least >= limitMs;
		const isBad = worst.least >= facts.threshold('lat.p99.critical');
		return fires(isBad ? 'critical' : isCertain ? 'warning' : 'info', {
			problem: isCertain
				? `${name} takes ${between} (99th percentile)`
				: `${name} takes ${between} (99th percentile): the server's buckets don't tell which side of ${milliseconds(limitMs)}`,

			evidence: slow
				.slice(0, 5)
				.map(({command, most}) => ({name: `p99 of ${command}, at most`, value: most, unit: 'milliseconds'})),
			meaning: 'The server runs one command at a time: all clients wait while these run.',
			next: [
				redisCli(facts, 'SLOWLOG GET 10'),
				hint('see which keys: panel 6; large collections and huge values are the usual cause'),
			],
		});
	},
});

export const latMeanRegress = rule({
	id: 'lat.mean_regress',
	scope: 'node',
	docs: {
		looksAt:
			'A command takes five times as long on average as it usually does: the last twenty seconds against the median of the ten minutes before, by INFO commandstats. Since 2.6, for the nodes that commandstats are asked of.',
		since: 'any',
		falsePositives: [
			'Fewer than a hundred calls in ten seconds make no mean; less than a tenth of a millisecond is nothing to wait for.',
			'Values that grow, and commands that are used for other things, do this without a fault of the server.',
		],
	},
	needs: {
		changes: {
			read: (facts: NodeFacts): readonly MeanChange[] | undefined => {
				const changes = facts.watch.means.changes(facts.threshold('lat.mean_regress.calls'));
				return changes.length === 0 ? undefined : changes;
			},
			missing: () => pending('no command was called often enough for a minute, to know how long it usually takes'),
		},
	},
	evaluate({changes}, facts) {
		const slower = changes
			.filter(
				({now, usual}) =>
					now > facts.threshold('lat.mean_regress.ratio') * usual &&
					now >= facts.threshold('lat.mean_regress.least') * 1000,
			)
			.sort((one, other) => other.now / other.usual - one.now / one.usual);
		const [worst] = slower;
		if (worst === undefined) {
			return clear;
		}

		const name = worst.command.toUpperCase();
		const times = Math.round(worst.now / worst.usual);
		return fires('warning', {
			problem: `${name} takes ${times} times as long as usual: ${microseconds(worst.now)} instead of ${microseconds(worst.usual)} on average`,

			evidence: slower
				.slice(0, 5)
				.map(({command, now}) => ({name: `mean of ${command}`, value: now / 1000, unit: 'milliseconds'})),
			meaning: 'Its values or collections have grown, or the machine has less time for the server.',
			next: [
				hint('see which keys: panel 6'),
				redisCli(facts, 'SLOWLOG GET 10'),
				hint('were others slowed down too? then look at the machine: cpu.steal, swap, huge pages'),
			],
		});
	},
});

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

export const latEvent = rule({
	id: 'lat.event',
	scope: 'node',
	docs: {
		looksAt:
			"The server's latency monitor noted something long within the last minute: LATENCY LATEST. Since 2.8.13, where `latency-monitor-threshold` is set; without it there is nothing to read, and lat.mon_off says so.",
		since: 'any',
		falsePositives: [],
	},
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
			: fires('warning', {
					problem: `stood still for ${milliseconds(worst.latestMs)}, ${seconds(Math.round(agoMs(worst) / 1000))} ago: ${worst.event}`,

					evidence: recent.map(({event, latestMs}) => ({name: event, value: latestMs, unit: 'milliseconds'})),
					meaning: meaningOf(worst.event),
					next: [
						redisCli(facts, 'LATENCY DOCTOR'),
						redisCli(facts, `LATENCY HISTORY ${worst.event}`),
						hint('panel 6 has the commands that were slow'),
					],
				});
	},
});

export const latEventloop = rule({
	id: 'lat.eventloop',
	scope: 'node',
	docs: {
		looksAt: 'One turn of the event loop takes long on average: `eventloop_duration_sum / eventloop_cycles`.',
		since: '7.2',
		falsePositives: [
			'An idle server turns ten times a second, and one slow turn among them, ours as well, is no saturation: the turns together must take a good part of the time.',
		],
	},
	needs: {duration: increase('stats', 'eventloop_duration_sum'), cycles: increase('stats', 'eventloop_cycles')},
	evaluate({duration, cycles}, facts) {
		const meanMs = duration / Math.max(1, cycles) / 1000;
		const elapsedMs = (facts.sample?.elapsedMs ?? 0) - (facts.earlier?.elapsedMs ?? 0);
		const isBusy = duration / 1000 > facts.threshold('lat.eventloop.share') * elapsedMs;
		return meanMs <= facts.threshold('lat.eventloop.mean') || !isBusy
			? clear
			: fires('warning', {
					problem: `a turn of the event loop takes ${milliseconds(meanMs)}`,

					evidence: [
						{name: 'event loop turn', value: meanMs, unit: 'milliseconds'},
						...infoEvidence(facts, ['stats', 'instantaneous_eventloop_duration_usec']),
					],
					meaning:
						'Every client waits so long for its turn: slow commands, huge pipelines or too much work for one thread.',
					next: [redisCli(facts, 'SLOWLOG GET 10'), hint('see which commands take the time: panel 5')],
				});
	},
});

/** Source: the commands' own complexity, O(N) over a whole collection or data set. */
const whole = new Set([
	'smembers',
	'hgetall',
	'hkeys',
	'hvals',
	'lrange',
	'sort',
	'zrange',
	'sunion',
	'sdiff',
	'flushall',
	'flushdb',
]);

const commandRates = {
	read: ({record}: NodeFacts) => (record.commands.length > 0 ? record.commands : undefined),
	missing: answerMissing('INFO commandstats'),
};

export const latOnCmds = rule({
	id: 'lat.on_cmds',
	scope: 'node',
	docs: {
		looksAt:
			'Commands that look at everything are run: KEYS at all, or one over a whole collection that takes more than a millisecond on average. Since 2.6, for the nodes that commandstats are asked of.',
		since: 'any',
		falsePositives: [],
	},
	needs: {stats: commandRates},
	evaluate({stats}, facts) {
		const bad = stats.filter(
			({command, callsPerSecond = 0, meanMicroseconds = 0}) =>
				callsPerSecond > 0 &&
				(command === 'keys' || (whole.has(command) && meanMicroseconds > facts.threshold('lat.on_cmds.mean') * 1000)),
		);
		const [worst] = bad.sort((one, other) => (other.timeShare ?? 0) - (one.timeShare ?? 0));
		return worst === undefined
			? clear
			: fires('warning', {
					problem: `${worst.command.toUpperCase()} runs ${perSecond(worst.callsPerSecond)}, ${microseconds(worst.meanMicroseconds ?? 0)} each`,

					evidence: bad.map(({command, callsPerSecond = 0}) => ({
						name: command,
						value: callsPerSecond,
						unit: 'perSecond',
					})),
					meaning:
						'It goes over every key or every element, and all clients wait for it; it gets slower as data grows.',
					next: [
						hint('SCAN, HSCAN, SSCAN or ZSCAN in its place, or smaller collections'),
						hint('find who: panel 4, by last command'),
					],
				});
	},
});

export const latencyRules = [latP99, latMeanRegress, latEvent, latEventloop, latOnCmds] as const;

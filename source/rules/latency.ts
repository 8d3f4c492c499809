import {boundBelow, isUnbounded} from '../derive/latency-percentiles.js';
import type {LatencyEvent} from '../domain/latency-event.js';
import {type Message, message} from '../domain/message.js';
import {microseconds, milliseconds, seconds} from '../text/units.js';
import {type Senders, senderCulprit, sendersOf} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {linearSteps} from './linear-remedies.js';
import {answerMissing, increase, pending, setting} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** The senders of a command as the end of its name, if all have one name: several clients may send it quickly. */
const fromOne = (senders: Senders | undefined): Message =>
	senders?.only === undefined ? '' : message` from ${senders.only}`;

export const latP99 = rule({
	id: 'lat.p99',
	scope: 'node',
	docs: {
		looksAt:
			"The rule computes each command's 99th percentile over the last interval, from the difference of two LATENCY HISTOGRAM replies.",
		since: '7.0',
		falsePositives: [
			'A percentile is known only as a bucket, whose upper bound is twice the lower. The finding is a warning once the lower bound exceeds the threshold, and info while the threshold lies within the bucket.',
			'A percentile of few calls is unreliable. The rule needs a hundred calls.',
			'LATENCY HISTOGRAM measures the run time alone. The wait for other commands and the network are not in the percentile.',
		],
	},
	thresholds: {
		warning: {value: 10, unit: 'milliseconds', source: 'the p99 that runbooks for caches alert on'},
		critical: {value: 100, unit: 'milliseconds', source: 'a cache that is slower than the database behind it'},
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
	evaluate({bounds}, facts, limits) {
		const limitMs = limits.warning;
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
		const between = isUnbounded(worst.most * 1000)
			? `more than ${milliseconds(worst.least)}`
			: `${milliseconds(worst.least)} to ${milliseconds(worst.most)}`;
		const isCertain = worst.least >= limitMs;
		const isBad = worst.least >= limits.critical;
		const senders = sendersOf(facts, worst.command);
		return fires(isBad ? 'critical' : isCertain ? 'warning' : 'info', {
			problem: message`${name}${fromOne(senders)} takes ${between} (99th percentile)`,
			reason: isCertain ? undefined : `the server's buckets don't tell which side of ${milliseconds(limitMs)} it is`,
			effect: isCertain ? 'slow' : undefined,
			culprit: senderCulprit(name, senders),
			evidence: slow
				.slice(0, 5)
				.map(({command, most, least}) =>
					isUnbounded(most * 1000)
						? {name: `p99 of ${command}, at least`, value: least, unit: 'milliseconds'}
						: {name: `p99 of ${command}, at most`, value: most, unit: 'milliseconds'},
				),
			meaning: 'The server runs one command at a time. All clients wait while these commands run.',
			next: [
				redisCli(facts, 'SLOWLOG GET 10'),
				...(linearSteps([name], facts) ?? [
					hint('see which keys: panel 6; large collections and large values are the usual cause'),
				]),
			],
		});
	},
});

export const latMeanRegress = rule({
	id: 'lat.mean_regress',
	scope: 'node',
	docs: {
		looksAt:
			"The rule compares each command's mean run time of the last twenty seconds with its median of the ten minutes before (`cmdstat_…`). redis-top asks the node in focus for INFO commandstats.",
		since: '2.6',
		falsePositives: [
			'A mean of few calls is unreliable. The rule needs a hundred calls in ten seconds.',
			'The mean of very fast commands varies by large factors. The rule needs a mean of a tenth of a millisecond.',
			'A command also slows down when its values grow or when clients use it differently. The rule cannot tell these cases apart.',
		],
	},
	thresholds: {
		ratio: {
			value: 5,
			unit: 'ratio',
			source: 'to the median of ten minutes; a change of load alone can double the mean',
		},
		calls: {
			value: 100,
			unit: 'count',
			source: 'calls in ten seconds; a mean of fewer calls is chance',
		},
		least: {
			value: 0.1,
			unit: 'milliseconds',
			source: 'a shorter run time is no wait, however much it grew',
		},
	},
	needs: {},
	evaluate(_, facts, limits) {
		const changes = facts.memory.means.changes(limits.calls);
		if (changes.length === 0) {
			return pending('no command was called often enough for a minute to know its usual run time');
		}

		const slower = changes
			.filter(({now, usual}) => now > limits.ratio * usual && now >= limits.least * 1000)
			.sort((one, other) => other.now / other.usual - one.now / one.usual);
		const [worst] = slower;
		if (worst === undefined) {
			return clear;
		}

		const name = worst.command.toUpperCase();
		const ratio = Math.round(worst.now / worst.usual);
		const senders = sendersOf(facts, worst.command);
		return fires('warning', {
			problem: message`${name}${fromOne(senders)} takes ${ratio} times as long as usual`,
			detail: `${microseconds(worst.now)} instead of ${microseconds(worst.usual)} on average`,
			effect: 'slow',
			culprit: senderCulprit(name, senders),
			evidence: slower
				.slice(0, 5)
				.map(({command, now}) => ({name: `mean of ${command}`, value: now / 1000, unit: 'milliseconds'})),
			meaning: "The command's values or collections have grown, or the machine gives the server less time.",
			next: [
				...(linearSteps([name], facts) ?? [hint('see which keys: panel 6')]),
				redisCli(facts, 'SLOWLOG GET 10'),
				hint('if other commands are slower too, look at the machine: cpu.steal, swap, huge pages'),
			],
		});
	},
});

/**
What an event of the latency monitor means, by the beginning of its name.
Source: https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency-monitor/
*/
const eventMeanings: ReadonlyArray<readonly [start: string, meaning: string]> = [
	['command', 'A command ran for that long, and all clients waited for it.'],
	['fast-command', 'A command of constant or logarithmic time took that long: the machine had no time for the server.'],
	['fork', 'The server copied its page tables for a save, an AOF rewrite or a full resync, and did nothing else.'],
	['aof', 'The server waited for the disk of the append-only file.'],
	['rdb', 'The server waited for the disk while it removed a temporary RDB file.'],
	['expire', 'Many keys expired at the same time.'],
	['eviction', 'The server evicted many keys, or large ones, to make room.'],
	['active-defrag', 'The server moved data to reduce memory fragmentation (activedefrag).'],
	['module', 'A module kept the server busy.'],
	['while-blocked', 'The server did its periodic work within a long script or while loading.'],
];

const meaningOf = (name: string): string =>
	eventMeanings.find(([start]) => name.startsWith(start))?.[1] ??
	'The server did nothing else for that long, and all clients waited.';

export const latEvent = rule({
	id: 'lat.event',
	scope: 'node',
	docs: {
		looksAt:
			"The rule reads the events of the server's latency monitor within the last minute: LATENCY LATEST, where `latency-monitor-threshold` is set. Where the setting is 0, `lat.mon_off` reports it.",
		since: '2.8.13',
		falsePositives: [
			'With a low `latency-monitor-threshold` short events are recorded too. The rule ignores events below 100 ms.',
		],
	},
	thresholds: {
		least: {
			value: 100,
			unit: 'milliseconds',
			source: 'the latency-monitor-threshold that the Redis documentation suggests',
		},
		age: {value: 60, unit: 'seconds', source: 'an older event is no longer current'},
	},
	raiseAfter: 1,
	appliesTo: facts => facts.setting('latency-monitor-threshold') !== '0',
	needs: {
		threshold: setting('latency-monitor-threshold'),
		events: {read: ({record}: NodeFacts) => record.latencyEvents?.value, missing: answerMissing('LATENCY LATEST')},
	},
	evaluate({events}, facts, limits) {
		const serverMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
		const agoMs = ({atMs}: LatencyEvent) => Math.max(0, serverMs - atMs);
		const recent = events
			.filter(event => agoMs(event) <= limits.age * 1000)
			.filter(({latestMs}) => latestMs >= limits.least)
			.sort((one, other) => other.latestMs - one.latestMs);
		const [worst] = recent;
		return worst === undefined
			? clear
			: fires('warning', {
					problem: `stood still for ${milliseconds(worst.latestMs)}`,
					detail: `${seconds(Math.round(agoMs(worst) / 1000))} ago`,
					tells: 'moment',
					reason: worst.event,
					effect: 'slow',
					evidence: recent.map(({event, latestMs}) => ({name: event, value: latestMs, unit: 'milliseconds'})),
					meaning: meaningOf(worst.event),
					next: [
						redisCli(facts, 'LATENCY DOCTOR'),
						redisCli(facts, `LATENCY HISTORY ${worst.event}`),
						hint('panel 6 lists the slow commands'),
					],
				});
	},
});

export const latEventloop = rule({
	id: 'lat.eventloop',
	scope: 'node',
	docs: {
		looksAt: 'The rule computes the mean duration of an event loop cycle: `eventloop_duration_sum / eventloop_cycles`.',
		since: '7.2',
		falsePositives: [
			'An idle server has ten cycles a second, and one slow cycle raises their mean. The rule fires only if all cycles together take a quarter of the time.',
		],
	},
	thresholds: {
		mean: {value: 5, unit: 'milliseconds', source: 'a healthy cycle takes some ten microseconds'},
		share: {
			value: 0.25,
			unit: 'share',
			source: 'of the time, spent in all cycles together; with less, clients hardly wait',
		},
	},
	needs: {duration: increase('stats', 'eventloop_duration_sum'), cycles: increase('stats', 'eventloop_cycles')},
	evaluate({duration, cycles}, facts, limits) {
		const meanMs = duration / Math.max(1, cycles) / 1000;
		const elapsedMs = (facts.sample?.elapsedMs ?? 0) - (facts.earlier?.elapsedMs ?? 0);
		const isBusy = duration / 1000 > limits.share * elapsedMs;
		return meanMs <= limits.mean || !isBusy
			? clear
			: fires('warning', {
					problem: `an event loop cycle takes ${milliseconds(meanMs)}`,
					effect: 'slow',
					evidence: [
						{name: 'event loop cycle', value: meanMs, unit: 'milliseconds'},
						...infoEvidence(facts, ['stats', 'instantaneous_eventloop_duration_usec']),
					],
					meaning:
						'Every client waits that long for its turn. Slow commands, large pipelines or too much work for one thread cause it.',
					next: [redisCli(facts, 'SLOWLOG GET 10'), hint('see which commands take the time: panel 5')],
				});
	},
});

export const latencyRules = [latP99, latMeanRegress, latEvent, latEventloop] as const;

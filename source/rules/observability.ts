import {commandOf} from '../derive/command-name.js';
import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {message, type Name} from '../domain/message.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {count, milliseconds, seconds} from '../text/units.js';
import {loggedClient} from './client-names.js';
import {machineSlowdown} from './host.js';
import {linearSteps} from './linear-remedies.js';
import {isHalfOfMove, migrationSteps, silentTarget, silentTargetReason, silentTargetSteps} from './moved-keys.js';
import {answerMissing, setting} from './needs.js';
import {hint, onHost, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {oneElementSteps} from './one-element-commands.js';
import {titleKeyOf} from './one-key-commands.js';
import {hasWaited, isSleeping, isSlowOnSharedCore, isTooLongForWaits, slowPerMinute} from './own-slowness.js';
import {firstSender, isRepeat, repeatedCommand} from './repeated-commands.js';
import {advises, clear, fires, rule} from './rule.js';
import {longSlow, unloggedCommand} from './unlogged-commands.js';

/** Fewest commands of 100 ms or more within a minute that count as a pattern. */
const fewestLong = 3;

/** Milliseconds within which a client's second long run of the same command counts as a pattern, and not as an accident. */
const soonAgainMs = 10_000;

/** Commands that move a key to another node. A reshard runs them in a row, and ends by itself. */
const moves: ReadonlySet<string> = new Set(['MIGRATE', 'RESTORE', 'RESTORE-ASKING']);

/**
Commands that free the memory of a value before they return, so that they take long for a large value. Source:
https://redis.io/docs/latest/commands/unlink/
*/
const deletions: ReadonlySet<string> = new Set(['DEL', 'GETDEL']);

/** Commands that run a script or a function: its keys are not what takes long. */
const scripts: ReadonlySet<string> = new Set(['EVAL', 'EVALSHA', 'EVAL_RO', 'EVALSHA_RO', 'FCALL', 'FCALL_RO']);

export const latSlowlogNew = rule({
	id: 'lat.slowlog_new',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads the entries that the slow log got within the last minute (SLOWLOG GET). One command of a second is enough to fire, or several of a tenth of a second: three, fewer that add up to a second, or two of the same command from the same client within ten seconds. Shorter commands must be many. On a machine short of processor time (`os.psi`), one of a tenth of a second is enough if the wait does not explain it. Entries that were overwritten between two polls count too. The finding is critical where several commands of a second took half of the last fifteen seconds. Where the slow log is off or begins above the duration, INFO commandstats and the processor time of the main thread tell of such a command.',
		since: '2.2.12',
		falsePositives: [
			'With `slowlog-log-slower-than` below a millisecond, fast commands are logged too. The rule is clear then.',
			'A command takes long while its thread has no processor. If the main thread used a processor for at most half of the duration (`used_cpu_user_main_thread`, `used_cpu_sys_main_thread`), the command does not count as slow. The finding is then about the wait, and info if this machine is known to be short of processor time.',
		],
	},
	thresholds: {
		worst: {
			value: 1000,
			unit: 'milliseconds',
			source: 'all clients waited as long; one such command is an incident',
		},
		long: {
			value: 100,
			unit: 'milliseconds',
			source:
				'the latency-monitor-threshold that the Redis documentation suggests; three such commands in a minute fire',
		},
		rate: {value: 10, unit: 'perMinute', source: 'more is a pattern, not an accident'},
	},
	needs: {history: {read: ({record}: NodeFacts) => record.slowlog, missing: answerMissing('SLOWLOG GET')}},
	evaluate({history: reading}, facts, limits) {
		const history = reading.value;
		const perMinute = slowPerMinute(reading, facts);
		const threshold = Number(facts.setting('slowlog-log-slower-than') ?? 10_000);
		const sinceMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000 - 60_000;
		// While the server is silent, no newer entry can be read. A command that may run again is kept for as long as it ran.
		const isSilent = facts.record.failure?.code === 'TIMEOUT';
		const slowest = history.entries
			.filter(
				({atMs, clientName, durationMicroseconds}) =>
					atMs >= sinceMs - (isSilent ? (2 * durationMicroseconds) / 1000 : 0) && clientName !== 'redis-top',
			)
			.toSorted((one, other) => other.durationMicroseconds - one.durationMicroseconds);
		const isMany = perMinute > limits.rate && threshold >= 1000;
		const longOf = (entries: readonly SlowlogEntry[]) =>
			entries.filter(({durationMicroseconds}) => durationMicroseconds >= limits.long * 1000);
		const areLong = (entries: readonly SlowlogEntry[]) =>
			(entries[0]?.durationMicroseconds ?? 0) >= limits.worst * 1000 || longOf(entries).length >= fewestLong;
		const own = slowest.filter(entry => !hasWaited(facts, entry));
		const long = longOf(own);
		// One or two moves of keys, forks for replicas or changed settings are planned work.
		const unplanned = long.filter(entry => !moves.has(commandOf(entry)) && !isSleeping(entry));
		const isLong =
			areLong(own) ||
			(unplanned.length > 1 && totalMs(unplanned) >= limits.worst) ||
			runsSoonAgain(unplanned, facts) ||
			// The finding on the machine (`os.psi`) is a warning for this command. So the command is told as well.
			(unplanned[0] !== undefined && threshold >= 1000 && outlastsWaits(unplanned[0], facts));
		if (!isMany && !isLong && !areLong(slowest)) {
			return unloggedCommand(facts, limits.worst, limits.long);
		}

		const waited = slowest.length - own.length;
		const [longestWait] = slowest;
		if (longestWait !== undefined && !isLong && (!isMany || (waited > own.length && own.length <= limits.rate))) {
			return waiting(longestWait, waited, facts);
		}

		// A busy machine makes many small commands take a little longer than the slow log's limit. The finding on the
		// machine (`os.psi`) is told in their place.
		const isSlow = (entry: SlowlogEntry) => isSlowOnSharedCore(facts, entry, threshold / 1000);
		if (!isLong && isOnBusyMachine(facts) && 2 * own.filter(isSlow).length < own.length) {
			return clear;
		}

		const [worst] = own;
		const sent = worst && sentBy(worst, facts);
		const from = sent?.client;
		const key = worst && titleKeyOf(worst.arguments);
		const silent = silentTarget(worst, facts);
		const isHeld = areHolding(own, sinceMs + 60_000, limits.worst);
		return fires(isHeld ? 'critical' : 'warning', {
			...(worst === undefined || sent === undefined
				? {problem: `ran ${count(perMinute)} slow commands in the last minute`}
				: {
						problem: message`${sent.isRepeat ? 'repeated' : 'ran'} ${commandOf(worst)}${key === undefined ? '' : message` ${key}`}${sent.isRepeat ? ' of its primary' : ''} for ${milliseconds(worst.durationMicroseconds / 1000)}${from === undefined ? '' : message` from ${from}`}`,
						detail: `${ago(worst, facts)}${own.length > 1 ? `, slowest of ${count(own.length)} logged` : ''}`,
						reason: silent && silentTargetReason(silent),
						tells: 'moment' as const,
					}),
			effect: 'slow',
			culprit:
				worst === undefined
					? undefined
					: {command: commandOf(worst), client: from, ...(key === undefined ? {} : {key})},
			evidence: [
				{name: 'new slow log entries in a minute', value: perMinute, unit: 'count'},
				...(isLong ? [{name: longSlow, value: Math.max(1, long.length), unit: 'count' as const}] : []),
				...(sent?.isRepeat === true ? [{name: repeatedCommand, value: facts.primary?.address ?? 'its primary'}] : []),
				...own.slice(0, 5).map(entry => ({
					name: commandOf(entry),
					value: entry.durationMicroseconds / 1000,
					unit: 'milliseconds' as const,
				})),
			],
			meaning: 'All clients waited while each of these commands ran.',
			next: [...stepsFor(worst, from, facts), redisCli(facts, 'SLOWLOG GET 10')],
		});
	},
});

/** Milliseconds of the slow log in which long commands that took most of the time hold the thread. */
const heldMs = 15_000;
/** Least share of that time. Clients then wait more often than not, and most time out after a second. */
const heldShare = 0.5;

/** Whether several long commands took most of the last seconds, by the server's clock: an entry has the end of its command. */
function areHolding(entries: readonly SlowlogEntry[], serverMs: number, leastMs: number): boolean {
	const long = entries.filter(
		({atMs, durationMicroseconds}) => atMs >= serverMs - heldMs && durationMicroseconds >= leastMs * 1000,
	);
	return long.length > 1 && totalMs(long) >= heldShare * heldMs;
}

const totalMs = (entries: readonly SlowlogEntry[]): number =>
	entries.reduce((sum, {durationMicroseconds}) => sum + durationMicroseconds / 1000, 0);

/**
Whether a client ran the same long command twice within seconds: it works through a list of large keys, and the next run
comes. On a machine short of processor time, two say too little.
*/
function runsSoonAgain(repeatable: readonly SlowlogEntry[], facts: NodeFacts): boolean {
	const senderOf = ({clientName, clientAddress = ''}: SlowlogEntry) => clientName || clientAddress.replace(/:\d+$/, '');
	return (
		machineSlowdown(facts) === undefined &&
		repeatable.some((one, at) =>
			repeatable
				.slice(at + 1)
				.some(
					other =>
						commandOf(one) === commandOf(other) &&
						senderOf(one) === senderOf(other) &&
						Math.abs(one.atMs - other.atMs) <= soonAgainMs,
				),
		)
	);
}

/** Whether a command took longer than the waits for a processor explain, on a machine short of processor time. */
function outlastsWaits(entry: SlowlogEntry, facts: NodeFacts): boolean {
	const factor = machineSlowdown(facts);
	return factor !== undefined && isTooLongForWaits(facts, entry, factor);
}

/** Who sent a slow command. A replica gets the commands of its primary, whose slow log may know the client. */
function sentBy(
	entry: SlowlogEntry,
	facts: NodeFacts,
): {readonly client: Name | undefined; readonly isRepeat: boolean} {
	if (isRepeat(facts, entry)) {
		return {client: firstSender(facts, entry), isRepeat: true};
	}

	return {client: loggedClient(entry), isRepeat: false};
}

/** Share of ten seconds in which some process waited for a processor, from which that explains why a thread waited. */
const busyPressure = 0.3;

/** Whether this machine, on which the node runs, is short of processor time. Another node may show the machine. */
function isOnBusyMachine({record, nodes}: NodeFacts): boolean {
	const hostOf = ({endpoint}: NodeRecord) => (endpoint.kind === 'tcp' ? endpoint.host : undefined);
	const isHere = (other: NodeRecord) =>
		other.address === record.address || (hostOf(record) !== undefined && hostOf(other) === hostOf(record));
	const pressureOf = ({host}: NodeRecord) =>
		host?.value.kind === 'here' ? (host.value.kernel.processorPressure ?? 0) : 0;
	return [...nodes.values()].some(other => pressureOf(other) >= busyPressure && isHere(other));
}

/** The finding that commands took long because the thread did not run. No command is named as slow. */
function waiting(longest: SlowlogEntry, waited: number, facts: NodeFacts) {
	const isBusy = isOnBusyMachine(facts);
	const took = milliseconds(longest.durationMicroseconds / 1000);
	return fires(isBusy ? 'info' : 'warning', {
		problem: `is held up for up to ${took} within commands`,
		detail: `${count(waited)} slow commands in the last minute, their thread ran for less than half of them`,
		reason: isBusy ? 'its machine is short of processor time' : 'its thread got no processor, or waited for memory',
		tells: 'moment',
		effect: 'slow',
		evidence: [{name: commandOf(longest), value: longest.durationMicroseconds / 1000, unit: 'milliseconds'}],
		meaning:
			'The commands are not slow by themselves. The server measures them by the clock, and its thread stood still.',
		next: [
			onHost('top -b -n 1 -o %CPU | head -n 20'),
			onHost('vmstat 1 5   # columns r, si, so and st: threads that wait, swap, stolen time'),
			hint('look for a limit of its container or virtual machine, and for what else runs there'),
		],
	});
}

/** What to do about the slowest command. A key that was deleted is not looked at. */
function stepsFor(worst: SlowlogEntry | undefined, client: Name | undefined, facts: NodeFacts): readonly NextStep[] {
	const key = worst && titleKeyOf(worst.arguments);
	const known = worst && linearSteps(worst.arguments, facts, {client, key});
	if (known !== undefined) {
		return known;
	}

	if (worst !== undefined && scripts.has(commandOf(worst))) {
		return [
			hint(message`let ${client ?? 'its client'} do less in one script: all clients wait until it ends`),
			hint('see its text: panel 6; SCRIPT KILL ends one that runs and has not written'),
		];
	}

	if (worst !== undefined && isHalfOfMove(worst)) {
		const silent = silentTarget(worst, facts);
		return silent === undefined ? migrationSteps(key, facts) : silentTargetSteps(silent, client, facts);
	}

	if (worst !== undefined && deletions.has(commandOf(worst))) {
		return [
			hint('use UNLINK in its place: it frees the memory in the background; or set lazyfree-lazy-user-del'),
			redisCli(facts, 'CONFIG SET lazyfree-lazy-user-del yes'),
		];
	}

	const oneElement = worst && oneElementSteps(worst.arguments);
	if (oneElement !== undefined) {
		return oneElement;
	}

	return key === undefined
		? [hint('see which keys: panel 6')]
		: [
				hint(message`see how large ${key} is: split it, or fetch less of it at once`),
				redisCli(facts, message`MEMORY USAGE ${quotedName('key', key.name)}`),
			];
}

function ago({atMs}: SlowlogEntry, facts: NodeFacts): string {
	const serverMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
	return `${seconds(Math.max(0, Math.round((serverMs - atMs) / 1000)))} ago`;
}

export const latSlowlogOff = rule({
	id: 'lat.slowlog_off',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether `slowlog-log-slower-than` makes the slow log useless: negative (off), 0 (every command) or over a second.',
		since: '2.2.12',
		falsePositives: [],
	},
	needs: {threshold: setting('slowlog-log-slower-than')},
	evaluate({threshold}, facts) {
		const us = Number(threshold);
		const problem =
			us < 0
				? 'records no slow commands'
				: us === 0
					? 'records every command as slow'
					: 'records no slow commands under a second';
		return us > 0 && us <= 1_000_000
			? clear
			: advises(facts, {
					problem,
					reason: `slowlog-log-slower-than is ${threshold}`,
					evidence: [{name: 'slowlog-log-slower-than', value: us}],
					meaning: 'After an incident nobody can tell which commands were slow.',
					next: [redisCli(facts, 'CONFIG SET slowlog-log-slower-than 10000')],
					action: 'set-slowlog-threshold',
					adviceCost: 'nothing that can be measured: a log of 128 entries in memory',
				});
	},
});

export const latMonOff = rule({
	id: 'lat.mon_off',
	scope: 'node',
	docs: {
		looksAt: 'The rule checks whether the latency monitor is off: `latency-monitor-threshold` is 0, the default.',
		since: '2.8.13',
		falsePositives: [],
	},
	needs: {threshold: setting('latency-monitor-threshold')},
	evaluate({threshold}, facts) {
		return threshold !== '0'
			? clear
			: advises(facts, {
					problem: 'records no latency events',
					reason: 'the latency monitor is off',
					evidence: [{name: 'latency-monitor-threshold', value: 0}],
					meaning: 'Stalls by forks, disks, expiry and eviction are recorded nowhere; only slow commands are.',
					next: [redisCli(facts, 'CONFIG SET latency-monitor-threshold 100')],
					action: 'set-latency-threshold',
					adviceCost: 'a few bytes for each event of 100 ms or more',
				});
	},
});

export const cfgLat = rule({
	id: 'cfg.lat',
	scope: 'node',
	docs: {
		looksAt: 'The rule checks whether `latency-tracking` is off. The server has no LATENCY HISTOGRAM then.',
		since: '7.0',
		falsePositives: [],
	},
	needs: {tracking: setting('latency-tracking')},
	evaluate({tracking}, facts) {
		return tracking !== 'no'
			? clear
			: advises(facts, {
					problem: 'has no latency percentiles',
					reason: 'latency tracking is off',
					evidence: [{name: 'latency-tracking', value: tracking}],
					meaning: 'Only averages are known, and averages hide the slowest calls.',
					next: [redisCli(facts, 'CONFIG SET latency-tracking yes')],
					adviceCost: 'about forty kilobytes for each command in use, and some nanoseconds for each call',
				});
	},
});

export const observabilityRules = [latSlowlogNew, latSlowlogOff, latMonOff, cfgLat] as const;

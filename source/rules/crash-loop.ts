import {configMistakeOf, mistakeReason} from '../derive/config-mistake.js';
import {endInLog} from '../derive/process-end.js';
import type {LocalEvidence} from '../domain/host-evidence.js';
import {message, nameOf} from '../domain/message.js';
import {seconds} from '../text/units.js';
import {mistakeEvidence, mistakeSteps, stepsAfterEnd} from './end-steps.js';
import {infoEvidence} from './evidence.js';
import {killedFor, killOfLoop, memoryStep} from './kernel-kills.js';
import {hint, logSteps, onHost, statusSteps} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Length of the window in which restarts are counted, milliseconds. */
const loopWindowMs = 120_000;
const minuteMs = 60_000;

/**
Milliseconds of uptime after which a crash loop may be over. The uptime must also be twice the longest run between two
restarts.
*/
const leastStableMs = 15_000;

const hostOf = ({record}: NodeFacts): LocalEvidence | undefined =>
	record.host?.value.kind === 'here' ? record.host.value : undefined;

/**
The times of the restarts in the server's log, milliseconds since the epoch. Several servers may share a log file, so
starts of other running servers are left out.
*/
function loggedRestarts(facts: NodeFacts): readonly number[] {
	const {process, servers = [], log} = hostOf(facts) ?? {};
	const others = new Set(servers.map(({processId}) => processId).filter(id => id !== process?.processId));
	// The oldest start in the log may be the first start of the server. It is not counted, because a first start is no
	// restart.
	return (log?.starts ?? [])
		.filter(({processId}) => !others.has(processId))
		.map(({atMs}) => atMs)
		.slice(1);
}

/** The restarts of the last two minutes; empty if the server has been up for long enough since its last restart. */
function lastRestarts(all: readonly number[], nowMs: number): readonly number[] {
	const restarts = all.filter(atMs => atMs > nowMs - loopWindowMs);
	const runs = restarts.slice(1).map((atMs, index) => atMs - (restarts[index] ?? atMs));
	const isOver = nowMs - (restarts.at(-1) ?? 0) > Math.max(leastStableMs, 2 * Math.max(0, ...runs));
	return isOver ? [] : restarts;
}

/**
The restarts, from the source that shows most of them: redis-top's polls, the service manager's counter, or the log.
*/
function restartsInLoop(facts: NodeFacts): readonly number[] {
	const {restartsAtMs, unitRestartsAtMs} = facts.memory;
	const [most = []] = [restartsAtMs, unitRestartsAtMs, loggedRestarts(facts)]
		.map(all => lastRestarts(all, facts.nowMs))
		.sort((one, other) => other.length - one.length);
	return most;
}

/**
The restarts that systemd counts while it waits for the next restart or has given up. Undefined if systemd did not
restart the server repeatedly.
*/
function systemdLoop(facts: NodeFacts): {readonly restarts: number; readonly text: string} | undefined {
	const {supervisor} = hostOf(facts) ?? {};
	if (supervisor?.kind !== 'systemd' || supervisor.isGuess === true) {
		return undefined;
	}

	const {restarts = 0, state, lastExit = ''} = supervisor;
	const hasGivenUp = lastExit.includes('start-limit-hit');
	return restarts >= facts.limitsOf(srvCrashLoop).count && (hasGivenUp || state === 'activating/auto-restart')
		? {restarts, text: hasGivenUp ? 'by systemd, which has given up' : 'by systemd, which is about to do it again'}
		: undefined;
}

/** Whether the process ends and is started again repeatedly. */
export const isCrashLoop = (facts: NodeFacts): boolean =>
	restartsInLoop(facts).length >= facts.limitsOf(srvCrashLoop).count || systemdLoop(facts) !== undefined;

/** The restarts as text: `restarted 9 times, in the last minute, about every 5s`. */
function loopStatement(facts: NodeFacts): {readonly count: number; readonly problem: string; readonly detail: string} {
	const restarts = restartsInLoop(facts);
	const bySystemd = systemdLoop(facts);
	if (bySystemd !== undefined && restarts.length < facts.limitsOf(srvCrashLoop).count) {
		const {restarts: total, text} = bySystemd;
		return {count: total, problem: `restarted ${total} times`, detail: text};
	}

	const inMinute = restarts.filter(atMs => atMs > facts.nowMs - minuteMs);
	const isFast = inMinute.length >= facts.limitsOf(srvCrashLoop).count;
	const counted = isFast ? inMinute : restarts;
	const [first = 0, last = 0] = [counted[0], counted.at(-1)];
	const everySeconds = (last - first) / Math.max(1, counted.length - 1) / 1000;
	const when = `in the last ${isFast ? 'minute' : 'two minutes'}`;
	return {
		count: restarts.length,
		problem: `restarted ${counted.length} times`,
		detail: everySeconds < 0.5 ? when : `${when}, about every ${seconds(everySeconds)}`,
	};
}

/** Least share of the data set that must be loaded before the time of the whole load is estimated. */
const leastLoadedShare = 0.01;

/**
The load of a server that is ended before its load can be over: the whole load takes longer than the longest run between
two restarts. Undefined if the server does not load, and if the load would be done in time.
*/
function endlessLoad(facts: NodeFacts): {readonly takesSeconds: number; readonly runsSeconds: number} | undefined {
	const share = (facts.number('persistence', 'loading_loaded_perc') ?? 0) / 100;
	const startedSeconds = facts.number('persistence', 'loading_start_time') ?? 0;
	const restarts = restartsInLoop(facts);
	if (share < leastLoadedShare || startedSeconds === 0 || restarts.length < 2 || facts.sample === undefined) {
		return undefined;
	}

	const loadedSeconds = facts.sample.atMs / 1000 - startedSeconds;
	const runs = restarts.slice(1).map((atMs, index) => (atMs - (restarts[index] ?? atMs)) / 1000);
	const takesSeconds = loadedSeconds / share;
	const runsSeconds = Math.max(...runs);
	return takesSeconds > runsSeconds ? {takesSeconds, runsSeconds} : undefined;
}

export const srvCrashLoop = rule({
	id: 'srv.crash_loop',
	scope: 'node',
	docs: {
		looksAt:
			"The rule counts how often the process ended and was started again within two minutes. It counts changes of the server's `run_id`, and ports that alternately refuse and accept connections. Where the server runs on this machine, starts in its log and the restarts that systemd counts (`NRestarts`) are counted as well. It replaces the single findings about restarts and refused connections.",
		since: '2.8',
		falsePositives: [
			'The loop is over when the server has run for twice its longest run between two restarts.',
			'`NRestarts` counts since the unit was loaded. The rule counts its increase while redis-top polls, and its whole value only while systemd waits for the next restart or has given up. The unit must be the one that the server runs in.',
		],
	},
	thresholds: {
		count: {value: 3, unit: 'count', source: 'restarts within two minutes; a planned restart is one'},
	},
	raiseAfter: 1,
	clearAfter: 1,
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {},
	evaluate(_, facts) {
		if (!isCrashLoop(facts)) {
			return clear;
		}

		const {count, problem, detail} = loopStatement(facts);
		const load = endlessLoad(facts);
		const log = hostOf(facts)?.log;
		const mistake = configMistakeOf(facts.record);
		const known = mistake === undefined ? endInLog(log) : undefined;
		const ending =
			mistake === undefined ? (known?.remark ?? log?.remarks.find(({severity}) => severity === 'critical')) : undefined;
		const kill = killOfLoop(hostOf(facts), facts.nowMs - loopWindowMs);
		return fires('critical', {
			problem,
			detail,
			...(kill !== undefined
				? {reason: killedFor(kill)}
				: load === undefined
					? ending === undefined
						? mistake && {reason: mistakeReason(mistake)}
						: {reason: known?.reason ?? ending.meaning}
					: {reason: `ended before its load of ${seconds(load.takesSeconds)} is over`}),
			effect: 'unreachable',
			evidence: [
				{name: 'restarts', value: count, unit: 'count'},
				...infoEvidence(facts, ['server', 'uptime_in_seconds', 'seconds'], ['server', 'run_id']),
				...(load === undefined
					? []
					: [
							{name: 'time of a load, estimated', value: load.takesSeconds, unit: 'seconds' as const},
							{name: 'longest run', value: load.runsSeconds, unit: 'seconds' as const},
						]),
				...(mistake === undefined ? [] : mistakeEvidence(mistake)),
				...(kill === undefined ? [] : [{name: 'kernel log', value: message`${nameOf('quote', kill.line)}`}]),
				...(ending === undefined ? [] : [{name: 'its log', value: message`${nameOf('quote', ending.line)}`}]),
			],
			meaning:
				'It ends soon after each start. Clients lose their connections each time, and what was not saved is lost.',
			next: [
				...(kill === undefined ? [] : [memoryStep(kill)]),
				...(load === undefined || kill !== undefined
					? []
					: [
							hint(
								`give the start more than ${seconds(load.takesSeconds)}: the startup probe of its pod, TimeoutStartSec of its unit, the health check that ends it`,
							),
						]),
				...(mistake === undefined ? [] : mistakeSteps(mistake)),
				...(load === undefined && kill === undefined ? stepsAfterEnd(known, facts) : []),
				...logSteps(facts),
				...statusSteps(facts),
				...(kill === undefined ? [hint('stop what starts it again until the reason is known')] : []),
				onHost('dmesg -T | grep -i "killed process"'),
			],
		});
	},
});

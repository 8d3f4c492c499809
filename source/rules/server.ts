import type {Effect} from '../domain/finding.js';
import {milliseconds, percent, seconds} from '../text/units.js';
import {isCovered} from '../topology/covered.js';
import {changedSettings} from './changed-settings.js';
import {isCrashLoop, srvCrashLoop} from './crash-loop.js';
import {infoEvidence} from './evidence.js';
import {isOfCluster, takeoverWhileLoading} from './loading-primary.js';
import {increase, infoNumber} from './needs.js';
import {hint, logSteps, onHost, redisCli, statusSteps} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {isInPlannedRestart, isOrWasReplica} from './planned-restart.js';
import {clear, fires, rule} from './rule.js';
import {srvFailover} from './running-failover.js';

export const srvRestarted = rule({
	id: 'srv.restarted',
	scope: 'node',
	docs: {
		looksAt:
			"The rule compares the server's `run_id` with the one before: a change means that another process answers. The finding is listed for ten minutes. It names settings that differ from those before the restart (CONFIG GET).",
		since: '2.8',
		falsePositives: [
			'A server with a short uptime at the first poll may have been started on purpose. Only a change of `run_id` counts.',
			'A DNS name may lead to another process after a failover. The rule cannot tell that process from a restarted one.',
			'A rolling restart begins with the replicas, and their primary keeps the data. The finding is info for a replica.',
			'A primary may have been failed over just before. The finding is info until its replicas have answered since the restart.',
			'A Sentinel has no data and no clients that write. The finding is info for a Sentinel.',
		],
	},
	thresholds: {
		recent: {value: 600, unit: 'seconds', source: 'how long a restart is listed'},
	},
	raiseAfter: 1,
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {},
	appliesTo: facts => !isCrashLoop(facts),
	evaluate(_, facts, limits) {
		const {restartedAtMs} = facts.memory;
		const agoSeconds = (facts.nowMs - (restartedAtMs ?? Number.NEGATIVE_INFINITY)) / 1000;
		if (agoSeconds > limits.recent) {
			return clear;
		}

		const isSentinel = facts.record.role === 'sentinel';
		const changed = changedSettings(facts);
		return fires(isSentinel || isOrWasReplica(facts) ? 'info' : 'warning', {
			problem: `restarted ${seconds(agoSeconds)} ago`,
			...(changed === undefined ? {} : {detail: 'with other settings', reason: changed.text}),
			tells: 'moment',
			evidence: [
				...infoEvidence(facts, ['server', 'uptime_in_seconds', 'seconds'], ['server', 'run_id']),
				...(changed?.evidence ?? []),
			],
			meaning: isSentinel
				? 'It could not vote meanwhile. What it knows of the groups is in its config file.'
				: 'Its caches are cold and its clients had to reconnect. What was not saved is lost.',
			next: [
				...(changed?.next ?? []),
				...logSteps(facts),
				...statusSteps(facts),
				onHost('dmesg -T | grep -i "killed process"'),
			],
		});
	},
});

/** The effect of loading: the server answers every command on data with the error LOADING. */
const loadingEffect = ({record}: NodeFacts): Effect => (record.role === 'replica' ? 'reads-refused' : 'writes-refused');

/**
Seconds for which the server has been loading: by the start that INFO tells, which lies before redis-top's own start, or by
the time for which redis-top has seen it. Both times of INFO are of the server's clock.
*/
function loadingSeconds(facts: NodeFacts, heldMs: number): number {
	const startedAt = facts.number('persistence', 'loading_start_time') ?? 0;
	const serverSeconds = (facts.number('server', 'server_time_usec') ?? 0) / 1_000_000;
	return Math.max(heldMs / 1000, startedAt > 0 ? serverSeconds - startedAt : 0);
}

export const srvLoading = rule({
	id: 'srv.loading',
	scope: 'node',
	docs: {
		looksAt: 'The rule checks whether the server reads its data set from disk: `loading:1`, or the reply LOADING.',
		since: '2.4',
		falsePositives: [
			'A replica that loads while it serves its old data (`async_loading`) is no such case. srv.async_loading reports it.',
			'Other nodes serve the data of a replica that loads. Its finding is info for the first minute.',
			'`loading_eta_seconds` jumps and reaches 0 before the end. So the finding on a primary is critical only if the time since its start and this value together exceed a minute.',
		],
	},
	thresholds: {
		primary: {
			value: 60,
			unit: 'seconds',
			source: 'the whole time of loading; clients get errors for as long, and a replica may take over sooner',
		},
		replica: {
			value: 60,
			unit: 'seconds',
			source: 'a planned restart of a replica; its primary serves meanwhile',
		},
	},
	raiseAfter: 1,
	clearAfter: 1,
	needs: {},
	evaluate(_, facts, limits, heldMs) {
		const isLoading = facts.number('persistence', 'loading') === 1 || facts.record.failure?.state === 'loading';
		if (!isLoading) {
			return clear;
		}

		const share = facts.number('persistence', 'loading_loaded_perc');
		const left = facts.number('persistence', 'loading_eta_seconds');
		const progress =
			share === undefined ? undefined : `${percent(share / 100)}${left === undefined ? '' : `, ${seconds(left)} left`}`;
		const isReplica = isOrWasReplica(facts) || isInPlannedRestart(facts);
		const isPrimary = facts.record.role === 'primary' && !isReplica && !isCovered(facts.record, facts.nodes);
		const takeover = isPrimary ? takeoverWhileLoading(facts) : undefined;
		// A cluster elects a replica meanwhile, so the time that is left does not count there.
		const leftSeconds = isOfCluster(facts.record) ? 0 : (left ?? 0);
		const wholeSeconds = Math.max(heldMs / 1000, facts.number('server', 'uptime_in_seconds') ?? 0) + leftSeconds;
		const isLong = isPrimary && wholeSeconds > limits.primary;
		const isShortReplica = isReplica && loadingSeconds(facts, heldMs) < limits.replica;
		return fires(isLong ? 'critical' : isShortReplica ? 'info' : 'warning', {
			problem: 'is loading its data set',
			detail: progress,
			reason: takeover?.reason,
			effect: loadingEffect(facts),
			evidence: infoEvidence(
				facts,
				['persistence', 'loading_loaded_perc'],
				['persistence', 'loading_loaded_bytes', 'bytes'],
				['persistence', 'loading_total_bytes', 'bytes'],
				['persistence', 'loading_eta_seconds', 'seconds'],
			),
			meaning: 'Commands on data get the error LOADING until it is done.',
			next: [
				hint('wait: a restart begins from the start'),
				...(takeover?.next ?? []),
				redisCli(facts, 'INFO persistence'),
			],
			action: takeover?.action,
			remedy: takeover?.remedy,
		});
	},
});

export const srvLoadingStuck = rule({
	id: 'srv.loading_stuck',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether `loading_loaded_bytes` stops rising while the server loads. The finding is critical after half a minute.',
		since: '2.4',
		falsePositives: [
			'The counter does not rise while one huge key loads. The finding is therefore only a warning for half a minute.',
		],
	},
	thresholds: {
		seconds: {value: 30, unit: 'seconds', source: 'longer than one huge key takes to load'},
	},
	appliesTo: facts => facts.number('persistence', 'loading') === 1,
	raiseAfterMs: 10_000,
	needs: {loaded: increase('persistence', 'loading_loaded_bytes')},
	evaluate({loaded}, facts, limits, heldMs) {
		if (loaded > 0) {
			return clear;
		}

		const isLong = heldMs >= limits.seconds * 1000;
		const share = percent((facts.number('persistence', 'loading_loaded_perc') ?? 0) / 100);
		return fires(isLong ? 'critical' : 'info', {
			problem: 'makes no progress loading',
			detail: `at ${share} of its data set`,
			effect: loadingEffect(facts),
			evidence: infoEvidence(
				facts,
				['persistence', 'loading_loaded_bytes', 'bytes'],
				['persistence', 'loading_total_bytes', 'bytes'],
			),
			meaning: 'The disk hangs or the file is broken. The server refuses commands until the file is read.',
			next: [onHost('iostat -x 1 3'), ...logSteps(facts)],
		});
	},
});

export const srvAsyncLoading = rule({
	id: 'srv.async_loading',
	scope: 'node',
	docs: {
		looksAt: 'The rule checks whether a replica loads a new data set while it serves the old one: `async_loading:1`.',
		since: '7.0',
		falsePositives: [],
	},
	raiseAfter: 1,
	needs: {isLoading: infoNumber('persistence', 'async_loading')},
	evaluate: ({isLoading}, facts) =>
		isLoading === 1
			? fires('info', {
					problem: 'serves its old data set',
					detail: 'while a full resync loads the new one',
					effect: 'reads-stale',
					evidence: infoEvidence(facts, ['persistence', 'async_loading'], ['persistence', 'loading_loaded_perc']),
					meaning: 'Reads give data from before the full resync until it is done. Memory holds both data sets.',
					next: [hint('wait; watch used_memory against maxmemory')],
				})
			: clear,
});

export const srvShutdown = rule({
	id: 'srv.shutdown',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether the server shuts down and waits for its replicas. INFO has `shutdown_in_milliseconds` only while the server waits.',
		since: '7.0',
		falsePositives: [
			'A node that others replace meanwhile may stop: a replica, or a primary that was failed over. The finding is info then.',
			'A server that stops usually waits less than a second for its replicas, and a poll may come just then. Two polls in a row must show it.',
		],
	},
	raiseAfter: 2,
	clearAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const leftMs = facts.number('server', 'shutdown_in_milliseconds');
		if (leftMs === undefined) {
			return clear;
		}

		// A server that waits before its shutdown pauses writes and does not refuse them. Source: redis src/server.c,
		// prepareForShutdown.
		const isPlanned = isCovered(facts.record, facts.nodes);
		return fires(isPlanned ? 'info' : 'critical', {
			problem: `shuts down within ${milliseconds(leftMs)}`,
			reason: 'it only waits for its replicas',
			effect: isPlanned ? undefined : 'writes-paused',
			evidence: infoEvidence(facts, ['server', 'shutdown_in_milliseconds', 'milliseconds']),
			meaning: isPlanned
				? 'It waits for replicas of its own, and then exits. Other nodes do its work.'
				: 'It waits for replicas that are behind, lets writes wait meanwhile, and then exits.',
			next: [redisCli(facts, 'SHUTDOWN ABORT'), ...logSteps(facts)],
			action: 'shutdown-abort',
		});
	},
});

/**
Whether another server's clock differs from this machine's clock by about the same time. Then this machine's clock may
be wrong.
*/
function isSkewShared({nodes, address}: NodeFacts, skewSeconds: number, withinSeconds: number): boolean {
	return [...nodes.values()].some(({address: other, sample}) => {
		const microseconds = sample?.info.number('server', 'server_time_usec');
		return (
			other !== address &&
			sample !== undefined &&
			microseconds !== undefined &&
			Math.abs((microseconds / 1000 - sample.atMs) / 1000 - skewSeconds) < withinSeconds
		);
	});
}

export const srvClock = rule({
	id: 'srv.clock',
	scope: 'node',
	docs: {
		looksAt: "The rule compares the server's clock (`server_time_usec`) with the clock of this machine.",
		since: '6.2',
		falsePositives: [
			"A slow reply makes the server's time look older. The rule subtracts half of the round trip.",
			"The clock of this machine may be the wrong one. Where another server's clock is as far off, the finding stays info.",
		],
	},
	thresholds: {
		warning: {value: 60, unit: 'seconds', source: 'a TTL of minutes is wrong by much; log times merely mislead before'},
		skew: {value: 5, unit: 'seconds', source: 'NTP keeps clocks far closer; log times and TTLs are misread'},
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {serverMicroseconds: infoNumber('server', 'server_time_usec')},
	evaluate({serverMicroseconds}, facts, limits) {
		const {atMs = facts.nowMs, roundTripMs = 0} = facts.sample ?? {};
		const skewSeconds = (serverMicroseconds / 1000 - atMs) / 1000;
		if (Math.abs(skewSeconds) <= limits.skew + roundTripMs / 2000) {
			return clear;
		}

		const direction = skewSeconds > 0 ? 'ahead' : 'behind';
		const isWrong = Math.abs(skewSeconds) >= limits.warning && !isSkewShared(facts, skewSeconds, limits.warning);
		return fires(isWrong ? 'warning' : 'info', {
			problem: `has its clock ${seconds(Math.abs(skewSeconds))} ${direction}`,
			detail: 'compared with this machine',
			reason: isWrong ? `its keys expire that much too ${skewSeconds > 0 ? 'early' : 'late'}` : undefined,
			evidence: [
				{name: 'skew', value: skewSeconds, unit: 'seconds'},
				...infoEvidence(facts, ['stats', 'expired_keys', 'count']),
			],
			meaning:
				'When its clock jumps, a TTL set before ends early or late by as much. Times of its log and slow log are off, and so are TTLs set to a moment (EXPIREAT).',
			next: [
				onHost('timedatectl; chronyc tracking'),
				redisCli(facts, 'TIME'),
				hint('compare with a third machine: the clock of this one may be wrong'),
			],
		});
	},
});

export const serverRules = [
	srvRestarted,
	srvCrashLoop,
	srvLoading,
	srvLoadingStuck,
	srvAsyncLoading,
	srvShutdown,
	srvFailover,
	srvClock,
] as const;

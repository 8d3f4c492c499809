import {milliseconds, percent, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {increase, infoNumber, infoText} from './needs.js';
import {hint, logSteps, onHost, redisCli, statusSteps} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

export const srvRestarted = rule({
	id: 'srv.restarted',
	scope: 'node',
	docs: {
		looksAt: 'Another process answers than before (`run_id`).',
		since: '2.8',
		falsePositives: [
			'Only what was seen: a server that is young when redis-top starts may have been started on purpose.',
			'A failover that moved a DNS name shows another process too; the role then changed with it.',
		],
	},
	raiseAfter: 1,
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {},
	evaluate(_, facts) {
		const {restartedAtMs} = facts.memory;
		const agoSeconds = (facts.nowMs - (restartedAtMs ?? Number.NEGATIVE_INFINITY)) / 1000;
		if (agoSeconds > facts.threshold('srv.restarted.recent')) {
			return clear;
		}

		return fires('warning', {
			problem: `restarted ${seconds(agoSeconds)} ago`,

			evidence: infoEvidence(facts, ['server', 'uptime_in_seconds', 'seconds'], ['server', 'run_id']),
			meaning: 'Its caches are cold and its clients had to reconnect; what was not saved is lost.',
			next: [...logSteps(facts), ...statusSteps(facts), onHost('dmesg -T | grep -i "killed process"')],
		});
	},
});

export const srvLoading = rule({
	id: 'srv.loading',
	scope: 'node',
	docs: {
		looksAt: 'The server reads its data set from disk: `loading:1`.',
		since: '2.4',
		falsePositives: [
			'A replica that loads beside serving (`async_loading`) has a rule of its own.',
			"The estimate jumps and ends at 0 before the end; it is printed as the server's, not believed.",
		],
	},
	raiseAfter: 1,
	clearAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const isLoading = facts.number('persistence', 'loading') === 1 || facts.record.failure?.state === 'loading';
		if (!isLoading) {
			return clear;
		}

		const share = facts.number('persistence', 'loading_loaded_perc');
		const left = facts.number('persistence', 'loading_eta_seconds');
		const progress =
			share === undefined ? '' : `: ${percent(share / 100)}${left === undefined ? '' : `, ${seconds(left)} left`}`;
		return fires('warning', {
			problem: `is loading its data set${progress}`,

			evidence: infoEvidence(
				facts,
				['persistence', 'loading_loaded_perc'],
				['persistence', 'loading_loaded_bytes', 'bytes'],
				['persistence', 'loading_total_bytes', 'bytes'],
				['persistence', 'loading_eta_seconds', 'seconds'],
			),
			meaning: 'Commands on data are answered with LOADING until it is done.',
			next: [hint('wait: a restart begins from the start'), redisCli(facts, 'INFO persistence')],
		});
	},
});

export const srvLoadingStuck = rule({
	id: 'srv.loading_stuck',
	scope: 'node',
	docs: {
		looksAt: "Loading doesn't get on: `loading_loaded_bytes` stands still for half a minute.",
		since: '2.4',
		falsePositives: ['One huge key lets the counter rest for a while, hence the half minute.'],
	},
	appliesTo: facts => facts.number('persistence', 'loading') === 1,
	needs: {loaded: increase('persistence', 'loading_loaded_bytes')},
	evaluate({loaded}, facts, heldMs) {
		if (loaded > 0) {
			return clear;
		}

		const isLong = heldMs >= facts.threshold('srv.loading_stuck.seconds') * 1000;
		const share = percent((facts.number('persistence', 'loading_loaded_perc') ?? 0) / 100);
		return fires(isLong ? 'critical' : 'info', {
			problem: `loading stands still at ${share}`,

			evidence: infoEvidence(
				facts,
				['persistence', 'loading_loaded_bytes', 'bytes'],
				['persistence', 'loading_total_bytes', 'bytes'],
			),
			meaning: 'The disk hangs or the file is broken; the server stays closed until it is read.',
			next: [onHost('iostat -x 1 3'), ...logSteps(facts)],
		});
	},
	raiseAfterMs: 10_000,
});

export const srvAsyncLoading = rule({
	id: 'srv.async_loading',
	scope: 'node',
	docs: {
		looksAt: 'A replica takes in a new data set while it serves the old one: `async_loading:1`.',
		since: '7.0',
		falsePositives: [],
	},
	raiseAfter: 1,
	needs: {isLoading: infoNumber('persistence', 'async_loading')},
	evaluate: ({isLoading}, facts) =>
		isLoading === 1
			? fires('info', {
					problem: 'takes in a new data set and serves the old one meanwhile',

					evidence: infoEvidence(facts, ['persistence', 'async_loading'], ['persistence', 'loading_loaded_perc']),
					meaning: 'Reads are of before the synchronisation until it is done; memory holds both data sets.',
					next: [hint('wait; watch used_memory against maxmemory')],
				})
			: clear,
});

export const srvShutdown = rule({
	id: 'srv.shutdown',
	scope: 'node',
	docs: {
		looksAt:
			'The server is about to end and waits for its replicas: `shutdown_in_milliseconds`, there only while it waits.',
		since: '7.0',
		falsePositives: [],
	},
	raiseAfter: 1,
	clearAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const leftMs = facts.number('server', 'shutdown_in_milliseconds');
		if (leftMs === undefined) {
			return clear;
		}

		return fires('critical', {
			problem: `shuts down in ${milliseconds(leftMs)} at the latest`,

			evidence: infoEvidence(facts, ['server', 'shutdown_in_milliseconds', 'milliseconds']),
			meaning: 'It waits for replicas that are behind, refuses writes meanwhile, and then exits.',
			next: [redisCli(facts, 'SHUTDOWN ABORT'), ...logSteps(facts)],
			action: 'shutdown-abort',
		});
	},
});

export const srvFailover = rule({
	id: 'srv.failover',
	scope: 'node',
	docs: {
		looksAt: 'FAILOVER runs: `master_failover_state`. It takes less than a second when the replica keeps up.',
		since: '6.2',
		falsePositives: [],
	},
	raiseAfter: 1,
	needs: {phase: infoText('replication', 'master_failover_state')},
	evaluate({phase}, facts, heldMs) {
		if (phase === 'no-failover') {
			return clear;
		}

		const isLong = heldMs >= facts.threshold('srv.failover.critical') * 1000;
		return fires(isLong ? 'critical' : 'warning', {
			problem: `FAILOVER for ${seconds(heldMs / 1000)}: ${phase}`,

			evidence: infoEvidence(facts, ['replication', 'master_failover_state'], ['replication', 'connected_slaves']),
			meaning: 'Writes wait until the replica has caught up and taken over.',
			next: [redisCli(facts, 'INFO replication'), redisCli(facts, 'FAILOVER ABORT')],
			action: 'failover-abort',
		});
	},
});

export const srvClock = rule({
	id: 'srv.clock',
	scope: 'node',
	docs: {
		looksAt: "The server's clock differs from this machine's: `server_time_usec`.",
		since: '6.2',
		falsePositives: [],
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {serverMicroseconds: infoNumber('server', 'server_time_usec')},
	evaluate({serverMicroseconds}, facts) {
		const {atMs = facts.nowMs, roundTripMs = 0} = facts.sample ?? {};
		const skewSeconds = (serverMicroseconds / 1000 - atMs) / 1000;
		if (Math.abs(skewSeconds) <= facts.threshold('srv.clock.skew') + roundTripMs / 2000) {
			return clear;
		}

		const way = skewSeconds > 0 ? 'ahead of' : 'behind';
		return fires('info', {
			problem: `its clock is ${seconds(Math.abs(skewSeconds))} ${way} this machine's`,

			evidence: [{name: 'skew', value: skewSeconds, unit: 'seconds'}],
			meaning: 'Times of its log and slow log are off by as much, and so are TTLs set to a moment (EXPIREAT).',
			next: [onHost('timedatectl')],
		});
	},
});

export const serverRules = [
	srvRestarted,
	srvLoading,
	srvLoadingStuck,
	srvAsyncLoading,
	srvShutdown,
	srvFailover,
	srvClock,
] as const;

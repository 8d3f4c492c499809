import {primaryAddress} from '../derive/replication-peers.js';
import type {InfoReply} from '../domain/info-reply.js';
import {bytes, percent, seconds} from '../text/units.js';
import type {ServerAnswers} from './ladder-facts.js';

/** A state in which a server answers but refuses or cannot do some of the work that clients ask for. */
export type ServerCondition = {
	/** The first word of the error reply that clients get. It is also the key in `explanations`. */
	readonly code: string;
	readonly severity: 'info' | 'warning' | 'critical';
	/** The condition as a text that completes "10.0.1.21:6379 …". */
	readonly text: string;
};

type Answers = Pick<ServerAnswers, 'cluster' | 'config'> & {readonly info: InfoReply};
type Test = (answers: Answers) => ServerCondition | undefined;

const loading: Test = ({info}) => {
	if (info.number('persistence', 'loading') !== 1) {
		return undefined;
	}

	const share = info.number('persistence', 'loading_loaded_perc');
	const leftSeconds = info.number('persistence', 'loading_eta_seconds');
	const progress = share === undefined ? '' : `: ${percent(share / 100)} read`;
	const left = leftSeconds === undefined ? '' : `, about ${seconds(leftSeconds)} left`;
	return {code: 'LOADING', severity: 'warning', text: `is loading its data set${progress}${left} (LOADING)`};
};

/**
Tests whether writes are refused after a failed RDB save. The server refuses them only if it has save points and
`stop-writes-on-bgsave-error yes`. If redis-top may not read these settings, it assumes both.
*/
const rdbFailed: Test = ({info, config}) => {
	const isRefusing =
		info.text('persistence', 'rdb_last_bgsave_status') === 'err' &&
		config.get('stop-writes-on-bgsave-error') !== 'no' &&
		config.get('save') !== '';
	return isRefusing
		? {code: 'MISCONF_RDB', severity: 'critical', text: 'refuses writes: its last RDB save failed (MISCONF)'}
		: undefined;
};

const aofFailed: Test = ({info}) =>
	info.number('persistence', 'aof_enabled') === 1 && info.text('persistence', 'aof_last_write_status') === 'err'
		? {
				code: 'MISCONF_AOF',
				severity: 'critical',
				text: 'refuses writes: its append-only file cannot be written (MISCONF)',
			}
		: undefined;

/**
Tests whether writes are refused because used memory is above maxmemory, with the policy noeviction. The output buffers
of replicas do not count against maxmemory.
*/
const overMemory: Test = ({info}) => {
	const used = info.number('memory', 'used_memory');
	const limit = info.number('memory', 'maxmemory') ?? 0;
	const counted = (used ?? 0) - (info.number('memory', 'mem_not_counted_for_evict') ?? 0);
	const isRefusing = limit > 0 && counted > limit && info.text('memory', 'maxmemory_policy') === 'noeviction';
	return isRefusing
		? {
				code: 'OOM',
				severity: 'critical',
				text: `is over maxmemory and may evict nothing: ${bytes(used)} of ${bytes(limit)}, noeviction (OOM)`,
			}
		: undefined;
};

const lostPrimary: Test = ({info, config}) => {
	if (info.text('replication', 'role') !== 'slave' || info.text('replication', 'master_link_status') !== 'down') {
		return undefined;
	}

	const primary = primaryAddress(info) ?? '?';
	const downSeconds = info.number('replication', 'master_link_down_since_seconds');
	const what =
		downSeconds !== undefined && downSeconds < 0
			? `has no link to its primary ${primary} yet`
			: `has lost its primary ${primary}${downSeconds === undefined ? '' : ` for ${seconds(downSeconds)}`}`;
	const servesStale = config.get('replica-serve-stale-data') ?? config.get('slave-serve-stale-data');
	return servesStale === 'no'
		? {
				code: 'MASTERDOWN',
				severity: 'critical',
				text: `${what} and may not serve stale data (MASTERDOWN)`,
			}
		: {code: 'MASTERDOWN', severity: 'warning', text: `${what} and serves the data it has`};
};

const replica: Test = ({info}) =>
	info.text('replication', 'role') === 'slave' && info.number('replication', 'slave_read_only') !== 0
		? {code: 'READONLY', severity: 'info', text: 'is a replica: writes are refused (READONLY)'}
		: undefined;

const tooFewReplicas: Test = ({info, config}) => {
	const wanted = Number(config.get('min-replicas-to-write') ?? config.get('min-slaves-to-write') ?? 0);
	// INFO has the field only while `min-replicas-to-write` is in force.
	const good = info.number('replication', 'min_slaves_good_slaves');
	return info.text('replication', 'role') === 'master' && good !== undefined && wanted > 0 && good < wanted
		? {
				code: 'NOREPLICAS',
				severity: 'critical',
				text: `refuses writes: ${good} of the ${wanted} replicas that min-replicas-to-write asks for (NOREPLICAS)`,
			}
		: undefined;
};

const clusterDown: Test = ({cluster}) => {
	if (cluster.get('cluster_state') !== 'fail') {
		return undefined;
	}

	const covered = Number(cluster.get('cluster_slots_ok') ?? Number.NaN);
	const slots = Number.isFinite(covered) ? `: ${covered} of 16384 slots are served` : '';
	return {code: 'CLUSTERDOWN', severity: 'critical', text: `says that its cluster is down${slots} (CLUSTERDOWN)`};
};

const tests: readonly Test[] = [
	loading,
	clusterDown,
	rdbFailed,
	aofFailed,
	overMemory,
	lostPrimary,
	tooFewReplicas,
	replica,
];

/**
Every condition that INFO, CLUSTER INFO and the settings show, worst first. redis-top sends no write command to find
them.
*/
export function serverConditions(answers: Answers): readonly ServerCondition[] {
	const rank = {critical: 0, warning: 1, info: 2};
	return tests.flatMap(test => test(answers) ?? []).toSorted((one, other) => rank[one.severity] - rank[other.severity]);
}

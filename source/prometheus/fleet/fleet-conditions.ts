import type {Severity} from '../../domain/finding.js';
import {limitsOf, type ThresholdOverrides} from '../../domain/threshold.js';
import {cliMax} from '../../rules/client-limits.js';
import {latP99} from '../../rules/latency.js';
import {memMax} from '../../rules/memory-limit.js';
import {repLagBytes} from '../../rules/replication-lag.js';
import {milliseconds, percent, perSecond, seconds} from '../../text/units.js';
import type {FleetInstance, InstanceCondition} from './fleet-instance.js';

/** The figures from which the conditions of a server follow. */
export type InstanceFigures = Pick<
	FleetInstance,
	'state' | 'role' | 'usedBytes' | 'limitBytes' | 'evictedPerSecond' | 'rejectedPerSecond' | 'delaySeconds' | 'p99Ms'
> & {
	readonly policy: string | undefined;
	/** Whether the replica's link to its primary is up; undefined for a primary. */
	readonly isLinkUp: boolean | undefined;
	/** Connected clients as a share of maxclients, 0–1. Undefined if the share is not above the threshold. */
	readonly clientShare: number | undefined;
	/** The names of the server's series that report a failure now, such as `redis_rdb_last_bgsave_status`. */
	readonly failures: readonly string[];
	/** The server's findings, by rule. Only a server that `redis-top watch --metrics` monitors has them. */
	readonly findings: ReadonlyArray<{readonly rule: string; readonly severity: Severity}>;
};

const failureTexts: Readonly<Record<string, Omit<InstanceCondition, 'severity'> & {readonly severity: Severity}>> = {
	redis_rdb_last_bgsave_status: {rule: 'per.rdb_fail', severity: 'critical', text: 'its last RDB save failed'},
	redis_aof_last_write_status: {rule: 'per.aof_write', severity: 'critical', text: 'its last write to the AOF failed'},
	redis_aof_last_bgrewrite_status: {rule: 'per.aof_rewrite', severity: 'warning', text: 'its last AOF rewrite failed'},
	redis_loading_dump_file: {rule: 'srv.loading', severity: 'warning', text: 'loads its data and serves nothing yet'},
};

const rank = {critical: 2, warning: 1, info: 0} as const;

/**
The conditions of a server that its series show, worst first. The thresholds of the rules apply. Some rules make
exceptions by facts that no series has. The conditions of these rules are warnings at most, because an exception may
apply. The live monitor evaluates the whole rule.
*/
export function instanceConditions(figures: InstanceFigures, overrides?: ThresholdOverrides): InstanceCondition[] {
	const found: InstanceCondition[] = [];
	const add = (rule: string, severity: Severity, text: string) => found.push({rule, severity, text});
	if (figures.state === 'down') {
		add('conn.unreachable', 'critical', 'does not answer redis_exporter');
	} else if (figures.state === 'unscraped') {
		add('conn.unreachable', 'warning', 'is not scraped: Prometheus does not reach its exporter');
	}

	const {role, usedBytes, limitBytes, evictedPerSecond = 0, rejectedPerSecond = 0, policy = ''} = figures;
	const share = usedBytes === undefined || limitBytes === undefined ? 0 : usedBytes / limitBytes;
	const memory = limitsOf(memMax, overrides);
	if (share >= memory.warning) {
		const evictsAll = policy.startsWith('allkeys-');
		const isCritical = share >= memory.critical && !evictsAll && role !== 'replica';
		const severity = evictsAll && evictedPerSecond === 0 ? 'info' : isCritical ? 'critical' : 'warning';
		add('mem.max', severity, `memory at ${percent(share)} of maxmemory${policy === '' ? '' : `, ${policy}`}`);
	}

	if (evictedPerSecond > 0) {
		add('mem.evict', 'warning', `evicts ${perSecond(evictedPerSecond)} keys`);
	}

	if (rejectedPerSecond > 0) {
		add('cli.rejected', 'critical', `rejects ${perSecond(rejectedPerSecond)} connections`);
	}

	if (figures.isLinkUp === false) {
		add('rep.link_down', 'critical', 'has no link to its primary');
	}

	const {delaySeconds, clientShare} = figures;
	if (delaySeconds !== undefined) {
		const isCritical = delaySeconds > limitsOf(repLagBytes, overrides).critical;
		add('rep.lag_bytes', isCritical ? 'critical' : 'warning', `a replica is ${seconds(delaySeconds)} of writes behind`);
	}

	if (figures.p99Ms !== undefined) {
		const isCritical = figures.p99Ms >= limitsOf(latP99, overrides).critical;
		add('lat.p99', isCritical ? 'critical' : 'warning', `p99 of a command at most ${milliseconds(figures.p99Ms)}`);
	}

	if (clientShare !== undefined) {
		const isCritical = clientShare >= limitsOf(cliMax, overrides).critical;
		add('cli.max', isCritical ? 'critical' : 'warning', `clients at ${percent(clientShare)} of maxclients`);
	}

	for (const name of figures.failures) {
		const failure = failureTexts[name];
		if (failure !== undefined) {
			found.push(failure);
		}
	}

	const known = new Set(found.map(({rule}) => rule));
	for (const {rule, severity} of figures.findings) {
		if (!known.has(rule)) {
			add(rule, severity, `redis-top watch finds ${rule}`);
		}
	}

	return found.length < 2 ? found : found.sort((one, other) => rank[other.severity] - rank[one.severity]);
}

import {type Finding, findingKey, type RuleId, type Severity, severityRank} from '../domain/finding.js';
import type {NodeAddress} from '../domain/node.js';
import {fleetRules, nodeRules} from './rules/all-rules.js';

/**
One finding is the reason for others: on the same node (`here`), on the nodes that copy from it (`replicas`), on the one
it copies from (`primary`), or on any node of the deployment (`anywhere`). `*` is everything else there.
*/
export type Explanation = {
	readonly cause: RuleId;
	readonly where: 'here' | 'replicas' | 'primary' | 'anywhere';
	readonly symptoms: ReadonlyArray<RuleId | '*'>;
};

const linkSymptoms: readonly RuleId[] = ['rep.link_down', 'rep.io_stale', 'rep.sync', 'rep.disc_total'];
const followerSymptoms: readonly RuleId[] = [
	'rep.lag_ack',
	'rep.lag_bytes',
	'rep.lost',
	'rep.none',
	'rep.state',
	'rep.min_good',
	'rep.obuf',
	'mem.repl_buf',
];

/** What a cluster's nodes say of each other when the network between them is cut. */
const partedSymptoms: readonly RuleId[] = [
	'clu.view',
	'clu.state',
	'clu.node_fail',
	'clu.slots_fail',
	'clu.slots_pfail',
	'clu.coverage',
	'clu.links',
	'clu.no_replica',
	'clu.replica_unfit',
	'clu.epoch_dup',
	'rep.lost',
	'rep.none',
	'rep.state',
	'rep.min_good',
	'rep.diverged',
	'rep.link_down',
	'rep.io_stale',
	'rep.lag_ack',
];

/** Nothing of a node can be right while it doesn't answer, and neither can its replication. */
const outages: readonly RuleId[] = [
	'conn.refused',
	'conn.unreachable',
	'conn.unresponsive',
	'conn.refusing',
	'conn.auth',
	'fn.engine',
	'srv.busy',
	'srv.shutdown',
	'srv.loading',
];

/** Which finding explains which. The first row that fits counts; a cause may itself be explained. */
export const explanations: readonly Explanation[] = [
	{cause: 'fn.engine', where: 'here', symptoms: ['srv.busy']},
	...outages.flatMap((cause): Explanation[] => [
		{cause, where: 'here', symptoms: ['*']},
		{cause, where: 'replicas', symptoms: linkSymptoms},
		{cause, where: 'primary', symptoms: followerSymptoms},
	]),
	// A cut network, then what each side says of the other.
	{cause: 'clu.split', where: 'anywhere', symptoms: ['clu.minority', ...partedSymptoms]},
	{cause: 'clu.minority', where: 'anywhere', symptoms: partedSymptoms},
	{
		cause: 'clu.node_fail',
		where: 'anywhere',
		symptoms: ['clu.state', 'clu.slots_fail', 'clu.slots_pfail', 'clu.coverage', 'clu.no_replica', 'clu.replica_unfit'],
	},
	{cause: 'srv.restarted', where: 'here', symptoms: ['conn.flapping', 'rep.fullsync_storm', 'rep.lost', 'rep.none']},
	{cause: 'srv.restarted', where: 'replicas', symptoms: linkSymptoms},
	{cause: 'srv.restarted', where: 'primary', symptoms: ['rep.lost', 'rep.none', 'rep.min_good']},
	{cause: 'srv.paused', where: 'here', symptoms: ['conn.unresponsive']},
	// A disk or a folder, then the save, then the writes.
	{cause: 'per.disk', where: 'here', symptoms: ['per.rdb_fail', 'per.aof_write', 'per.aof_rewrite', 'per.fsync']},
	{cause: 'per.dir', where: 'here', symptoms: ['per.rdb_fail', 'per.aof_write', 'per.aof_rewrite']},
	{cause: 'mem.fork_room', where: 'here', symptoms: ['per.rdb_fail', 'per.aof_rewrite']},
	{cause: 'per.rdb_fail', where: 'here', symptoms: ['per.misconf', 'per.stale', 'per.dirty']},
	{cause: 'per.aof_write', where: 'here', symptoms: ['per.misconf', 'mem.aof_buf', 'per.aof_rewrite']},
	// Who holds the connections, then who gets none.
	{cause: 'cli.idle_hog', where: 'here', symptoms: ['cli.max', 'cli.rejected']},
	{cause: 'cli.max', where: 'here', symptoms: ['cli.rejected']},
	// What the one thread is busy with, then what waits for it.
	{
		cause: 'lat.on_cmds',
		where: 'here',
		symptoms: ['lat.p99', 'lat.mean_regress', 'lat.event', 'lat.slowlog_new', 'lat.eventloop', 'cpu.main', 'conn.rtt'],
	},
	{cause: 'mem.oom', where: 'here', symptoms: ['err.rate', 'err.failed']},
	{cause: 'per.misconf', where: 'here', symptoms: ['err.rate', 'err.failed']},
	// Who fills the memory, then what the server does about it.
	{cause: 'mem.clients', where: 'here', symptoms: ['mem.oom', 'mem.exceeded', 'mem.max', 'mem.evict', 'mem.overhead']},
	{cause: 'mem.repl_buf', where: 'here', symptoms: ['mem.system', 'mem.unset']},
	{cause: 'mem.policy_noop', where: 'here', symptoms: ['mem.oom', 'mem.exceeded', 'mem.max']},
	{cause: 'mem.oom', where: 'here', symptoms: ['mem.exceeded', 'mem.max', 'mem.growth']},
	{cause: 'mem.evict_storm', where: 'here', symptoms: ['mem.evict', 'mem.max', 'mem.exceeded']},
	{cause: 'mem.evict', where: 'here', symptoms: ['mem.max', 'mem.exceeded']},
	{cause: 'mem.system', where: 'here', symptoms: ['mem.swap', 'mem.fork_room', 'mem.unset']},
	{cause: 'mem.swap', where: 'here', symptoms: ['conn.rtt', 'per.fork_slow', 'per.fsync']},
	// What stops the one thread.
	{
		cause: 'cpu.steal',
		where: 'here',
		symptoms: ['lat.mean_regress', 'lat.p99', 'lat.event', 'lat.eventloop', 'conn.rtt'],
	},
	{cause: 'lat.mean_regress', where: 'here', symptoms: ['lat.p99', 'lat.slowlog_new', 'lat.eventloop', 'cpu.main']},
	{cause: 'per.fsync', where: 'here', symptoms: ['lat.event']},
	{cause: 'per.fork_slow', where: 'here', symptoms: ['conn.rtt', 'lat.event']},
	{cause: 'per.fsync', where: 'here', symptoms: ['conn.rtt', 'mem.aof_buf']},
	// Replication, from its two ends.
	{cause: 'rep.link_down', where: 'here', symptoms: ['rep.io_stale', 'rep.disc_total']},
	{cause: 'rep.link_down', where: 'primary', symptoms: followerSymptoms},
	{cause: 'rep.lag_ack', where: 'here', symptoms: ['rep.lag_bytes', 'rep.obuf', 'mem.repl_buf', 'rep.min_good']},
	{cause: 'rep.lag_bytes', where: 'here', symptoms: ['rep.obuf', 'mem.repl_buf', 'rep.min_good']},
	{cause: 'rep.lost', where: 'here', symptoms: ['rep.none', 'rep.min_good']},
	{cause: 'rep.fullsync_storm', where: 'here', symptoms: ['rep.state', 'rep.lost', 'mem.repl_buf', 'per.fork_slow']},
	{cause: 'rep.fullsync_storm', where: 'replicas', symptoms: linkSymptoms},
];

export type JoinedFinding = {
	readonly finding: Finding;
	readonly key: string;
	/** The finding that explains it in the end; undefined: it is a cause, or nothing explains it. */
	readonly causeKey: string | undefined;
	/** Of a cause: the worst of what follows from it, itself among it. */
	readonly severity: Severity;
};

/** The node that each replica copies from, as far as it is known. */
export type PrimaryOf = ReadonlyMap<NodeAddress, NodeAddress>;

function explains({cause, where, symptoms}: Explanation, one: Finding, other: Finding, primaryOf: PrimaryOf): boolean {
	if (one.rule !== cause) {
		return false;
	}

	if (where === 'anywhere') {
		return symptoms.includes(other.rule);
	}

	if (one.node === undefined || other.node === undefined) {
		return false;
	}

	const isThere =
		where === 'here'
			? one.node === other.node
			: where === 'replicas'
				? primaryOf.get(other.node) === one.node
				: primaryOf.get(one.node) === other.node;
	return (
		isThere && symptoms.some(symptom => symptom === other.rule || (symptom === '*' && !outages.includes(other.rule)))
	);
}

/** The finding that explains each, by key: the first row that fits. Info explains nothing. */
function directCauses(
	findings: readonly Finding[],
	rows: readonly Explanation[],
	primaryOf: PrimaryOf,
): Map<string, string> {
	const causes = new Map<string, string>();
	const possible = Map.groupBy(
		findings.filter(({severity}) => severity !== 'info'),
		({rule}) => rule,
	);
	for (const row of possible.size === 0 ? [] : rows) {
		for (const cause of possible.get(row.cause) ?? []) {
			for (const finding of findings) {
				const key = findingKey(finding);
				if (finding !== cause && !causes.has(key) && explains(row, cause, finding, primaryOf)) {
					causes.set(key, findingKey(cause));
				}
			}
		}
	}

	return causes;
}

/** Up to the one that nothing explains; a circle ends where it was entered. */
function rootOf(key: string, causes: ReadonlyMap<string, string>): string {
	const seen = new Set<string>();
	let current = key;
	for (
		let next = causes.get(current);
		next !== undefined && !seen.has(next) && next !== key;
		next = causes.get(current)
	) {
		seen.add(current);
		current = next;
	}

	return current;
}

const ruleOrder: ReadonlyMap<string, number> = new Map([...nodeRules, ...fleetRules].map(({id}, index) => [id, index]));
const orderOf = ({rule}: Finding): number => ruleOrder.get(rule) ?? ruleOrder.size;
const worse = (one: Severity, other: Severity): Severity => (severityRank[one] >= severityRank[other] ? one : other);

/**
The findings joined to their causes and ranked: the cause with the worst consequences first, what follows from it behind
it, then what has ended. Equals go by `weightOf` a cause and what follows from it, the lightest first, then keep the order of
the rules, and then their own.
*/
export function joinFindings(
	findings: readonly Finding[],
	primaryOf: PrimaryOf,
	rows: readonly Explanation[] = explanations,
	weightOf: (family: readonly Finding[]) => number = () => 0,
): readonly JoinedFinding[] {
	const active = findings.filter(({clearedAtMs}) => clearedAtMs === undefined);
	const causes = directCauses(active, rows, primaryOf);
	const families = new Map<string, {severity: Severity; members: Finding[]}>();
	for (const finding of active) {
		const root = rootOf(findingKey(finding), causes);
		const family = families.get(root) ?? {severity: 'info', members: []};
		family.severity = worse(family.severity, finding.severity);
		family.members.push(finding);
		families.set(root, family);
	}

	const ranked = [...families].map(([root, {severity, members}]) => {
		const inOrder = members.toSorted(
			(a, b) =>
				Number(findingKey(b) === root) - Number(findingKey(a) === root) ||
				severityRank[b.severity] - severityRank[a.severity] ||
				orderOf(a) - orderOf(b),
		);
		return {root, severity, members: inOrder, weight: weightOf(inOrder)};
	});
	ranked.sort(
		(a, b) =>
			severityRank[b.severity] - severityRank[a.severity] ||
			a.weight - b.weight ||
			(a.members[0] === undefined || b.members[0] === undefined ? 0 : orderOf(a.members[0]) - orderOf(b.members[0])),
	);
	const ended = findings
		.filter(({clearedAtMs}) => clearedAtMs !== undefined)
		.toSorted((a, b) => (b.clearedAtMs ?? 0) - (a.clearedAtMs ?? 0));
	return [
		...ranked.flatMap(({root, severity, members}) =>
			members.map(finding => {
				const key = findingKey(finding);
				return key === root
					? {finding, key, causeKey: undefined, severity}
					: {finding, key, causeKey: root, severity: finding.severity};
			}),
		),
		...ended.map(finding => ({
			finding,
			key: findingKey(finding),
			causeKey: undefined,
			severity: finding.severity,
		})),
	];
}

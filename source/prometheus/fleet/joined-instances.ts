import type {FleetInstance, InstanceCondition, InstanceState} from './fleet-instance.js';

const stateOrder: Readonly<Record<InstanceState, number>> = {up: 0, down: 1, unscraped: 2};

const severityOrder: Readonly<Record<InstanceCondition['severity'], number>> = {critical: 0, warning: 1, info: 2};

/**
Joins the rows of servers that several jobs scrape, such as redis_exporter and `redis-top watch --metrics`. One process
then has one row. If the joined rows have different values, a row whose state is up counts first. Then the row with more
labels counts.

@param runIdOf Returns the `run_id` of the process by the row's key; undefined if no series has it.
*/
export function joinedInstances(
	instances: readonly FleetInstance[],
	runIdOf: (key: string) => string | undefined,
): FleetInstance[] {
	const byProcess = new Map<string, FleetInstance[]>();
	for (const instance of instances) {
		const process = runIdOf(instance.key) || instance.key;
		const rows = byProcess.get(process);
		if (rows === undefined) {
			byProcess.set(process, [instance]);
		} else {
			rows.push(instance);
		}
	}

	return [...byProcess.values()].flatMap(rows => (rows.length === 1 ? rows : [joined(rows)]));
}

const labelCount = ({labels}: FleetInstance): number => Object.keys(labels).length;

function joined(rows: readonly FleetInstance[]): FleetInstance {
	const [first, ...others] = rows.toSorted(
		(one, other) =>
			stateOrder[one.state] - stateOrder[other.state] ||
			labelCount(other) - labelCount(one) ||
			(one.key < other.key ? -1 : 1),
	) as [FleetInstance, ...FleetInstance[]];
	const known = <Key extends keyof FleetInstance>(key: Key): FleetInstance[Key] =>
		first[key] ?? (others.find(each => each[key] !== undefined)?.[key] as FleetInstance[Key]);
	// The condition of one rule may come from the series of several jobs. The most severe one counts.
	const conditions = new Map<string, InstanceCondition>();
	for (const condition of [first, ...others].flatMap(each => each.conditions)) {
		const before = conditions.get(condition.rule);
		if (before === undefined || severityOrder[condition.severity] < severityOrder[before.severity]) {
			conditions.set(condition.rule, condition);
		}
	}

	return {
		...first,
		endpoint: known('endpoint'),
		address: known('address'),
		role: first.role === 'unknown' ? (others.find(({role}) => role !== 'unknown')?.role ?? 'unknown') : first.role,
		version: known('version'),
		usedBytes: known('usedBytes'),
		limitBytes: known('limitBytes'),
		operationsPerSecond: known('operationsPerSecond'),
		rejectedPerSecond: known('rejectedPerSecond'),
		evictedPerSecond: known('evictedPerSecond'),
		delaySeconds: known('delaySeconds'),
		p99Ms: known('p99Ms'),
		conditions: [...conditions.values()].sort(
			(one, other) => severityOrder[one.severity] - severityOrder[other.severity],
		),
		alerts: [...new Set([first, ...others].flatMap(({alerts}) => alerts))],
		also: others.map(({key, labels}) => ({key, labels})),
	};
}

import {badness, type FleetInstance} from '../../prometheus/fleet/fleet-instance.js';
import {filterRows} from '../../text/list.js';
import {naturalOrder} from '../../text/natural-order.js';
import type {FleetSort, FleetView} from './fleet-view.js';

/** A group of servers: those of one deployment, or those with the same value of a label. */
export type FleetGroup = {
	readonly kind: 'group';
	readonly key: string;
	readonly name: string;
	/** The servers, in the order of the list. */
	readonly members: readonly FleetInstance[];
	readonly isFolded: boolean;
};

export type FleetRow =
	| FleetGroup
	| {readonly kind: 'instance'; readonly key: string; readonly instance: FleetInstance; readonly isInGroup: boolean};

/**
For each server, the memoized text that the filter searches: names, labels, role, version, state, conditions and alerts.
*/
const searchTexts = new WeakMap<FleetInstance, string>();

function searchText(instance: FleetInstance): string {
	const known = searchTexts.get(instance);
	if (known !== undefined) {
		return known;
	}

	const {name, deployment, role, version = '', state, conditions, alerts, labels} = instance;
	const text = [
		name,
		deployment,
		role,
		version,
		state,
		...conditions.flatMap(({rule, severity}) => [rule, severity]),
		...alerts,
		...Object.entries(labels).map(([label, value]) => `${label}=${value}`),
	].join(' ');
	searchTexts.set(instance, text);
	return text;
}

export const memoryShare = ({usedBytes, limitBytes}: FleetInstance): number | undefined =>
	usedBytes === undefined || limitBytes === undefined ? undefined : usedBytes / limitBytes;

/**
For each order of the list, the number by which servers are sorted, largest first. Servers whose number is undefined
come last.
*/
const sortNumber: Readonly<Record<Exclude<FleetSort, 'name'>, (instance: FleetInstance) => number | undefined>> = {
	worst: badness,
	memory: memoryShare,
	operations: ({operationsPerSecond}) => operationsPerSecond,
	evicted: ({evictedPerSecond}) => evictedPerSecond,
	delay: ({delaySeconds}) => delaySeconds,
};

type Placed = {readonly instance: FleetInstance; readonly number: number; readonly share: number};

/**
Compares two servers by `number`, the value of the chosen order. Equal servers are compared by the number of conditions,
then by the used share of memory. The largest comes first. Servers that are still equal are ordered by name.
*/
function order(one: Placed, other: Placed): number {
	return (
		other.number - one.number ||
		other.instance.conditions.length - one.instance.conditions.length ||
		other.share - one.share ||
		naturalOrder(one.instance.name, other.instance.name)
	);
}

function sorted(instances: readonly FleetInstance[], {sort, isInverted}: FleetView): FleetInstance[] {
	if (sort === 'name') {
		const byName = instances.toSorted((one, other) => naturalOrder(one.name, other.name));
		return isInverted ? byName.reverse() : byName;
	}

	const number = sortNumber[sort];
	const placed = instances.map((instance): Placed => {
		const value = number(instance);
		return {
			instance,
			number: value === undefined ? Number.NEGATIVE_INFINITY : isInverted ? -value : value,
			share: memoryShare(instance) ?? 0,
		};
	});
	return placed.sort(order).map(({instance}) => instance);
}

const groupName = (instance: FleetInstance, groupBy: string): string =>
	groupBy === 'deployment' ? instance.deployment : (instance.labels[groupBy] ?? 'without the label');

let last:
	| {readonly instances: readonly FleetInstance[]; readonly view: FleetView; readonly rows: readonly FleetRow[]}
	| undefined;

const isSameList = (one: FleetView, other: FleetView): boolean =>
	one.sort === other.sort &&
	one.isInverted === other.isInverted &&
	one.filter === other.filter &&
	one.groupBy === other.groupBy &&
	one.folded === other.folded;

/**
The rows of the list, filtered, sorted and grouped. A group stands where the first of its servers would stand in the
sorted list. A deployment of one server has no group row. The last result is memoized.
*/
export function fleetRows(instances: readonly FleetInstance[], view: FleetView): readonly FleetRow[] {
	if (last?.instances === instances && isSameList(last.view, view)) {
		return last.rows;
	}

	const rows = madeRows(instances, view);
	last = {instances, view, rows};
	return rows;
}

function madeRows(instances: readonly FleetInstance[], view: FleetView): readonly FleetRow[] {
	const {filter, groupBy, folded} = view;
	const found = sorted(filterRows(instances, filter, searchText), view);
	if (groupBy === undefined) {
		return found.map(instance => ({kind: 'instance', key: instance.key, instance, isInGroup: false}));
	}

	const groups = new Map<string, FleetInstance[]>();
	for (const instance of found) {
		const name = groupName(instance, groupBy);
		const members = groups.get(name);
		if (members === undefined) {
			groups.set(name, [instance]);
		} else {
			members.push(instance);
		}
	}

	const rows: FleetRow[] = [];
	for (const [name, members] of groups) {
		const isInGroup = members.length > 1 || groupBy !== 'deployment';
		const key = `group ${name}`;
		const isFolded = isInGroup && folded.has(key);
		if (isInGroup) {
			rows.push({kind: 'group', key, name, members, isFolded});
		}

		if (!isFolded) {
			for (const instance of members) {
				rows.push({kind: 'instance', key: instance.key, instance, isInGroup});
			}
		}
	}

	return rows;
}

/**
The groupings that the grouping key steps through: by deployment, by each useful label, and no grouping. A useful label
has at least two values, and at most half as many values as there are servers.
*/
export function groupings(instances: readonly FleetInstance[]): ReadonlyArray<string | undefined> {
	const values = new Map<string, Set<string>>();
	for (const {labels} of instances) {
		for (const [label, value] of Object.entries(labels)) {
			const known = values.get(label);
			if (known === undefined) {
				values.set(label, new Set([value]));
			} else {
				known.add(value);
			}
		}
	}

	const useful = [...values]
		// The grouping by deployment already uses the label `deployment`.
		.filter(
			([label, {size}]) => !['__name__', 'deployment'].includes(label) && size > 1 && size <= instances.length / 2,
		)
		.map(([label]) => label)
		.sort();
	return ['deployment', ...useful, undefined];
}

import type {NodeAddress} from '../domain/node.js';
import type {MonitoredPrimary} from '../domain/sentinel.js';
import type {NodeFacts} from './node-facts.js';
import type {FleetFacts} from './rule.js';

/** What one sentinel that answers says of a primary. */
export type SentinelWord = {readonly sentinel: NodeFacts; readonly primary: MonitoredPrimary};

/** A primary that sentinels watch, by name, with what each of them says. */
export type MonitoredGroup = {readonly name: string; readonly words: readonly SentinelWord[]};

/** Of the sentinels that answer now; an answer from before has no say. */
export function monitoredGroups({nodes}: FleetFacts): MonitoredGroup[] {
	const words = [...nodes.values()].flatMap(sentinel =>
		sentinel.record.role === 'sentinel' && sentinel.record.failure === undefined
			? (sentinel.record.sentinel?.value.primaries ?? []).map(primary => ({sentinel, primary}))
			: [],
	);
	return [...Map.groupBy(words, ({primary}) => primary.name)].map(([name, group]) => ({name, words: group}));
}

/** The words that a condition holds for, with the sentinels that say so: `127.0.0.1:26379, 127.0.0.1:26380`. */
export function sayingSo(
	{words}: MonitoredGroup,
	holds: (primary: MonitoredPrimary) => boolean,
): {readonly first: SentinelWord | undefined; readonly sentinels: readonly NodeAddress[]} {
	const found = words.filter(({primary}) => holds(primary));
	return {first: found[0], sentinels: found.map(({sentinel}) => sentinel.address)};
}

import type {ClientRow} from '../domain/client.js';
import type {Name} from '../domain/message.js';
import {namedClients} from './client-names.js';
import type {NodeFacts} from './node-facts.js';

/** Least share of `maxmemory` by which memory must have grown since a client came, so that the client fills it. */
const leastGrowth = 0.2;
/** How many times faster memory must have grown since the client came than before. */
const muchFaster = 4;
/** Fewest readings of memory from before the client came. */
const fewestBefore = 5;

/**
The name among the writers that came while redis-top watched, where memory has grown since, and hardly before. Its
connections are all younger than the growth, and those of all other writers are older. Undefined if there is none.
*/
export function newWriter(facts: NodeFacts, clients: readonly ClientRow[]): Name | undefined {
	const limit = facts.number('memory', 'maxmemory') ?? 0;
	const groups = [...Map.groupBy(clients, ({name}) => name)].map(([name, rows]) => ({
		name,
		rows,
		ages: rows.map(({ageSeconds}) => ageSeconds),
	}));
	const [newest, ...others] = groups.toSorted((one, other) => Math.max(...one.ages) - Math.max(...other.ages));
	if (limit === 0 || newest === undefined || newest.name === '' || others.length === 0) {
		return undefined;
	}

	const {intervalMs, series} = facts.record;
	const since = Math.ceil((Math.max(...newest.ages) * 1000) / intervalMs) + 1;
	const used = (series.get('usedMemory')?.latest(2 * since + fewestBefore) ?? []).filter(value => value !== undefined);
	const start = used.at(-since);
	const [first] = used;
	const before = used.length - since;
	if (start === undefined || first === undefined || before < fewestBefore) {
		return undefined;
	}

	const wereThere = others.every(({ages}) => Math.min(...ages) * 1000 > (since + fewestBefore) * intervalMs);
	const grown = (used.at(-1) ?? start) - start;
	const isFaster = grown / since >= (muchFaster * Math.max(0, start - first)) / before;
	return wereThere && grown >= leastGrowth * limit && isFaster ? namedClients(newest.rows)[0]?.name : undefined;
}

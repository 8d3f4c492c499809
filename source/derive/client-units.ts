import {type ClientMemory, type ClientRow, clientMemoryFigures} from '../domain/client.js';
import {takesByteUnitOf} from '../text/units.js';
import type {ClientReading} from './node-record.js';

/** Largest number of clients whose units are kept. Nobody reads the units of a longer list from one reading to the next. */
const mostClients = 1000;

/**
The later of two client lists, with the figures in whose units the later figures are shown. A buffer that moves around
1 MB thus keeps its unit, and falls back to kilobytes only below half a megabyte.
*/
export function withKeptUnits(earlier: ClientReading | undefined, later: ClientReading): ClientReading {
	if (earlier === undefined || earlier === later || later.value.length > mostClients) {
		return later;
	}

	const before = new Map(earlier.value.map(client => [client.id, client]));
	let hasKept = false;
	const value = later.value.map(client => {
		const unitsOf = keptUnits(before.get(client.id), client);
		hasKept ||= unitsOf !== undefined;
		return unitsOf === undefined ? client : {...client, unitsOf};
	});
	return hasKept ? {...later, value} : later;
}

function keptUnits(before: ClientRow | undefined, after: ClientRow): Partial<ClientMemory> | undefined {
	const kept = clientMemoryFigures.flatMap(name => {
		const [was, now] = [before?.unitsOf?.[name] ?? before?.[name], after[name]];
		return was === undefined || now === undefined || !takesByteUnitOf(now, was) ? [] : [[name, was] as const];
	});
	return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

import type {ClientReading} from './node-record.js';

/** A client that had just connected when CLIENT LIST was read. */
export type Newcomer = {
	readonly id: number;
	/** The client's name, or the host of its address if it has no name. */
	readonly key: string;
};

/** The clients that had just connected, in each of the last readings of CLIENT LIST; the newest reading comes last. */
export type SeenNewcomers = ReadonlyArray<{readonly atMs: number; readonly clients: readonly Newcomer[]}>;

/** Number of readings that are remembered. */
const readingsKept = 10;
/** Most clients that are remembered of one reading. */
const clientsKept = 50;
/** Time for which a reading is remembered, in milliseconds. */
const keptMs = 60_000;

/** The host of a client's address: `10.0.0.5` of `10.0.0.5:41000`. */
const hostOf = (address: string): string => address.replace(/:\d+$/, '');

/**
The clients that had just connected, after another reading of CLIENT LIST. A connection that lives for milliseconds is in
few readings, so several of them are needed to see whose they are. Clients that are still there have not connected for
one request, and are left out of the earlier readings.
*/
export function nextNewcomers(seen: SeenNewcomers, {atMs, value}: ClientReading): SeenNewcomers {
	const clients = value
		.filter(({ageSeconds, name, flags}) => ageSeconds === 0 && name !== 'redis-top' && !/[MS]/.test(flags))
		.slice(-clientsKept)
		.map(({id, name, address}) => ({id, key: name === '' ? hostOf(address) : name}));
	if (seen.length === 0 && clients.length === 0) {
		return seen;
	}

	const ids = new Set(value.map(({id}) => id));
	const earlier = seen
		.filter(reading => atMs - reading.atMs < keptMs)
		.map(reading => ({...reading, clients: reading.clients.filter(({id}) => !ids.has(id))}))
		.filter(reading => reading.clients.length > 0);
	return [...earlier, ...(clients.length === 0 ? [] : [{atMs, clients}])].slice(-readingsKept);
}

/** Whose most of the newcomers are: their name, or their host without a name; undefined if nobody has more than half. */
export function mainNewcomer(seen: SeenNewcomers): string | undefined {
	const keys = seen.flatMap(({clients}) => clients.map(({key}) => key));
	const [first] = [...Map.groupBy(keys, key => key)].toSorted(([, one], [, other]) => other.length - one.length);
	return first !== undefined && first[1].length > keys.length / 2 ? first[0] : undefined;
}

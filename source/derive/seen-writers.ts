import type {ClientReading} from './node-record.js';

/** Commands with which clients of a cache usually add data. Source: https://redis.io/docs/latest/commands/ */
export const addingCommands: ReadonlySet<string> = new Set([
	'set',
	'setex',
	'psetex',
	'mset',
	'append',
	'setnx',
	'getset',
	'setrange',
	'hset',
	'hmset',
	'lpush',
	'rpush',
	'sadd',
	'zadd',
	'xadd',
	'restore',
	'json.set',
]);

/**
Commands that change a value, and add a key only where there is none: a limiter counts the calls of each minute with a
key of its own.
*/
export const countingCommands: ReadonlySet<string> = new Set([
	...['incr', 'incrby', 'incrbyfloat', 'decr', 'decrby', 'hincrby', 'hincrbyfloat', 'hsetnx', 'zincrby'],
	...['setbit', 'pfadd'],
]);

/** The names of the clients whose last command was a certain writing command, in one reading of CLIENT LIST. */
type WritersAtOnce = ReadonlyMap<string, ReadonlySet<string>>;

/** The clients that wrote, in each of the last readings of CLIENT LIST; the newest reading comes last. */
export type SeenWriters = readonly WritersAtOnce[];

/** Number of readings that are remembered. Where memory is full, CLIENT LIST is read every few seconds. */
const readingsKept = 10;
/** Longest time since the last command of a client that still writes, in seconds. */
const activeSeconds = 2;

/** The clients that wrote, after another reading of CLIENT LIST. A client without a name has its address as its name. */
export function nextWriters(seen: SeenWriters, {value}: ClientReading): SeenWriters {
	const writers = new Map<string, Set<string>>();
	for (const {command, name, address, idleSeconds, flags} of value) {
		const lower = command.toLowerCase();
		const writes = addingCommands.has(lower) || countingCommands.has(lower);
		if (writes && idleSeconds <= activeSeconds && !/[MS]/.test(flags)) {
			const names = writers.get(lower) ?? new Set();
			writers.set(lower, names.add(name === '' ? address : name));
		}
	}

	return [...seen, writers].slice(-readingsKept);
}

/** Multiple of the readings of any other name from which a name is that of the main writer. */
const clearlyMore = 2;

/** Fewest readings in which a name that began to write later must be, so that it may be the main writer. */
const fewestOfLater = 2;

/** The names that any of the last readings show with a writing command. */
export const seenNames = (seen: SeenWriters, command: string): ReadonlySet<string> =>
	new Set(seen.flatMap(reading => [...(reading.get(command) ?? [])]));

/**
The name that far more readings show with a writing command than any other name. A reading shows only the last command of
each connection. A client that writes now and then is in some readings, and the main writer is in nearly all. Undefined
if no name stands out. A name that began to write later is compared over the readings since: it was not there before.
*/
export function mainWriter(seen: SeenWriters, command: string): string | undefined {
	const counts = new Map<string, number>();
	for (const reading of seen) {
		for (const name of reading.get(command) ?? []) {
			counts.set(name, (counts.get(name) ?? 0) + 1);
		}
	}

	const [first, ...others] = [...counts].toSorted((one, other) => other[1] - one[1]);
	if (first === undefined || first[1] < clearlyMore * (others[0]?.[1] ?? 0)) {
		return undefined;
	}

	const [name] = first;
	const isRival = ([other, count]: readonly [string, number]): boolean => {
		const since = seen.slice(seen.findIndex(reading => reading.get(command)?.has(other)));
		const shared = since.filter(reading => reading.get(command)?.has(name)).length;
		return count >= fewestOfLater && shared < clearlyMore * count;
	};
	return others.some(isRival) ? undefined : name;
}

import {libraryOf} from '../../derive/client-groups.js';
import {bytesOf} from '../../derive/client-rates.js';
import {drainSeconds} from '../../derive/watched-keys.js';
import {watchedPlace} from '../../domain/watched-key.js';
import type {NodeRecord} from '../../state/monitor-state.js';

/** Number of clients that are listed for a node. The clients that move most bytes are listed. */
const listedTalkers = 20;

/**
The clients that move most bytes, busiest first. Null where the server doesn't count bytes for each client, and until
CLIENT LIST was read twice.
*/
export function talkersPart({clients, failure}: NodeRecord) {
	const rows = failure === undefined ? (clients?.value ?? []) : [];
	const talkers = rows.flatMap(client => (client.perSecond === undefined ? [] : [{client, rates: client.perSecond}]));
	return talkers.length === 0
		? null
		: talkers
				.sort((one, other) => bytesOf(other.rates) - bytesOf(one.rates))
				.slice(0, listedTalkers)
				.map(({client, rates}) => ({
					name: client.name,
					address: client.address,
					user: client.user ?? null,
					library: client.libraryName ? libraryOf(client) : null,
					inBytesPerSecond: rates.inBytes,
					outBytesPerSecond: rates.outBytes,
					commandsPerSecond: rates.commands,
				}));
}

/**
How the main thread spent the time between two samples, in parts whose shares add up to 1. Null while it can't be
computed, such as before the second sample or while the node doesn't answer.
*/
export function mainThreadPart({mainThread, failure}: NodeRecord) {
	return failure !== undefined || mainThread === undefined
		? null
		: mainThread.map(({id, name, share, field}) => ({id, name, share, field: field ?? null}));
}

/**
The number of keys by type and size. Null if the server doesn't count keys by size, and until INFO keysizes was read.
*/
export function keySizesPart({keySizes}: NodeRecord) {
	return keySizes === undefined || !keySizes.value.now.isTold
		? null
		: keySizes.value.now.rows.map(({database, type, unit, bins}) => ({
				database,
				type,
				/** The unit of the bins' sizes: `bytes` or `items`. */
				unit,
				/** Each bin counts the keys whose size is at least `least` and less than twice `least`. */
				bins: bins.map(({least, keys}) => ({least, keys})),
			}));
}

/**
The keys of `--watch-key` that the node holds. Null if the node holds none of these keys, and before they were read.
*/
export function watchedKeysPart({watched}: NodeRecord, nowMs: number) {
	return watched === undefined
		? null
		: watched.value.keys.map(watchedKey => ({
				...watchedPlace(watchedKey.key),
				ageMs: Math.max(0, nowMs - watched.atMs),
				/** The reply to TYPE: `stream`, for example; `none` for a key that does not exist. */
				type: watchedKey.type ?? null,
				length: watchedKey.length ?? null,
				/** The change of `length` per second: negative while the key shrinks, null with fewer than two readings. */
				growthPerSecond: watchedKey.growthPerSecond ?? null,
				drainSeconds: drainSeconds(watchedKey) ?? null,
				groups: watchedKey.groups.map(({groupName, consumers, pending, lag, stillMs}) => ({
					name: groupName,
					consumers: consumers ?? null,
					pending: pending ?? null,
					lag: lag ?? null,
					/** Seconds since the reading in which redis-top first saw the group's present last-delivered id. */
					stillSeconds: stillMs / 1000,
				})),
			}));
}

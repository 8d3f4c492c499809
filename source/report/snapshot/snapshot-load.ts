import {libraryOf} from '../../derive/client-groups.js';
import {bytesOf} from '../../derive/client-rates.js';
import type {NodeRecord} from '../../state/monitor-state.js';

/** Number of clients that are listed for a node: those that move most bytes. */
const listedTalkers = 20;

/** The clients that move most bytes, busiest first; null where the server doesn't count, and until two lists were read. */
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

/** What the main thread did between two samples, in parts whose shares add up to 1; null where it can't be known. */
export function mainThreadPart({mainThread, failure}: NodeRecord) {
	return failure !== undefined || mainThread === undefined
		? null
		: mainThread.map(({id, name, share, field}) => ({id, name, share, field: field ?? null}));
}

/** The keys by type and size; null where the server doesn't count them by size, and until it was asked. */
export function keySizesPart({keySizes}: NodeRecord) {
	return keySizes === undefined || !keySizes.value.now.isTold
		? null
		: keySizes.value.now.rows.map(({database, type, unit, bins}) => ({
				database,
				type,
				/** What the sizes of the bins count: `bytes` or `items`. */
				unit,
				/** Keys whose size is at least `least` and less than twice that. */
				bins: bins.map(({least, keys}) => ({least, keys})),
			}));
}

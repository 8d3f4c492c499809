import type {ClientRow, ClientTraffic} from '../domain/client.js';
import type {NodeSample} from '../domain/sample.js';
import {withKeptUnits} from './client-units.js';
import type {ClientReading} from './node-record.js';

/**
Shortest time between two readings of CLIENT LIST from which rates are computed, in milliseconds. Rates over less time
are unreliable.
*/
const shortestMs = 200;

/**
The client list after a poll, with each client's rates since the previous list (`kept`). If the poll did not read CLIENT
LIST, the result is `kept`.
*/
export function clientReading(
	kept: ClientReading | undefined,
	came: readonly ClientRow[] | undefined,
	{atMs, elapsedMs}: Pick<NodeSample, 'atMs' | 'elapsedMs'>,
): ClientReading | undefined {
	return came === undefined ? kept : withKeptUnits(kept, clientsSince(kept, {atMs, elapsedMs, value: came}));
}

/**
The later of two client lists of one process, with each client's rates between the lists. All rates are undefined
without an earlier list, and when the server doesn't count traffic.

A client that is missing from the earlier list connected since then, so its totals count from 0. The traffic of a client
that came and went between the two lists is not counted.
*/
export function clientsSince(earlier: ClientReading | undefined, later: ClientReading): ClientReading {
	const overMs = (later.elapsedMs ?? 0) - (earlier?.elapsedMs ?? 0);
	const isComparable = earlier?.elapsedMs !== undefined && later.elapsedMs !== undefined && overMs >= shortestMs;
	if (!isComparable || later.value.every(({totals}) => totals === undefined)) {
		const isPlain = later.value.every(({perSecond}) => perSecond === undefined);
		return isPlain ? later : {...later, overMs: undefined, value: later.value.map(withoutRates)};
	}

	const before = new Map(earlier.value.map(client => [client.id, client.totals]));
	const value = later.value.map(client => ({
		...client,
		perSecond: trafficRate(before.has(client.id) ? before.get(client.id) : none, client.totals, overMs),
	}));
	return {...later, overMs, value};
}

const withoutRates = (client: ClientRow): ClientRow => ({...client, perSecond: undefined});

const none: ClientTraffic = {inBytes: 0, outBytes: 0, commands: 0};

/** The growth of the totals per second; undefined when a total is unknown or fell. */
function trafficRate(
	before: ClientTraffic | undefined,
	after: ClientTraffic | undefined,
	overMs: number,
): ClientTraffic | undefined {
	if (before === undefined || after === undefined) {
		return undefined;
	}

	const perSecond = (name: keyof ClientTraffic) => ((after[name] - before[name]) * 1000) / overMs;
	const rates = {
		inBytes: perSecond('inBytes'),
		outBytes: perSecond('outBytes'),
		commands: perSecond('commands'),
	};
	return Object.values(rates).some(rate => rate < 0) ? undefined : rates;
}

/** Whether any client has traffic totals, which shows that the server counts them. */
export const countsTraffic = (clients: readonly ClientRow[]): boolean =>
	clients.some(({totals}) => totals !== undefined);

/** The sum of the rates of some clients; undefined when no client has rates. */
export function sumOfRates(clients: readonly ClientRow[]): ClientTraffic | undefined {
	const sum = {inBytes: 0, outBytes: 0, commands: 0};
	let isKnown = false;
	for (const {perSecond} of clients) {
		if (perSecond !== undefined) {
			isKnown = true;
			sum.inBytes += perSecond.inBytes;
			sum.outBytes += perSecond.outBytes;
			sum.commands += perSecond.commands;
		}
	}

	return isKnown ? sum : undefined;
}

/** Bytes in both directions per second. */
export const bytesOf = ({inBytes, outBytes}: ClientTraffic): number => inBytes + outBytes;

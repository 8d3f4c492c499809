import type {Clock} from '../domain/clock.js';
import {type BurstPing, isResent} from '../domain/closer-look.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {type RedisPort, ReplyFailure} from '../wire/redis-port.js';

export type PingBurstOptions = {
	readonly settings: ConnectionSettings;
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
};

/**
Number of connections. With two, a reply that comes late by a lost packet differs from a server that stands still: the
other connection gets its replies meanwhile.
*/
const connections = 2;
/**
Milliseconds after which a connection that does not stand gets a substitute. The kernel sends a lost packet of a new
connection again only after a second, and the next after two more.
*/
const substituteMs = 500;
/** Pause after each PING of a connection, in milliseconds, and the pause once a reply came late. */
const [pauseMs, shortPauseMs] = [50, 20];
/** Number of PINGs after which a burst without a late reply ends. */
const fewestPings = 40;
/** Milliseconds after which a burst without a late reply ends: a distant server gets fewer PINGs. */
const shortestMs = 900;
/** Most PINGs of a burst. */
const mostPings = 120;
/** Milliseconds after which no further PING is sent. */
const longestMs = 3500;
/** Number of late replies that are enough. */
const enoughLate = 5;
/** Milliseconds by which another reply must have come earlier. Replies that redis-top itself read late come together. */
const earlierMs = 100;

type Measured = {readonly connection: number; readonly sentMs: number; readonly cameMs: number};

const tripOf = ({sentMs, cameMs}: Measured): number => cameMs - sentMs;

/** Whether another connection sent a PING after this one, and got the reply long before. */
const isOvertaken = (one: Measured, all: readonly Measured[]): boolean =>
	all.some(
		other =>
			other.connection !== one.connection &&
			other.sentMs >= one.sentMs &&
			other.cameMs <= one.cameMs - earlierMs &&
			tripOf(other) < tripOf(one) / 2,
	);

/**
Number of replies that were late on the way. Replies that came late on both connections at once say nothing of the way,
so they don't lengthen the burst.
*/
function lateOf(all: readonly Measured[]): number {
	const quickest = Math.min(...all.map(tripOf));
	return all.filter(one => isResent(tripOf(one), quickest) && isOvertaken(one, all)).length;
}

function hasEnough(all: readonly Measured[], sinceMs: number): boolean {
	const late = lateOf(all);
	return late === 0
		? all.length >= fewestPings || sinceMs >= shortestMs
		: late >= enoughLate || all.length >= mostPings || sinceMs >= longestMs;
}

/**
Opens connections, and substitutes for those that do not stand soon. One connection alone shows nothing. Resolves with
the first ones that stand, or with fewer where the server takes no more; the others are closed. Never rejects.
*/
async function openedPorts({settings, openPort, clock, signal}: PingBurstOptions): Promise<readonly RedisPort[]> {
	const ports: RedisPort[] = [];
	const opened: RedisPort[] = [];
	const enough = Promise.withResolvers<void>();
	async function open(): Promise<void> {
		const port = openPort(settings);
		ports.push(port);
		try {
			await port.open();
			opened.push(port);
		} catch {
			// The polls report why a connection fails.
		}

		if (opened.length === connections) {
			enough.resolve();
		}
	}

	const openAll = () => Promise.all(Array.from({length: connections}, open));
	const first = openAll();
	const isOver = new AbortController();
	const settled = Promise.race([first, enough.promise]).then(() => true);
	const waited = clock.sleep(substituteMs, AbortSignal.any([signal, isOver.signal])).then(() => false);
	const areSettled = await Promise.race([settled, waited]);
	isOver.abort();
	if (!areSettled && !signal.aborted) {
		await Promise.race([Promise.all([first, openAll()]), enough.promise]);
	}

	const taken = opened.slice(0, connections);
	for (const port of ports.filter(each => !taken.includes(each))) {
		port.close();
	}

	return taken;
}

/**
Sends PINGs quickly over two connections of their own, one at a time on each, until it is known whether replies come
late by the time in which a lost packet is sent again. 40 PINGs take the server about a millisecond. While the server
loads, or refuses PING, nothing is measured. Resolves with the PINGs that were answered. Never rejects.
*/
export async function pingBurst({settings, openPort, clock, signal}: PingBurstOptions): Promise<readonly BurstPing[]> {
	const all: Measured[] = [];
	const ports = await openedPorts({settings, openPort, clock, signal});
	const startedMs = clock.elapsed();
	const isOver = () => signal.aborted || hasEnough(all, clock.elapsed() - startedMs);

	async function measure(port: RedisPort, connection: number): Promise<void> {
		try {
			while (port.isOpen && !isOver()) {
				const sentMs = clock.elapsed();
				const [reply] = await port.ask([['PING']], settings.timeoutMs);
				if (reply instanceof ReplyFailure) {
					return;
				}

				all.push({connection, sentMs, cameMs: clock.elapsed()});
				await clock.sleep(lateOf(all) > 0 ? shortPauseMs : pauseMs, signal);
			}
		} catch {
			// The polls report why a connection fails.
		}
	}

	await Promise.all(ports.map(measure));
	for (const port of ports) {
		port.close();
	}

	return all.map(one => ({roundTripMs: tripOf(one), isOvertaken: isOvertaken(one, all)}));
}

import type {Clock} from '../domain/clock.js';
import {type BurstPing, isResent} from '../domain/closer-look.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {type RedisPort, ReplyFailure, WireFailure} from '../wire/redis-port.js';

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
/**
Number of times that connections are opened. At 20 % loss in each direction, a connection stands within a second in half of
the cases.
*/
const openings = 4;
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

/** Milliseconds above the quickest reply for which the next one is awaited before a burst without late replies ends. */
const ordinaryMs = 20;

/** The PINGs of a burst: those that were answered, and those that wait for a reply, as if it came now. */
type Burst = {readonly answered: readonly Measured[]; readonly pending: readonly Measured[]};

const quickestOf = ({answered}: Burst): number => Math.min(...answered.map(tripOf));

/**
Number of replies that were late on the way. Replies that came late on both connections at once say nothing of the way,
so they don't lengthen the burst. A reply that has not come counts once it is late.
*/
function lateOf(burst: Burst): number {
	const quickest = quickestOf(burst);
	const all = [...burst.answered, ...burst.pending];
	return all.filter(one => isResent(tripOf(one), quickest) && isOvertaken(one, all)).length;
}

function hasEnough(burst: Burst, sinceMs: number): boolean {
	const {answered, pending} = burst;
	const late = lateOf(burst);
	if (late > 0) {
		return late >= enoughLate || answered.length >= mostPings || sinceMs >= longestMs;
	}

	// While one connection waits, the other must go on: one alone cannot show that the server was free.
	const isWaiting = pending.some(one => tripOf(one) > quickestOf(burst) + ordinaryMs);
	return !isWaiting && (answered.length >= fewestPings || sinceMs >= shortestMs);
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

	const openAll = async (): Promise<void> => {
		await Promise.all(Array.from({length: connections}, open));
	};
	let all = openAll();
	for (let times = 1; times < openings; times++) {
		const isOver = new AbortController();
		const settled = Promise.race([all, enough.promise]).then(() => true);
		const waited = clock.sleep(substituteMs, AbortSignal.any([signal, isOver.signal])).then(() => false);
		const areSettled = await Promise.race([settled, waited]);
		isOver.abort();
		if (areSettled || signal.aborted) {
			break;
		}

		all = Promise.all([all, openAll()]).then(() => undefined);
	}

	if (!signal.aborted) {
		await Promise.race([all, enough.promise]);
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
loads, or refuses PING, nothing is measured. Resolves with the PINGs that were answered. A PING without a reply counts as
one that came at the end of the wait. Never rejects.
*/
export async function pingBurst({settings, openPort, clock, signal}: PingBurstOptions): Promise<readonly BurstPing[]> {
	const all: Measured[] = [];
	const ports = await openedPorts({settings, openPort, clock, signal});
	const startedMs = clock.elapsed();
	const sentAtMs = new Map<number, number>();
	const known = (): Burst => {
		const cameMs = clock.elapsed();
		return {answered: all, pending: [...sentAtMs].map(([connection, sentMs]) => ({connection, sentMs, cameMs}))};
	};

	const closeAll = () => {
		for (const port of ports) {
			port.close();
		}
	};

	signal.addEventListener('abort', closeAll, {once: true});
	const isOver = () => signal.aborted || hasEnough(known(), clock.elapsed() - startedMs);

	async function measure(port: RedisPort, connection: number): Promise<void> {
		try {
			while (port.isOpen && !isOver()) {
				const sentMs = clock.elapsed();
				sentAtMs.set(connection, sentMs);
				// A packet that is lost three times comes after 1.4 s, which is longer than the usual time-out.
				const waitMs = Math.max(settings.timeoutMs, longestMs - (sentMs - startedMs));
				const [reply] = await port.ask([['PING']], waitMs);
				sentAtMs.delete(connection);
				if (reply instanceof ReplyFailure) {
					return;
				}

				all.push({connection, sentMs, cameMs: clock.elapsed()});
				await clock.sleep(lateOf(known()) > 0 ? shortPauseMs : pauseMs, signal);
			}
		} catch (error) {
			const sentMs = sentAtMs.get(connection);
			sentAtMs.delete(connection);
			if (error instanceof WireFailure && error.code === 'TIMEOUT' && sentMs !== undefined) {
				all.push({connection, sentMs, cameMs: clock.elapsed()});
			}
			// The polls report why a connection fails.
		}
	}

	await Promise.all(ports.map(measure));
	signal.removeEventListener('abort', closeAll);
	closeAll();

	return all.map(one => ({roundTripMs: tripOf(one), isOvertaken: isOvertaken(one, all)}));
}

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
/** Pause after each PING of a connection, in milliseconds. */
const pauseMs = 50;
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

function hasEnough(all: readonly Measured[], sinceMs: number): boolean {
	const quickest = Math.min(...all.map(tripOf));
	// Replies that came late on both connections at once say nothing of the way, so they don't lengthen the burst.
	const late = all.filter(one => isResent(tripOf(one), quickest) && isOvertaken(one, all));
	return late.length === 0
		? all.length >= fewestPings || sinceMs >= shortestMs
		: late.length >= enoughLate || all.length >= mostPings || sinceMs >= longestMs;
}

/**
Sends PINGs quickly over two connections of their own, one at a time on each, until it is known whether replies come
late by the time in which a lost packet is sent again. 40 PINGs take the server about a millisecond. While the server
loads, or refuses PING, nothing is measured. Resolves with the PINGs that were answered. Never rejects.
*/
export async function pingBurst({settings, openPort, clock, signal}: PingBurstOptions): Promise<readonly BurstPing[]> {
	const all: Measured[] = [];
	const ports = Array.from({length: connections}, () => openPort(settings));
	// A packet that is lost while a connection is made delays it by a second. One connection alone shows nothing.
	await Promise.allSettled(ports.map(async port => port.open()));
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
				await clock.sleep(pauseMs, signal);
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

import {existsSync, readFileSync} from 'node:fs';
import {type Clock, systemClock} from '../domain/clock.js';
import {type Endpoint, isLoopback} from '../domain/node.js';
import {deviceTo, hasHardwareAddress, type Neighbour, neighbourIn} from '../parse/neighbour-table.js';
import type {LookupError} from './name-lookup.js';

/** What the kernel shows in files. An unreadable file is an empty text. */
export type NeighbourFiles = {
	/** `/proc/net/arp` */
	arp(): string;
	/** `/proc/net/route` */
	routes(): string;
	/** A setting of the device's neighbour table: `retrans_time_ms`. Not a number where it can't be read. */
	setting(device: string, name: string): number;
	/** Whether the network behind a device answers ARP for machines that are off, as clouds do. */
	isAnsweredByNetwork(device: string): boolean;
};

function textOf(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}

/** Makers of virtual machines whose network answers ARP itself. AWS answers for a stopped instance as well. */
const clouds = /amazon|google|microsoft|alibaba|tencent|openstack|oracle|digitalocean|hetzner|huawei|xen/i;

const kernelFiles: NeighbourFiles = {
	arp: () => textOf('/proc/net/arp'),
	routes: () => textOf('/proc/net/route'),
	setting: (device, name) => Number.parseInt(textOf(`/proc/sys/net/ipv4/neigh/${device}/${name}`), 10),
	// A device without hardware behind it (veth, a bridge) leads to containers of this machine.
	isAnsweredByNetwork: device =>
		existsSync(`/sys/class/net/${device}/device`) &&
		clouds.test(`${textOf('/sys/class/dmi/id/sys_vendor')} ${textOf('/sys/class/dmi/id/bios_version')}`),
};

/** Milliseconds for which a text of `/proc/net/arp` is taken as that of before a connection. */
const keptMs = 100;

/** Milliseconds without an answer to ARP from which a host counts as silent. The kernel asks once a second. */
const silentMs = 1900;

/** Milliseconds by which the kernel's timers may be late. */
const timersMs = 1000;

/** The kernel's patience with a neighbour, in milliseconds. */
type Patience = {
	/** Longest time for which an entry stays complete without a sign of life. */
	readonly reachableMs: number;
	/** Time after which the kernel gives up a neighbour that it sends to. */
	readonly probedMs: number;
};

/** Source: https://man7.org/linux/man-pages/man7/arp.7.html, and the kernel's net/core/neighbour.c. */
function patienceOf({setting}: NeighbourFiles, device: string): Patience {
	const probes = ['ucast_solicit', 'app_solicit', 'mcast_resolicit'].reduce(
		(sum, name) => sum + setting(device, name),
		0,
	);
	const delayMs = setting(device, 'delay_first_probe_time') * 1000;
	return {
		// The kernel takes a random time around its setting, so that not all machines ask at once.
		reachableMs: setting(device, 'base_reachable_time_ms') * 1.5,
		probedMs: delayMs + probes * setting(device, 'retrans_time_ms') + timersMs,
	};
}

/** The connections to an address that failed, one after the other. */
type Attempts = {
	readonly firstMs: number;
	/** When the first attempt began for which the kernel had to make sure that the host lives. */
	readonly laterMs: number | undefined;
	/** Since when the kernel has had no hardware address. */
	readonly silentSinceMs: number | undefined;
	readonly hasAnswered: boolean;
};

/** What the kernel had of all neighbours before a connection. */
export type NeighboursBefore = {readonly arp: string; readonly atMs: number};

/**
Tells from the kernel's neighbour table whether the host of a server lives that answers no connection. It reads files and
sends nothing. It covers IPv4 addresses on networks to which this machine is connected: the kernel has no such file for
IPv6.

An entry alone proves nothing: it stays complete for nearly a minute after the host's end. Two things prove that the host
answers: the entry was not there before the connection, or it outlasted the kernel's own probes.
*/
export class Neighbours {
	readonly #files: NeighbourFiles;
	readonly #clock: Pick<Clock, 'elapsed'>;
	readonly #attempts = new Map<string, Attempts>();
	#before: NeighboursBefore = {arp: '', atMs: Number.NEGATIVE_INFINITY};

	constructor(files: NeighbourFiles = kernelFiles, clock: Pick<Clock, 'elapsed'> = systemClock) {
		this.#files = files;
		this.#clock = clock;
	}

	/** Reads the table before a connection. Many connections at once share one reading. */
	look(): NeighboursBefore {
		const atMs = this.#clock.elapsed();
		if (atMs - this.#before.atMs >= keptMs) {
			this.#before = {arp: this.#files.arp(), atMs};
		}

		return {arp: this.#before.arp, atMs};
	}

	/** Forgets the failed connections to an address: it takes one. */
	connected(address: string | undefined): void {
		if (address !== undefined) {
			this.#attempts.delete(address);
		}
	}

	/** The error of a connection with what the table shows about the host; unchanged if nothing is certain. */
	explain(error: LookupError, address: string | undefined, before: NeighboursBefore): LookupError {
		const isUnanswered = error.code === 'ETIMEDOUT' || error.code === 'EHOSTUNREACH';
		if (address === undefined || !isUnanswered) {
			this.connected(address);
			return error;
		}

		const now = neighbourIn(this.#files.arp(), address);
		const device = now && deviceTo(this.#files.routes(), address);
		if (now === undefined || device !== now.device || this.#files.isAnsweredByNetwork(device)) {
			this.connected(address);
			return error;
		}

		const shown = this.#conclude(error.code, address, now, before, patienceOf(this.#files, device));
		return shown === undefined ? error : {code: error.code, message: `${error.message}; arp: ${shown}`};
	}

	#conclude(
		code: string,
		address: string,
		now: Neighbour,
		before: NeighboursBefore,
		patience: Patience,
	): 'answers' | 'silent' | undefined {
		const nowMs = this.#clock.elapsed();
		const {firstMs, laterMs, silentSinceMs, hasAnswered} = this.#attempts.get(address) ?? {
			firstMs: before.atMs,
			laterMs: undefined,
			silentSinceMs: undefined,
			hasAnswered: false,
		};
		const isNew = !hasHardwareAddress(before.arp, address);
		const isLater = before.atMs - firstMs >= patience.reachableMs;
		const attempts: Attempts = {
			firstMs: now.isComplete ? firstMs : nowMs,
			laterMs: now.isComplete ? (laterMs ?? (isLater ? before.atMs : undefined)) : undefined,
			silentSinceMs: now.isComplete ? undefined : (silentSinceMs ?? before.atMs),
			hasAnswered: now.isComplete && (isNew || hasAnswered),
		};
		this.#attempts.set(address, attempts);
		if (!now.isComplete) {
			const isGivenUp = code === 'EHOSTUNREACH' || nowMs - (attempts.silentSinceMs ?? nowMs) >= silentMs;
			return isGivenUp ? 'silent' : undefined;
		}

		// An unreachable host of which the kernel has the hardware address was called so by a packet (ICMP).
		const isProbed = nowMs - (attempts.laterMs ?? nowMs) >= patience.probedMs;
		return code === 'EHOSTUNREACH' || attempts.hasAnswered || isProbed ? 'answers' : undefined;
	}
}

/** The neighbours of this machine. All connections of the program share what is known of them. */
export const neighbours = new Neighbours();

/** One connection that is being made: what it shows when it fails. */
export type WatchedConnection = {
	/** Call it once the connection stands. */
	connected(): void;
	/** The error with what the neighbour table shows. */
	explain(error: LookupError): LookupError;
};

/**
Looks at the neighbour table before a connection.

@param addressOf The address that is connected to; undefined while its name is unknown, and where the name has several.
*/
export function watchConnection(endpoint: Endpoint, addressOf: () => string | undefined): WatchedConnection {
	if (endpoint.kind === 'unix' || isLoopback(endpoint)) {
		return {connected: () => undefined, explain: error => error};
	}

	const before = neighbours.look();
	return {
		connected: () => neighbours.connected(addressOf()),
		explain: error => neighbours.explain(error, addressOf(), before),
	};
}

import {type EarlierSource, earlierEvents, earlierSources, isSameStart} from '../derive/earlier-events.js';
import type {NodeRecord} from '../derive/node-record.js';
import type {MonitorEvent} from '../domain/event.js';
import {messageText} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';

/** Most events that are kept from the time before redis-top started. The newest events are kept. */
const mostEvents = 500;

/**
Events from before redis-top started, read from the logs of the servers and of the machine. Each source of a node is
read only once: from the first node record that has the source's data. Later events are noted as they happen.
*/
export class EarlierHistory {
	readonly #untilMs: number;
	readonly #unread = new Map<NodeAddress, Set<EarlierSource>>();
	#events: readonly MonitorEvent[] = [];

	/** @param untilMs When redis-top, or a recording, started, milliseconds since the epoch. */
	constructor(untilMs: number) {
		this.#untilMs = untilMs;
	}

	/** The events, newest first. The list is the same object until an event is added. */
	get events(): readonly MonitorEvent[] {
		return this.#events;
	}

	/**
	Adds the earlier events from sources that the node's record has for the first time. Returns whether events were added.
	*/
	note(record: NodeRecord): boolean {
		const unread = this.#unread.get(record.address) ?? new Set(earlierSources);
		this.#unread.set(record.address, unread);
		const found: MonitorEvent[] = [];
		for (const source of unread) {
			const events = earlierEvents(record, source, this.#untilMs);
			if (events !== undefined) {
				unread.delete(source);
				found.push(...events);
			}
		}

		return this.#add(found);
	}

	/** Adds the earlier events that a recording holds. They replace the known earlier events of the same nodes. */
	restore(events: readonly MonitorEvent[]): boolean {
		const nodes = new Set(events.flatMap(({node}) => node ?? []));
		for (const node of nodes) {
			this.#unread.set(node, new Set());
		}

		this.#events = this.#events.filter(({node}) => node === undefined || !nodes.has(node));
		return this.#add(events.filter(({atMs}) => atMs < this.#untilMs));
	}

	#add(found: readonly MonitorEvent[]): boolean {
		const fresh = found.filter(event => !this.#events.some(known => isSame(known, event)));
		if (fresh.length === 0) {
			return false;
		}

		this.#events = [...fresh, ...this.#events].sort((one, other) => other.atMs - one.atMs).slice(0, mostEvents);
		return true;
	}
}

/**
Whether two events report the same fact: one start reported by two sources, or one OOM kill reported by two nodes on the
same machine.
*/
const isSame = (one: MonitorEvent, other: MonitorEvent): boolean =>
	isSameStart(one, other) ||
	(one.kind === 'oom-killed' && other.kind === 'oom-killed' && isSameText(one, other) && isSameMoment(one, other));

const isSameText = (one: MonitorEvent, other: MonitorEvent): boolean =>
	messageText(one.text) === messageText(other.text);
/**
Whether two events are less than 3 seconds apart. The time of an OOM kill is computed from the machine's uptime at each
reading, and the results differ slightly.
*/
const isSameMoment = (one: MonitorEvent, other: MonitorEvent): boolean => Math.abs(one.atMs - other.atMs) < 3000;

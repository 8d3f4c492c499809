import type {MonitorEvent} from '../domain/event.js';

const eventsKept = 1000;
/**
Age in milliseconds up to which a restored event may come a second time, from a reply that follows in the recording. The
second event is not added.
*/
const restoredForMs = 5000;

const keyOf = ({atMs, kind, node}: MonitorEvent): string => `${atMs} ${kind} ${node}`;

/** The events of a session, newest first. */
export class EventLog {
	#events: readonly MonitorEvent[] = [];
	/**
	Keys of the newest restored events. Replies that follow in the recording may lead to the same events, which must not
	be added again.
	*/
	#restored: ReadonlySet<string> = new Set();

	/** The events. The list is the same object until an event is added. */
	get events(): readonly MonitorEvent[] {
		return this.#events;
	}

	/** @param given New events, in the order in which they happened. */
	add(given: readonly MonitorEvent[]): void {
		const events = this.#restored.size === 0 ? given : given.filter(event => !this.#restored.has(keyOf(event)));
		if (events.length > 0) {
			this.#events = [...events.toReversed(), ...this.#events].slice(0, eventsKept);
		}
	}

	/** Replaces all events by those that a recording has up to this moment, newest first. */
	restore(events: readonly MonitorEvent[], nowMs: number): void {
		this.#events = events.slice(0, eventsKept);
		this.#restored = new Set(events.filter(({atMs}) => atMs >= nowMs - restoredForMs).map(keyOf));
	}
}

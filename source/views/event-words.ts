import type {MonitorEvent} from '../domain/event.js';
import type {MonitorState} from '../state/monitor-state.js';
import {shortNames} from './node-names.js';

/** What goes on all the time in a healthy deployment. */
const routineKinds: ReadonlySet<string> = new Set(['save-done', 'rewrite-done', 'node-found']);

/** So long it goes behind everything else, milliseconds; as long as what ended stays among the findings. */
const notableMs = 900_000;

/**
As many events as there is room for, newest first: those of the last quarter of an hour that are no routine, and what room
they leave to the newest others, so that a save a minute doesn't push an outage out of a small box.
*/
export function notableEvents(events: readonly MonitorEvent[], most: number, nowMs: number): readonly MonitorEvent[] {
	if (events.length <= most) {
		return events;
	}

	const isNotable = ({kind, atMs}: MonitorEvent) => !routineKinds.has(kind) && nowMs - atMs <= notableMs;
	const chosen = new Set([...events.filter(isNotable), ...events.slice(0, most)].slice(0, Math.max(0, most)));
	for (const event of events) {
		if (chosen.size >= most) {
			break;
		}

		chosen.add(event);
	}

	return events.filter(event => chosen.has(event));
}

/** What happened, without the node's name, which stands beside it; other nodes by their ports where one host has them all. */
export function eventWords({node, text}: MonitorEvent, state: Pick<MonitorState, 'nodes'>): string {
	const own = node !== undefined && text.startsWith(`${node} `) ? text.slice(node.length + 1) : text;
	return shortNames(own, state);
}

import type {MonitorEvent} from '../domain/event.js';
import {messageText} from '../domain/message.js';
import type {MonitorState} from '../state/monitor-state.js';
import {showShortNames} from './node-names.js';

/** Events that are frequent in a healthy deployment. */
const routineKinds: ReadonlySet<string> = new Set(['save-done', 'rewrite-done', 'node-found']);

/** How long an event is preferred to routine ones, milliseconds; a finding that ended stays listed as long. */
const notableMs = 900_000;

/**
As many events as there is room for, newest first. Events of the last quarter of an hour that are no routine go first, so
that one save a minute doesn't push an outage out of a small box. The newest others fill the rest.
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

/** What happened, without the node that stands beside it; other nodes by their ports where one host has all nodes. */
export const eventWords = ({text}: MonitorEvent, state: Pick<MonitorState, 'nodes'>): string =>
	messageText(text, showShortNames(state));

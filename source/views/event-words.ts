import {type MonitorEvent, routineKinds} from '../domain/event.js';
import {messageText} from '../domain/message.js';
import type {MonitorState} from '../state/monitor-state.js';
import {showShortNames} from './node-names.js';

/**
Age up to which a notable event is preferred to routine events, in milliseconds. A finding that ended stays listed for
the same time.
*/
const notableMs = 900_000;

/**
The events that fit into `most` lines, newest first. Events of the last 15 minutes that are not routine have precedence,
and the newest other events fill the rest. Otherwise the events of one save each minute would push an outage out of a
small box.
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

/**
The text of an event, without the node on which it happened. If all nodes are on one host, the text names other nodes by
their ports.
*/
export const eventWords = ({text}: MonitorEvent, state: Pick<MonitorState, 'nodes'>): string =>
	messageText(text, showShortNames(state));

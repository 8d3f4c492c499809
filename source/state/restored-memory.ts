import type {MonitorEvent} from '../domain/event.js';
import type {RuleMemory} from '../rules/node-facts.js';

/**
Tolerance in milliseconds between the two times that one restart may have. An event has the time of the reply. The rule
memory has the time at which the reply was processed.
*/
const sameMs = 1000;

/** Merges two lists of times, oldest first. Two times within `sameMs` count as one. */
const together = (known: readonly number[], noted: readonly number[]): number[] =>
	[...known, ...noted.filter(atMs => !known.some(other => Math.abs(other - atMs) < sameMs))].sort(
		(one, other) => one - other,
	);

/**
A node's rule memory, completed by the events of a recording: when the process was replaced, the connection was lost, or
the role changed.

@param events The events of this node, newest first.
*/
export function restoredMemory(memory: RuleMemory, events: readonly MonitorEvent[]): RuleMemory {
	const timesOf = (kind: string) => events.filter(event => event.kind === kind).map(({atMs}) => atMs);
	const restartsAtMs = together(memory.restartsAtMs, timesOf('restarted'));
	return {
		...memory,
		restartsAtMs,
		restartedAtMs: restartsAtMs.at(-1) ?? memory.restartedAtMs,
		lossesAtMs: together(memory.lossesAtMs, [...timesOf('node-lost'), ...timesOf('reply-late')]),
		roleChangedAtMs: timesOf('role-changed')[0] ?? memory.roleChangedAtMs,
	};
}

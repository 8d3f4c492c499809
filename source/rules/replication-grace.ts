import {pending} from './needs.js';
import type {NodeFacts} from './node-facts.js';

/** Just after a change of role links are made anew and offsets start over: that is what a failover looks like. */
export function isSettling(facts: NodeFacts): boolean {
	const {roleChangedAtMs} = facts.watch;
	return roleChangedAtMs !== undefined && facts.nowMs - roleChangedAtMs < facts.threshold('rep.grace.seconds') * 1000;
}

export const settling = pending('its role has just changed: links and offsets are being made anew');

/** A replica's primary as it names it: `10.0.1.11:6379`. */
export function primaryName(facts: NodeFacts): string {
	return `${facts.text('replication', 'master_host') ?? '?'}:${facts.text('replication', 'master_port') ?? '?'}`;
}

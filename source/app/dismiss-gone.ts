import type {NodeAddress} from '../domain/node.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {MonitorSession} from './session.js';

/**
Time after which a gone node is dismissed by commands without a screen, in milliseconds. New pods of Kubernetes have new
addresses. If they were not dismissed, findings and metrics of old pods would stay forever.
*/
const dismissAfterMs = 3_600_000;

/** The nodes that have been gone for `dismissAfterMs` or longer. */
export const longGone = ({nodes}: Pick<MonitorState, 'nodes'>, nowMs: number): readonly NodeAddress[] =>
	[...nodes.values()]
		.filter(({goneSinceMs}) => goneSinceMs !== undefined && nowMs - goneSinceMs >= dismissAfterMs)
		.map(({address}) => address);

/**
Dismisses the nodes that have been gone for an hour. If another node names such a node again, it is discovered again.
*/
export function dismissGone({fleet, store}: MonitorSession, nowMs: number): void {
	for (const address of longGone(store.get(), nowMs)) {
		fleet.dismiss(address);
		store.dismiss(address);
	}
}

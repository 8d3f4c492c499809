import type {NodeAddress} from '../domain/node.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {MonitorSession} from './session.js';

/**
Time after which a gone node is dismissed where nobody sits at the screen to do it, in milliseconds. Pods of Kubernetes
come with new addresses every time: their findings and metrics would otherwise never end.
*/
const dismissAfterMs = 3_600_000;

/** The nodes that have been gone for so long that they are dismissed. */
export const longGone = ({nodes}: Pick<MonitorState, 'nodes'>, nowMs: number): readonly NodeAddress[] =>
	[...nodes.values()]
		.filter(({goneSinceMs}) => goneSinceMs !== undefined && nowMs - goneSinceMs >= dismissAfterMs)
		.map(({address}) => address);

/** Dismisses the nodes that have been gone for an hour. A node that another one names again is discovered again. */
export function dismissGone({fleet, store}: MonitorSession, nowMs: number): void {
	for (const address of longGone(store.get(), nowMs)) {
		fleet.dismiss(address);
		store.dismiss(address);
	}
}

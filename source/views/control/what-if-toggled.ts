import {deploymentKind} from '../../derive/deployment.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {ViewEvent} from '../../state/reduce-view.js';

/** What the key `what-if` does: on another panel it opens the one that fits the deployment. */
export const whatIfToggled = ({nodes}: Pick<MonitorState, 'nodes'>): ViewEvent => ({
	kind: 'what-if-toggled',
	panel: deploymentKind([...nodes.values()]) === 'cluster' ? 'cluster' : 'replication',
});

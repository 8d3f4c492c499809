import {deploymentKind} from '../../derive/deployment.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {ViewEvent} from '../../state/reduce-view.js';

/**
The effect of the key that shows or hides the what-if list. If the panel in view has no such list, `panel` opens:
Cluster for a cluster, else Replication.
*/
export const whatIfToggled = ({nodes}: Pick<MonitorState, 'nodes'>): ViewEvent => ({
	kind: 'what-if-toggled',
	panel: deploymentKind([...nodes.values()]) === 'cluster' ? 'cluster' : 'replication',
});

import {deploymentKind} from '../../derive/deployment.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {ViewEvent} from '../../state/reduce-view.js';

/**
The effect of the key `what-if`. If the shown panel has no what-if list, the panel that fits the deployment opens:
`panel`.
*/
export const whatIfToggled = ({nodes}: Pick<MonitorState, 'nodes'>): ViewEvent => ({
	kind: 'what-if-toggled',
	panel: deploymentKind([...nodes.values()]) === 'cluster' ? 'cluster' : 'replication',
});

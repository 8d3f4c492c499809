import {memoizeByRef} from '../domain/memoize.js';
import {nodesIn} from '../domain/topology.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import {topologyOf} from '../topology/topology.js';

/** The known nodes in the order of their shards. Lists and the key `n` use this order. */
export const nodesInOrder = ({nodes}: Pick<MonitorState, 'nodes'>): readonly NodeRecord[] => inOrder(nodes);

const inOrder = memoizeByRef((nodes: MonitorState['nodes']) =>
	nodesIn(topologyOf(nodes)).flatMap(({address}) => nodes.get(address) ?? []),
);

import {topologyOf} from '../derive/topology/topology.js';
import {nodesIn} from '../domain/topology.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';

/** The known nodes by shard, as lists show them and `n` walks through them. */
export const nodesInOrder = ({nodes}: MonitorState): readonly NodeRecord[] =>
	nodesIn(topologyOf(nodes)).flatMap(({address}) => nodes.get(address) ?? []);

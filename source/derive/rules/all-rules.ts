import type {FleetRule, NodeRule} from '../rule.js';
import {memMax} from './mem-max.js';

/** Every rule about one node, in the order in which equals are listed: the server itself first, advice last. */
export const nodeRules: readonly NodeRule[] = [
	// Connectivity and server state
	// Memory
	memMax,
	// Persistence
	// Replication
	// Clients and buffers
	// Latency, processor, workload
	// Cluster, as one node sees it
	// Sentinel, as one sentinel sees it
	// Security
	// Host and settings
];

/** Every rule that compares nodes. */
export const fleetRules: readonly FleetRule[] = [
	// Replication
	// Cluster
	// Sentinel
];

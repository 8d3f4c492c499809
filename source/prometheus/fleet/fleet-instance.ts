import type {Severity} from '../../domain/finding.js';
import type {Endpoint, NodeAddress, NodeRole} from '../../domain/node.js';
import type {SeriesLabels} from '../../parse/prometheus-reply.js';

/** The state of a server according to its series. `unscraped`: Prometheus does not reach the server's exporter. */
export type InstanceState = 'up' | 'down' | 'unscraped';

/** A condition that a server's series fulfil, with the id of the rule that has this condition. */
export type InstanceCondition = {
	readonly rule: string;
	readonly severity: Severity;
	/** Completes "10.0.1.11:6379 …": `memory at 96% of maxmemory`. */
	readonly text: string;
};

/** One server that a Prometheus knows. Figures that no series holds are undefined. */
export type FleetInstance = {
	/** The labels that identify the server, as one text. */
	readonly key: string;
	/** The labels of its series, without those that only describe the server. */
	readonly labels: SeriesLabels;
	/** The address; undefined if no label has an address. */
	readonly endpoint: Endpoint | undefined;
	readonly address: NodeAddress | undefined;
	/** The address, else the label `instance`. */
	readonly name: string;
	/** The name of the server's deployment: the value of a label, or the address of the primary. */
	readonly deployment: string;
	readonly state: InstanceState;
	readonly role: NodeRole;
	readonly version: string | undefined;
	readonly usedBytes: number | undefined;
	/** maxmemory; undefined without a limit. */
	readonly limitBytes: number | undefined;
	readonly operationsPerSecond: number | undefined;
	/** Rejected connections and evicted keys a second: 0 if the series exist and have none, undefined without series. */
	readonly rejectedPerSecond: number | undefined;
	readonly evictedPerSecond: number | undefined;
	/** The delay of its slowest replica in seconds of writes, where it is above the threshold; else undefined. */
	readonly delaySeconds: number | undefined;
	/** The p99 of its slowest command in milliseconds, where it is above the threshold; else undefined. */
	readonly p99Ms: number | undefined;
	/** The conditions, worst first. */
	readonly conditions: readonly InstanceCondition[];
	/** The names of the alerts that fire for it. */
	readonly alerts: readonly string[];
};

/** The severity as a number: 0 nothing, 1 information, 2 warning, 3 critical. */
export const badness = ({conditions, alerts}: Pick<FleetInstance, 'conditions' | 'alerts'>): number => {
	const worst = conditions[0]?.severity;
	return worst === 'critical' ? 3 : worst === 'warning' ? 2 : alerts.length > 0 ? 2 : worst === 'info' ? 1 : 0;
};

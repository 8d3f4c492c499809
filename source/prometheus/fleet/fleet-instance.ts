import type {Severity} from '../../domain/finding.js';
import type {Endpoint, NodeAddress, NodeRole} from '../../domain/node.js';
import type {SeriesLabels} from '../../parse/prometheus-reply.js';

/** The state of a server according to its series. `unscraped`: Prometheus does not reach the server's exporter. */
export type InstanceState = 'up' | 'down' | 'unscraped';

/** A condition that a server's series fulfil, such as full memory, with the id of the rule about that condition. */
export type InstanceCondition = {
	readonly rule: string;
	readonly severity: Severity;
	/** Completes "10.0.1.11:6379 …": `memory at 96% of maxmemory`. */
	readonly text: string;
};

/** One server that a Prometheus knows. Figures that are in no series are undefined. */
export type FleetInstance = {
	/** The labels that identify the server, as one text. */
	readonly key: string;
	/**
	The labels that the server's series share. Labels that only describe the server, such as its version, are not
	included.
	*/
	readonly labels: SeriesLabels;
	/** The server's address; undefined if no label has an address. */
	readonly endpoint: Endpoint | undefined;
	readonly address: NodeAddress | undefined;
	/** The server's address; if no label has an address, the label `instance`. */
	readonly name: string;
	/** The name of the server's deployment: the value of a label, or the address of the primary. */
	readonly deployment: string;
	readonly state: InstanceState;
	readonly role: NodeRole;
	readonly version: string | undefined;
	readonly usedBytes: number | undefined;
	/** The server's maxmemory in bytes; undefined without a limit. */
	readonly limitBytes: number | undefined;
	readonly operationsPerSecond: number | undefined;
	/** Rejected connections per second: 0 if the series exists without a change, undefined without the series. */
	readonly rejectedPerSecond: number | undefined;
	/** Evicted keys per second: 0 if the series exists without a change, undefined without the series. */
	readonly evictedPerSecond: number | undefined;
	/**
	The delay of the server's slowest replica, in seconds of the server's writes. Undefined if it is not above the
	threshold.
	*/
	readonly delaySeconds: number | undefined;
	/** The p99 latency of the server's slowest command, in milliseconds. Undefined if it is not above the threshold. */
	readonly p99Ms: number | undefined;
	/** The conditions that the server's series fulfil, worst first. */
	readonly conditions: readonly InstanceCondition[];
	/** The names of the alerts of Prometheus that fire for the server. */
	readonly alerts: readonly string[];
	/**
	The `key` and `labels` of the server in each further scrape job; undefined if only one job scrapes the server.
	*/
	readonly also?: ReadonlyArray<Pick<FleetInstance, 'key' | 'labels'>> | undefined;
};

/** The worst condition or alert of a server as a number: 0 nothing, 1 information, 2 warning, 3 critical. */
export const badness = ({conditions, alerts}: Pick<FleetInstance, 'conditions' | 'alerts'>): number => {
	const worst = conditions[0]?.severity;
	return worst === 'critical' ? 3 : worst === 'warning' ? 2 : alerts.length > 0 ? 2 : worst === 'info' ? 1 : 0;
};

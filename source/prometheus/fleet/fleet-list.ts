import type {Severity} from '../../domain/finding.js';
import {addressOf, type Endpoint, type NodeRole} from '../../domain/node.js';
import {limitsOf} from '../../domain/threshold.js';
import type {PrometheusSeries, SeriesLabels} from '../../parse/prometheus-reply.js';
import {repLagBytes} from '../../rules/replication-lag.js';
import {type LabelMapping, mappedEndpoint, usualEndpoint} from '../label-mapping.js';
import {deploymentNames, type GroupedInstance} from './deployment-names.js';
import {instanceConditions} from './fleet-conditions.js';
import type {FleetInstance, InstanceState} from './fleet-instance.js';
import {type FleetQuery, identityLabels} from './fleet-queries.js';
import {joinedInstances} from './joined-instances.js';

/** The series that each query returned; undefined for a query that failed. */
export type FleetReplies = Readonly<Partial<Record<FleetQuery | 'writes', readonly PrometheusSeries[] | undefined>>>;

/** The labels that identify a server, as one text. */
export const instanceKey = (labels: SeriesLabels, mappedLabel?: string): string => {
	let key = '';
	for (const label of identityLabels) {
		key += `${labels[label] ?? ''}\u0000`;
	}

	return mappedLabel === undefined ? key : key + (labels[mappedLabel] ?? '');
};

/**
The labels of a server as they were last seen. They are kept between refreshes, because a server that is down has no
`redis_instance_info`.
*/
export type KnownInstance = {readonly labels: SeriesLabels; readonly info: SeriesLabels};

const roles: Readonly<Record<string, NodeRole>> = {master: 'primary', slave: 'replica', sentinel: 'sentinel'};

const severities: Readonly<Record<string, Severity>> = {critical: 'critical', warning: 'warning', info: 'info'};

const valuesOf = (series: readonly PrometheusSeries[] = [], label?: string): Map<string, number> =>
	new Map(series.map(({labels, values}) => [instanceKey(labels, label), values[0] ?? Number.NaN]));

/** The labels of all series of each server, for queries that return several series per server. */
function grouped(series: readonly PrometheusSeries[] = [], label?: string): Map<string, SeriesLabels[]> {
	const groups = new Map<string, SeriesLabels[]>();
	for (const {labels} of series) {
		const key = instanceKey(labels, label);
		const group = groups.get(key);
		if (group === undefined) {
			groups.set(key, [labels]);
		} else {
			group.push(labels);
		}
	}

	return groups;
}

/**
The names of firing alerts, by the value of their label `instance`. Alerts and servers have no other label in common.
*/
function alertsByInstance(series: readonly PrometheusSeries[] = []): Map<string, string[]> {
	const alerts = new Map<string, string[]>();
	for (const {labels} of series) {
		const {instance = '', alertname = ''} = labels;
		const names = alerts.get(instance) ?? [];
		if (!names.includes(alertname)) {
			alerts.set(instance, [...names, alertname]);
		}
	}

	return alerts;
}

/**
Makes the list of servers from the replies of a refresh, in no order. A server that no series names any more becomes
`unscraped`: a server never disappears from the list.

@param known The servers known so far, by key. The function updates this map.
*/
export function fleetInstances(
	replies: FleetReplies,
	known: Map<string, KnownInstance>,
	mapping: LabelMapping | undefined,
): FleetInstance[] {
	const building = buildInstances(replies, known, mapping);
	for (;;) {
		const {done, value} = building.next();
		if (done) {
			return value;
		}
	}
}

/**
Number of servers whose list entries are made before other work gets a turn. Making 200 entries takes a millisecond.
*/
const builtAtOnce = 200;

/**
Does the same as `fleetInstances`, in steps of some milliseconds. Key presses are handled between the steps, not only
after 10,000 servers. Between the steps, `known` must not be changed.
*/
export function* buildInstances(
	replies: FleetReplies,
	known: Map<string, KnownInstance>,
	mapping: LabelMapping | undefined,
): Generator<undefined, FleetInstance[]> {
	const label = mapping?.label;
	const states = new Map<string, InstanceState>();
	for (const [query, isScraped] of [
		['lost', false],
		['up', true],
	] as const) {
		for (const {labels, values} of replies[query] ?? []) {
			const key = instanceKey(labels, label);
			states.set(key, !isScraped ? 'unscraped' : values[0] === 0 ? 'down' : 'up');
			known.set(key, {labels, info: known.get(key)?.info ?? {}});
		}
	}

	yield;
	for (const {labels} of replies.info ?? []) {
		const key = instanceKey(labels, label);
		const instance = known.get(key);
		if (instance !== undefined) {
			known.set(key, {...instance, info: labels});
		}
	}

	yield;
	const used = valuesOf(replies.used, label);
	yield;
	const limit = valuesOf(replies.limit, label);
	yield;
	const operations = valuesOf(replies.operations, label);
	yield;
	const evicted = valuesOf(replies.evicted, label);
	const rejected = valuesOf(replies.rejected, label);
	yield;
	const delay = delaysOf(replies, label);
	const unlinked = grouped(replies.unlinked, label);
	const latency = valuesOf(replies.latency, label);
	const clients = valuesOf(replies.clients, label);
	const failures = grouped(replies.failures, label);
	const findings = grouped(replies.findings, label);
	const alerts = alertsByInstance(replies.alerts);
	const links = new Map((replies.links ?? []).map(series => [instanceKey(series.labels, label), series]));
	const named: Array<GroupedInstance & {readonly endpoint: Endpoint | undefined}> = [];
	for (const [key, {labels, info}] of known) {
		const withPort = {...labels, ...tcpPort(info)};
		const endpoint = mapping === undefined ? usualEndpoint(withPort) : mappedEndpoint(mapping, withPort);
		const link = links.get(key)?.labels;
		named.push({
			key,
			labels,
			address: endpoint && addressOf(endpoint),
			endpoint,
			source: link === undefined ? undefined : `${link.master_host}:${link.master_port}`,
			isCluster: info.redis_mode === 'cluster',
		});
		if (named.length % builtAtOnce === 0) {
			yield;
		}
	}

	const deployments = deploymentNames(named);
	yield;
	const instances: FleetInstance[] = [];
	for (const {key, labels, address, endpoint} of named) {
		if (instances.length % builtAtOnce === 0) {
			yield;
		}

		const info = known.get(key)?.info ?? {};
		const state = states.get(key) ?? 'unscraped';
		const isUp = state === 'up';
		const figures = {
			state,
			role: roles[info.role ?? ''] ?? 'unknown',
			usedBytes: isUp ? used.get(key) : undefined,
			limitBytes: limit.get(key),
			operationsPerSecond: isUp ? operations.get(key) : undefined,
			evictedPerSecond: isUp ? (evicted.get(key) ?? (replies.evicted === undefined ? undefined : 0)) : undefined,
			rejectedPerSecond: isUp ? (rejected.get(key) ?? (replies.rejected === undefined ? undefined : 0)) : undefined,
			delaySeconds: isUp ? delay.get(key) : undefined,
			p99Ms: isUp ? latency.get(key) : undefined,
		};
		const name = address ?? labels.instance ?? '-';
		instances.push({
			key,
			labels,
			endpoint,
			address,
			name,
			deployment: deployments.get(key) ?? name,
			version: info.valkey_version || info.redis_version,
			...figures,
			conditions: instanceConditions({
				...figures,
				policy: info.maxmemory_policy,
				isLinkUp: isUp && links.has(key) ? !unlinked.has(key) : undefined,
				clientShare: clients.get(key),
				failures: isUp ? (failures.get(key) ?? []).map(each => each.__name__ ?? '') : [],
				findings: (findings.get(key) ?? []).map(each => ({
					rule: each.rule ?? '-',
					severity: severities[each.severity ?? ''] ?? 'warning',
				})),
			}),
			alerts: alerts.get(labels.instance ?? '') ?? [],
		});
	}

	yield;
	return joinedInstances(instances, key => known.get(key)?.info.run_id);
}

/**
The delay of each server's slowest replica, in seconds. It is the bytes that the replica lacks, divided by the bytes
that its primary writes per second. Only delays above the threshold of `rep.lag_bytes` are included.
*/
function delaysOf({behind = [], writes}: FleetReplies, label: string | undefined): Map<string, number> {
	const rates = valuesOf(writes, label);
	const {warning} = limitsOf(repLagBytes);
	const delays = new Map<string, number>();
	for (const {labels, values} of behind) {
		const key = instanceKey(labels, label);
		const seconds = (values[0] ?? 0) / (rates.get(key) ?? Number.POSITIVE_INFINITY);
		if (seconds > Math.max(warning, delays.get(key) ?? 0)) {
			delays.set(key, seconds);
		}
	}

	return delays;
}

const tcpPort = (info: SeriesLabels): SeriesLabels => {
	const port = info.tcp_port;
	return port === undefined ? {} : {tcp_port: port};
};

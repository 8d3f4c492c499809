import {ownOpenSlots} from '../cluster/migrations.js';
import {nodeRole} from '../derive/replication-peers.js';
import type {ClusterNode} from '../domain/cluster.js';
import type {InfoReply} from '../domain/info-reply.js';
import type {NodeSample, PollExtras} from '../domain/sample.js';
import {commandStats} from '../parse/info-fields.js';
import {migrationsRequest} from './cluster-requests.js';
import {newPollState, type PollState} from './poll-request.js';
import {rememberSentinel} from './sentinel-plan.js';
import {speaksVersion, valkeyVersion} from './server-version.js';
import {rememberSlowlog} from './slowlog-ring.js';

export type WritableExtras = {-readonly [Key in keyof PollExtras]: PollExtras[Key]};

/** What INFO says of what else can be asked for. */
export function updatePollState(memory: PollState, {info, runId}: NodeSample): void {
	if (memory.runId !== runId && memory.runId !== undefined) {
		// Another process: other version, other slow log, perhaps other rights.
		Object.assign(memory, newPollState());
	}

	memory.runId = runId;
	memory.isRecovering = false;
	memory.version = speaksVersion(info) ?? memory.version ?? [2, 8];
	memory.valkey = valkeyVersion(info);
	memory.connectedClients = info.number('clients', 'connected_clients') ?? 0;
	memory.hasCluster = info.number('cluster', 'cluster_enabled') === 1;
	memory.migrations = memory.hasCluster ? migrationsRequest(info) : undefined;
	memory.busiestCommands = busiestCommands(info);
	memory.sentinel = nodeRole(info) === 'sentinel' ? rememberSentinel(memory.sentinel, info) : undefined;
}

/** What was asked for beside INFO, for the next poll. */
export function remember(memory: PollState, extras: WritableExtras): void {
	memory.openSlots = extras.clusterNodes === undefined ? memory.openSlots : openSlotsIn(extras.clusterNodes);
	memory.latencyThreshold = extras.config?.get('latency-monitor-threshold') ?? memory.latencyThreshold;
	memory.hasSearchModule = extras.modules?.some(({name}) => /^search/i.test(name)) ?? memory.hasSearchModule;
	if (extras.histograms !== undefined) {
		memory.histogramReadings += 1;
	}

	// A part of what is new is kept back: the whole comes with the next poll.
	if (extras.slowlog !== undefined && !rememberSlowlog(memory, extras.slowlog)) {
		delete extras.slowlog;
	}
}

/** Of a primary: a replica of Valkey repeats those of its own. */
function openSlotsIn(nodes: readonly ClusterNode[]): readonly number[] {
	const self = nodes.find(({flags}) => flags.has('myself'));
	return self === undefined ? [] : ownOpenSlots(self).map(({slot}) => slot);
}

/** The sixteen commands that took most of the server's time since its start: what LATENCY HISTOGRAM is asked for. */
function busiestCommands(info: InfoReply): string[] {
	return [...commandStats(info)]
		.filter(([name]) => /^[a-z0-9._|-]+$/i.test(name))
		.sort(([, one], [, other]) => other.usec - one.usec)
		.slice(0, 16)
		.map(([name]) => name);
}

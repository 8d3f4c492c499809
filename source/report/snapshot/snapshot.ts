import type {ClusterState} from '../../cluster/cluster-state.js';
import {deploymentKind, simulatedScene} from '../../derive/deployment.js';
import {deploymentHosting} from '../../derive/hosting.js';
import {serverProduct} from '../../derive/server-product.js';
import {messageText} from '../../domain/message.js';
import {failureText} from '../../domain/sample.js';
import type {MonitoredPrimary, SentinelPeer} from '../../domain/sentinel.js';
import {stepsAfterFinding} from '../../rules/after-steps.js';
import {findingText} from '../../rules/finding.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {rankedFindings, verdictOf} from '../../state/verdict.js';
import {verdictText} from '../../state/verdict-text.js';
import {evidenceData} from '../../text/evidence-text.js';
import {clusterSummary} from './snapshot-cluster.js';
import {clientsPart, keyspacePart, memoryPart, persistencePart} from './snapshot-info.js';
import {keySizesPart, mainThreadPart, talkersPart, watchedKeysPart} from './snapshot-load.js';
import {topologyPart} from './snapshot-shards.js';
import {clusterPart, replicationPart} from './snapshot-topology.js';
import {isoTime, maskedCommand} from './snapshot-values.js';

/**
The findings as plain data. Each cause is followed by the findings that it explains. Findings that have ended lately
come last.
*/
export function findingsPart(state: MonitorState) {
	return rankedFindings(state).map(({finding, causeRule}) => ({
		rule: finding.rule,
		severity: finding.severity,
		node: finding.node ?? null,
		subject: finding.subject ?? null,
		title: findingText(finding),
		evidence: finding.evidence.map(({name, value}) => ({name, value: evidenceData(value)})),
		meaning: messageText(finding.meaning),
		/** The next steps; for a finding that has ended, what to look at. */
		next: (finding.clearedAtMs === undefined ? finding.next : stepsAfterFinding(finding)).map(({text}) =>
			messageText(text),
		),
		action: finding.clearedAtMs === undefined ? (finding.action ?? null) : null,
		adviceCost: finding.adviceCost ?? null,
		since: isoTime(finding.sinceMs),
		clearedAt: isoTime(finding.clearedAtMs),
		/** The rule of the finding that explains this finding; null for a finding that is a cause itself. */
		causedBy: causeRule ?? null,
	}));
}

/** What a Sentinel reports about the primaries that it monitors. Null for a data node, and before the first report. */
export function sentinelPart({sentinel}: NodeRecord, nowMs: number) {
	return sentinel === undefined
		? null
		: {ageMs: Math.max(0, nowMs - sentinel.atMs), primaries: sentinel.value.primaries.map(watchedPart)};
}

const watchedPart = (primary: MonitoredPrimary) => ({
	name: primary.name,
	address: primary.address,
	/** The flags as the Sentinel prints them: `master`, `s_down`, `o_down`, `failover_in_progress` … */
	flags: [...primary.flags],
	configEpoch: primary.configEpoch ?? null,
	quorum: primary.quorum ?? null,
	otherSentinels: primary.otherSentinels ?? null,
	downAfterMs: primary.downAfterMs ?? null,
	failoverTimeoutMs: primary.failoverTimeoutMs ?? null,
	/** The reply of SENTINEL CKQUORUM; null until it was read. */
	quorumCheck:
		primary.quorumCheck === undefined
			? null
			: {isReached: primary.quorumCheck.isReached, text: primary.quorumCheck.text},
	/** The replicas as the Sentinel lists them; null until they were read. */
	replicas: primary.replicas?.map(peerPart) ?? null,
	sentinels: primary.sentinels?.map(peerPart) ?? null,
});

const peerPart = ({address, flags, runId, linkStatus, priority}: SentinelPeer) => ({
	address,
	flags: [...flags],
	runId: runId ?? null,
	/** The state of a replica's link to its primary: `ok` or `err`. Null for a node that is no replica. */
	link: linkStatus ?? null,
	priority: priority ?? null,
});

/** The name of the snapshot's schema. Within `@1`, fields may be added, but no field may change its meaning. */
export const snapshotSchema = 'redis-top/snapshot@1';

/** Number of commands that are listed for a node. The commands that take most of the node's time are listed. */
const listedCommands = 20;

/** Number of slow log entries that are listed for a node: the default of the server setting `slowlog-max-len`. */
const listedSlowlogEntries = 128;

const listedEvents = 100;

/** What is known of a deployment at one moment, as plain data. Null means unknown, 0 means zero. */
export type Snapshot = ReturnType<typeof snapshotOf>;

export type NodeSnapshot = Snapshot['nodes'][number];

/**
The state as plain data for JSON and text. A node that doesn't answer any more keeps its last values, with their age.
Its rates are null, because a rate can't be computed over a time without samples. Arguments in the slow log are masked.

@param nowMs Wall time, milliseconds since the epoch.
*/
export function snapshotOf(state: MonitorState, nowMs: number) {
	const records = [...state.nodes.values()];
	return {
		schema: snapshotSchema,
		at: isoTime(nowMs),
		deployment: {
			kind: deploymentKind(records),
			target: state.target,
			hosting: deploymentHosting(records),
			/** True for the built-in simulated deployment, which has no servers. */
			isSimulated: records.some(({sample}) => simulatedScene(sample?.info) !== undefined),
			/** True when a server's certificate is not verified. */
			isInsecure: state.isInsecure,
		},
		/** Compares the views that a cluster's nodes have of the cluster; null outside clusters. */
		cluster: clusterSummary(state.cluster),
		topology: topologyPart(state),
		nodes: records.map(record => nodeSnapshot(record, state.cluster, nowMs)),
		verdict: verdictText(verdictOf(state, nowMs)),
		findings: findingsPart(state),
		/** Rules that could not be evaluated. They must not be read as "ok". */
		blindRules: state.blindRules.map(({rule, node, reason, why, grant}) => ({
			rule,
			node: node ?? null,
			reason,
			why,
			grant: grant ?? null,
		})),
		events: state.events.slice(0, listedEvents).map(({atMs, severity, node, kind, text}) => ({
			at: isoTime(atMs),
			severity,
			node: node ?? null,
			kind,
			text: messageText(text),
		})),
	};
}

function nodeSnapshot(record: NodeRecord, cluster: ClusterState | undefined, nowMs: number) {
	const {sample, failure} = record;
	const info = sample?.info;
	const product = info && serverProduct(info);
	return {
		address: record.address,
		origin: record.origin,
		role: record.role,
		// A node counts as down if the snapshot is taken before the first attempt to connect to it has ended.
		state: record.reach === 'connecting' ? ('down' as const) : record.reach,
		product: product?.product ?? null,
		version: product?.version ?? null,
		ageMs: record.lastReplyAtMs === undefined ? null : Math.max(0, nowMs - record.lastReplyAtMs),
		runId: sample?.runId ?? null,
		uptimeSeconds: info?.number('server', 'uptime_in_seconds') ?? null,
		failure:
			failure === undefined
				? null
				: {layer: failure.layer, code: failure.code, text: failureText(failure), since: isoTime(record.failingSinceMs)},
		roundTripMs: failure === undefined ? (sample?.roundTripMs ?? null) : null,
		pingMs: failure === undefined ? (record.ping.lastMs ?? null) : null,
		rates: ratesPart(record),
		memory: info === undefined ? null : memoryPart(info),
		clients: info === undefined ? null : clientsPart(info),
		talkers: talkersPart(record),
		persistence: info === undefined ? null : persistencePart(info),
		replication: info === undefined ? null : replicationPart(info, record.replicas),
		keyspace: info === undefined ? null : keyspacePart(info),
		commands: commandsPart(record),
		mainThread: mainThreadPart(record),
		keySizes: keySizesPart(record),
		watchedKeys: watchedKeysPart(record, nowMs),
		cluster: clusterPart(record, cluster, nowMs),
		sentinel: sentinelPart(record, nowMs),
		slowlog: slowlogPart(record, nowMs),
		blind: record.blind.map(({command, kind, why, grant}) => ({command, kind, why, grant: grant ?? null})),
		info: Object.fromEntries([...(info?.sections ?? [])].map(([name, fields]) => [name, Object.fromEntries(fields)])),
	};
}

function ratesPart({values, failure}: NodeRecord) {
	const rate = (id: Parameters<typeof values.get>[0]) => (failure === undefined ? (values.get(id) ?? null) : null);
	const hits = rate('hits');
	const misses = rate('misses');
	const lookups = hits === null || misses === null ? null : hits + misses;
	return {
		operationsPerSecond: rate('operations'),
		hitsPerSecond: hits,
		missesPerSecond: misses,
		/** Hits divided by lookups, from 0 to 1; null when nothing was looked up. */
		hitRatio: hits === null || lookups === null || lookups === 0 ? null : hits / lookups,
		evictedPerSecond: rate('evicted'),
		expiredPerSecond: rate('expired'),
		networkInputBytesPerSecond: rate('networkInput'),
		networkOutputBytesPerSecond: rate('networkOutput'),
		connectionsReceivedPerSecond: rate('connectionsReceived'),
		connectionsRejectedPerSecond: rate('connectionsRejected'),
		errorRepliesPerSecond: rate('errorReplies'),
		/**
		Processor time in cores, 1 being one full core. It is the main thread's time if the server reports that, else the
		time of the whole process.
		*/
		cpuCores: rate('cpuSeconds'),
		replicationBytesPerSecond: rate('replicationBytes'),
	};
}

function commandsPart({commands, latency, failure}: NodeRecord) {
	const isCurrent = failure === undefined;
	return [...commands]
		.sort((one, other) => (other.timeShare ?? 0) - (one.timeShare ?? 0) || other.calls - one.calls)
		.slice(0, listedCommands)
		.map(({command, calls, callsPerSecond, meanMicroseconds, timeShare, failuresPerSecond}) => {
			const bounds = isCurrent ? latency?.value.bounds.get(command) : undefined;
			return {
				command,
				calls,
				callsPerSecond: isCurrent ? (callsPerSecond ?? null) : null,
				meanMicroseconds: isCurrent ? (meanMicroseconds ?? null) : null,
				timeShare: isCurrent ? (timeShare ?? null) : null,
				failuresPerSecond: isCurrent ? (failuresPerSecond ?? null) : null,
				/**
				Upper bounds of the command's latency percentiles between the last two readings. Buckets end at powers of two,
				so the true value is more than half of the bound.
				*/
				latency:
					bounds === undefined
						? null
						: {
								overMs: bounds.overMs,
								calls: bounds.calls,
								p50AtMostMicroseconds: bounds.p50 ?? null,
								p99AtMostMicroseconds: bounds.p99 ?? null,
								p999AtMostMicroseconds: bounds.p999 ?? null,
								maxAtMostMicroseconds: bounds.max ?? null,
							},
			};
		});
}

function slowlogPart({slowlog}: NodeRecord, nowMs: number) {
	return slowlog === undefined
		? null
		: {
				ageMs: Math.max(0, nowMs - slowlog.atMs),
				lost: slowlog.value.lost,
				perMinute: slowlog.value.perMinute,
				entries: slowlog.value.entries.slice(0, listedSlowlogEntries).map(entry => ({
					id: entry.id,
					at: isoTime(entry.atMs),
					durationMicroseconds: entry.durationMicroseconds,
					command: maskedCommand(entry.arguments),
					/** Number of arguments that the server kept, including the command's name: at most 32. */
					argumentCount: entry.arguments.length,
					clientAddress: entry.clientAddress ?? null,
					clientName: entry.clientName ?? null,
				})),
			};
}

/** Rounds fractions to six decimals, which are enough for a share. */
const rounded = (_: string, value: unknown): unknown =>
	typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(6)) : value;

/**
The snapshot as JSON, without a line break at its end. Null means unknown, 0 means zero. The fields' names have the
units: bytes, seconds, milliseconds, microseconds. Moments are in ISO 8601, UTC. The texts under `info` are those of the
server, made printable.

@param nowMs Wall time, milliseconds since the epoch.
@param indent Blanks for each level; 0 writes one line.
*/
export function snapshotJson(state: MonitorState, nowMs: number, indent = 2): string {
	return JSON.stringify(snapshotOf(state, nowMs), rounded, indent);
}

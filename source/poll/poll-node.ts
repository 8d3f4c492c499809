import {ownOpenSlots} from '../derive/cluster/migrations.js';
import {nodeRole} from '../derive/replication-peers.js';
import type {Clock} from '../domain/clock.js';
import type {ClusterNode} from '../domain/cluster.js';
import {InfoReply} from '../domain/info-reply.js';
import type {NodeAddress} from '../domain/node.js';
import type {BlindSpot, Failure, NodeSample, PollExtras, PollOutcome} from '../domain/sample.js';
import {parseClientList} from '../parse/client-list.js';
import {parseClusterInfo, parseClusterNodes} from '../parse/cluster-nodes.js';
import {parseConfig} from '../parse/config.js';
import {parseInfo} from '../parse/info.js';
import {commandStats} from '../parse/info-fields.js';
import {parseHistograms, parseLatencyLatest} from '../parse/latency.js';
import {commandAvailability, errorWords, replyFailure} from '../parse/reply-error.js';
import {numberOf} from '../parse/reply-values.js';
import {parseSlotMigrations} from '../parse/slot-migrations.js';
import {parseSlowlog} from '../parse/slowlog.js';
import {type RedisPort, type Reply, ReplyFailure} from '../wire/redis-port.js';
import {
	blindMs,
	freshMemory,
	migrationsRequest,
	type PollDemand,
	type PollMemory,
	type PollRequest,
	requestName,
	requestsDue,
	speaksVersion,
} from './poll-plan.js';
import {isNoQuorum, rememberSentinel, type SentinelRequest, sentinelView} from './sentinel-plan.js';
import {rememberSlowlog} from './slowlog-ring.js';

export type PollContext = {
	readonly address: NodeAddress;
	readonly port: RedisPort;
	readonly memory: PollMemory;
	readonly demand: PollDemand;
	readonly clock: Clock;
	readonly timeoutMs: number;
};

/** An error reply that concerns the node as a whole, not one command of the poll. */
export class NodeRefusal extends Error {
	override readonly name = 'NodeRefusal';

	constructor(readonly failure: Failure) {
		super(failure.text);
	}
}

type SentinelAnswers = Array<{readonly request: SentinelRequest; readonly reply: Reply}>;

type Answers = {
	infos: InfoReply[];
	extras: {-readonly [Key in keyof PollExtras]: PollExtras[Key]};
	refused?: Failure;
	sentinel: SentinelAnswers;
};

/**
Asks a node for everything that is due, in one write, and makes a sample of the answers.

Rejects with `WireFailure` when the connection fails or the replies are late, and with `NodeRefusal` when the node
refuses INFO itself. A refused command of the slow lane is no failure: it becomes a blind spot.
*/
export async function pollNode(context: PollContext): Promise<PollOutcome> {
	const {address, port, memory, demand, clock, timeoutMs} = context;
	const startedMs = clock.elapsed();
	const requests = requestsDue(memory, demand, startedMs);
	const {bytesOut, bytesIn} = port.traffic;
	const replies = await port.ask(
		requests.map(({command}) => command),
		timeoutMs,
	);
	const elapsedMs = clock.elapsed();
	for (const {kind} of requests) {
		memory.lastAskedMs.set(kind, startedMs);
	}

	const answers = readReplies(requests, replies, memory, elapsedMs);
	const [first] = answers.infos;
	if (first === undefined) {
		throw new NodeRefusal(answers.refused ?? replyFailure('ERR INFO was not answered'));
	}

	const info =
		answers.infos.length === 1
			? first
			: new InfoReply(new Map(answers.infos.flatMap(reply => [...reply.sections.entries()])));
	const runId = info.text('server', 'run_id');
	const sample: NodeSample = {atMs: clock.now(), elapsedMs, roundTripMs: elapsedMs - startedMs, info, runId};
	remember(memory, sample, answers.extras);
	return {
		kind: 'sampled',
		address,
		sample,
		extras: answers.extras,
		blind: [...new Map([...memory.blind.values()].map(({spot}) => [spot.command, spot])).values()],
		cost: {
			commands: requests.length,
			bytesOut: port.traffic.bytesOut - bytesOut,
			bytesIn: port.traffic.bytesIn - bytesIn,
		},
	};
}

function readReplies(
	requests: readonly PollRequest[],
	replies: readonly Reply[],
	memory: PollMemory,
	elapsedMs: number,
): Answers {
	const answers: Answers = {infos: [], extras: {}, sentinel: []};
	const config = new Map<string, string>();
	for (const [index, request] of requests.entries()) {
		const reply = replies[index] ?? null;
		if (reply instanceof ReplyFailure && !isNoQuorum(request.kind, reply)) {
			const failure = noteRefusal(request, reply, memory, elapsedMs);
			if (request.kind === 'info' && failure !== undefined) {
				answers.refused = failure;
			}

			continue;
		}

		memory.blind.delete(request.kind);
		if (isSentinelRequest(request)) {
			answers.sentinel.push({request, reply});
			continue;
		}

		if (reply instanceof ReplyFailure) {
			continue;
		}

		if (request.kind === 'config') {
			for (const [name, value] of parseConfig(reply)) {
				config.set(name, value);
			}

			answers.extras.config = config;
		} else {
			readReply(request, reply, answers);
		}
	}

	if (memory.sentinel !== undefined && answers.sentinel.length > 0) {
		const view = sentinelView(answers.sentinel, memory.sentinel);
		if (view !== undefined) {
			answers.extras.sentinel = view;
		}
	}

	return answers;
}

const isSentinelRequest = (request: PollRequest): request is PollRequest & SentinelRequest =>
	request.kind.startsWith('sentinel-');

function readReply({kind, command}: PollRequest, reply: Exclude<Reply, ReplyFailure>, answers: Answers): void {
	const text = typeof reply === 'string' ? reply : '';
	switch (kind) {
		case 'info':
		case 'commandstats': {
			answers.infos.push(parseInfo(text));
			break;
		}

		case 'slowlog': {
			answers.extras.slowlog = parseSlowlog(reply);
			break;
		}

		case 'clients': {
			answers.extras.clients = parseClientList(text);
			break;
		}

		case 'histograms': {
			answers.extras.histograms = parseHistograms(reply);
			break;
		}

		case 'latency-events': {
			answers.extras.latencyEvents = parseLatencyLatest(reply);
			break;
		}

		case 'cluster-nodes': {
			answers.extras.clusterNodes = parseClusterNodes(text);
			break;
		}

		case 'cluster-info': {
			answers.extras.clusterInfo = parseClusterInfo(text);
			break;
		}

		case 'slot-keys': {
			const keys = numberOf(reply);
			if (keys !== undefined) {
				answers.extras.slotKeys = new Map(answers.extras.slotKeys).set(Number(command.at(-1)), keys);
			}

			break;
		}

		case 'slot-migrations':
		case 'migration-status': {
			answers.extras.slotMigrations = parseSlotMigrations(reply);
			break;
		}

		case 'sentinel-primaries':
		case 'sentinel-replicas':
		case 'sentinel-sentinels':
		case 'sentinel-quorum':
		case 'config': {
			break;
		}
	}
}

/** Denied or absent commands are not asked again for ten minutes; anything else may pass and is asked next time. */
function noteRefusal(
	{kind}: PollRequest,
	reply: ReplyFailure,
	memory: PollMemory,
	elapsedMs: number,
): Failure | undefined {
	const availability = commandAvailability(reply.message);
	if (kind === 'info') {
		return replyFailure(reply.message);
	}

	if (availability !== 'failed') {
		const {command, grant} = requestName(kind);
		const spot: BlindSpot = {
			command,
			kind: availability,
			why: `${reply.code} ${errorWords(reply.message)}`,
			grant: availability === 'denied' ? grant : undefined,
		};
		memory.blind.set(kind, {spot, untilMs: elapsedMs + blindMs});
	}

	return undefined;
}

function remember(memory: PollMemory, {info, runId}: NodeSample, extras: Answers['extras']): void {
	if (memory.runId !== runId && memory.runId !== undefined) {
		// Another process: other version, other slow log, perhaps other rights.
		Object.assign(memory, freshMemory());
	}

	memory.runId = runId;
	memory.isRecovering = false;
	memory.version = speaksVersion(info) ?? memory.version ?? [2, 8];
	memory.connectedClients = info.number('clients', 'connected_clients') ?? 0;
	memory.hasCluster = info.number('cluster', 'cluster_enabled') === 1;
	memory.migrations = memory.hasCluster ? migrationsRequest(info) : undefined;
	memory.openSlots = extras.clusterNodes === undefined ? memory.openSlots : openSlotsIn(extras.clusterNodes);
	memory.busiestCommands = busiestCommands(info);
	memory.sentinel = nodeRole(info) === 'sentinel' ? rememberSentinel(memory.sentinel, info) : undefined;
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

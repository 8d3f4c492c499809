import type {InfoReply} from '../domain/info-reply.js';
import type {
	MigrationsRequest,
	PollDemand,
	PollRequest,
	PollState,
	RequestKind,
	ScheduledRequest,
} from './poll-request.js';
import {isAtLeast, speaksVersion} from './server-version.js';

/** Open slots of one node that are counted: an interrupted resharding leaves one, a broken script perhaps a few. */
const mostCountedSlots = 8;

/** Valkey ≥ 9.0 and Redis ≥ 8.4 move slots by themselves and tell how far they are. */
export function migrationsRequest(info: InfoReply): MigrationsRequest | undefined {
	const valkey = /^(\d+)/.exec(info.text('server', 'valkey_version') ?? '')?.[1];
	if (valkey !== undefined) {
		return Number(valkey) >= 9 ? {kind: 'slot-migrations', command: ['CLUSTER', 'GETSLOTMIGRATIONS']} : undefined;
	}

	return isAtLeast(speaksVersion(info), 8, 4)
		? {kind: 'migration-status', command: ['CLUSTER', 'MIGRATION', 'STATUS', 'ALL']}
		: undefined;
}

/**
Every node of a cluster is asked for its own view, whoever is in focus. CLUSTER INFO is the cheap digest (40 µs); when it
changes, the fleet makes the cluster hot, and the views come at every tick (1 ms of a server at a thousand nodes, 6 KB at
fifty).
*/
export function clusterRequests(memory: PollState, demand: PollDemand): ScheduledRequest[] {
	if (!memory.hasCluster) {
		return [];
	}

	const {isFocused, interests, views = 'paced'} = demand;
	const pacedMs = isFocused && interests.has('cluster') ? 2000 : 5000;
	const viewMs = {now: 0, paced: pacedMs, 'not-now': undefined};
	const digestMs = {now: 0, paced: 2000, 'not-now': 5000};
	const lanes: ScheduledRequest[] = [
		{kind: 'cluster-nodes', periodMs: viewMs[views], command: ['CLUSTER', 'NODES']},
		{kind: 'cluster-info', periodMs: digestMs[views], command: ['CLUSTER', 'INFO']},
		...linksRequests(memory, demand),
		...memory.openSlots.slice(0, mostCountedSlots).map(
			(slot): ScheduledRequest => ({
				kind: 'slot-keys',
				periodMs: 2000,
				command: ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)],
			}),
		),
	];
	return memory.migrations === undefined ? lanes : [...lanes, {...memory.migrations, periodMs: 5000}];
}

/**
Links of the bus are read seldom: the reply grows with the nodes (300 KB at a thousand), and all but a few say nothing new.
A gap is read again soon, because a link that was made anew meanwhile is none, and one that stays now and then.
*/
function linksRequests(
	{version, busLinks}: PollState,
	{isFocused, isWholeAtOnce, links = 'paced'}: PollDemand,
): ScheduledRequest[] {
	const gaps = busLinks?.gaps ?? [];
	const againMs = gaps.some(({isConfirmed}) => !isConfirmed) ? (isWholeAtOnce ? 0 : 3000) : 60_000;
	const gapMs = gaps.length === 0 ? Number.POSITIVE_INFINITY : againMs;
	const turnMs = {now: 0, paced: isFocused ? 10_000 : 30_000, 'not-now': Number.POSITIVE_INFINITY}[links];
	const periodMs = Math.min(gapMs, turnMs);
	return isAtLeast(version, 7, 0)
		? [
				{
					kind: 'cluster-links',
					periodMs: Number.isFinite(periodMs) ? periodMs : undefined,
					command: ['CLUSTER', 'LINKS'],
				},
			]
		: [];
}

/** Whether a link is missing is told by the peers that the node knows at the same moment. */
export function withViewForLinks(requests: PollRequest[]): PollRequest[] {
	const has = (kind: RequestKind) => requests.some(request => request.kind === kind);
	return has('cluster-links') && !has('cluster-nodes')
		? [...requests, {kind: 'cluster-nodes', command: ['CLUSTER', 'NODES']}]
		: requests;
}

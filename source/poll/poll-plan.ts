import {sentinelChannel} from '../wire/read-commands.js';
import {clusterRequests, withViewForLinks} from './cluster-requests.js';
import {commandlogNames, configNames} from './config-names.js';
import {lowFrequencyRequests} from './low-frequency-requests.js';
import type {PollDemand, PollRequest, PollState, ScheduledRequest} from './poll-request.js';
import {sentinelRequests, sentinelSections} from './sentinel-plan.js';
import {isAtLeast} from './server-version.js';

/** However far the ring moved; what it dropped beyond counts as lost. */
export const mostSlowlogEntries = 1024;

/** A command that was denied or absent is not asked again for ten minutes, milliseconds. */
export const blindMs = 600_000;

/** What is asked for, in one call from Redis 7.0 on; unknown section names are ignored by older and newer servers alike. */
const sections = 'server clients memory persistence stats replication cpu cluster keyspace errorstats threads'.split(
	' ',
);
const focusedSections = [...sections, 'commandstats'];

/**
How often CLIENT LIST may be asked for, milliseconds; undefined: by hand only. It takes the server about 1.4 µs a
client on its one thread, 13.9 ms at 10,000 (signals E.2).
*/
export function clientListPeriod(connectedClients: number): number | undefined {
	if (connectedClients <= 500) {
		return 5000;
	}

	return connectedClients <= 2000 ? 15_000 : undefined;
}

function infoRequests(memory: PollState, demand: PollDemand): PollRequest[] {
	const isDetailed = (demand.isFocused || demand.isMerged === true) && memory.sentinel === undefined;
	if (isAtLeast(memory.version, 7, 0)) {
		const wanted = memory.sentinel !== undefined ? sentinelSections : isDetailed ? focusedSections : sections;
		return [{kind: 'info', command: ['INFO', ...wanted]}];
	}

	// Before the version is known, and up to 6.2, INFO takes one section a call; without any it brings all but this one.
	const requests: PollRequest[] = [{kind: 'info', command: ['INFO']}];
	if (isDetailed) {
		requests.push({kind: 'commandstats', command: ['INFO', 'commandstats']});
	}

	return requests;
}

/** Made once: a thousand nodes are asked a thousand times a second whether they are due. */
const settings = ['CONFIG', 'GET', ...configNames];
const logSettings = [...settings, ...commandlogNames];

function slowRequests(memory: PollState, demand: PollDemand): ScheduledRequest[] {
	const {isFocused, interests, isByHand, isMerged = isFocused, isWholeAtOnce = false, isSlowlogTurn = false} = demand;
	if (memory.sentinel !== undefined) {
		const periodMs = memory.sentinel.names.length === 0 || isFocused ? 0 : 2000;
		return sentinelRequests(memory.sentinel).map(request => ({...request, periodMs, with: 'sentinel-primaries'}));
	}

	const lanes: ScheduledRequest[] = clusterRequests(memory, demand);
	if (memory.isRecovering || isSlowlogTurn || ((isFocused || isMerged) && interests.has('slowlog'))) {
		lanes.push({
			kind: 'slowlog',
			periodMs: memory.isRecovering || isSlowlogTurn ? 0 : isFocused ? 5000 : 10_000,
			command: ['SLOWLOG', 'GET', String(memory.slowlogCount)],
		});
	}

	if (isFocused && interests.has('clients')) {
		const periodMs = isByHand ? 0 : clientListPeriod(memory.connectedClients);
		lanes.push({kind: 'clients', periodMs, command: ['CLIENT', 'LIST']});
	}

	if (
		(isFocused || isMerged) &&
		interests.has('histograms') &&
		isAtLeast(memory.version, 7, 0) &&
		memory.busiestCommands.length > 0
	) {
		// The second reading soon after the first: only the two together say anything.
		const soonMs = isWholeAtOnce ? 0 : 900;
		const periodMs = memory.histogramReadings < 2 ? soonMs : 10_000;
		lanes.push({kind: 'histograms', periodMs, command: ['LATENCY', 'HISTOGRAM', ...memory.busiestCommands]});
	}

	if (demand.seeksSentinels === true && !memory.hasCluster) {
		lanes.push({kind: 'hello-listeners', periodMs: 60_000, command: ['PUBSUB', 'NUMSUB', sentinelChannel]});
	}

	const command = isAtLeast(memory.valkey, 8, 1) ? logSettings : settings;
	// Rules look at the settings of every node, panels at those of one.
	lanes.push({kind: 'config', periodMs: isFocused ? 60_000 : 300_000, command});
	return [...lanes, ...lowFrequencyRequests(memory, demand)];
}

/** Up to 6.2 CONFIG GET takes one name a call. */
function spreadConfig(request: PollRequest, memory: PollState): PollRequest[] {
	return request.kind === 'config' && !isAtLeast(memory.version, 7, 0)
		? configNames.map(name => ({kind: 'config', command: ['CONFIG', 'GET', name]}))
		: [request];
}

/**
The commands of this tick, to be sent in one write: INFO always, the slow lanes when they are due, looked at, and not
known to be denied. `nowMs` is monotonic.
*/
export function requestsDue(memory: PollState, demand: PollDemand, nowMs: number): PollRequest[] {
	return [...infoRequests(memory, demand), ...slowRequestsDue(memory, demand, nowMs)];
}

/** Of these, all but INFO. */
export function slowRequestsDue(memory: PollState, demand: PollDemand, nowMs: number): PollRequest[] {
	if (memory.version === undefined) {
		return [];
	}

	const requests: PollRequest[] = [];
	for (const {kind, periodMs, command, name, with: other = kind} of slowRequests(memory, demand)) {
		const blind = memory.blind.get(kind);
		const lastMs = memory.lastAskedMs.get(other);
		const isDue =
			periodMs !== undefined && (lastMs === undefined || demand.isByHand || nowMs - lastMs >= periodMs - 50);
		if (isDue && (blind === undefined || nowMs >= blind.untilMs)) {
			requests.push(...spreadConfig({kind, command, name}, memory));
		}
	}

	return withViewForLinks(requests);
}

import {listedClients, parseClientList} from '../parse/client-list.js';
import {parseConfig} from '../parse/config.js';
import {parseInfo} from '../parse/info.js';
import {parseHistograms, parseLatencyHistory, parseLatencyLatest} from '../parse/latency.js';
import {parseModules} from '../parse/server-modules.js';
import {parseLargeLog, parseSlowlog} from '../parse/slowlog.js';
import {infoSections} from '../wire/info-sections.js';
import {grantOf, type ReadCommand, readCommand, sentinelChannel, wordsOf} from '../wire/read-commands.js';
import {accessRequests} from './access-requests.js';
import {backupRequests} from './backup-requests.js';
import {clientListPeriod, isListAwaited, isSecondListAwaited} from './client-list-schedule.js';
import {clusterRequests} from './cluster-requests.js';
import {hasManyErrors} from './error-readings.js';
import {flaggedClientRequests} from './flagged-client-requests.js';
import {keyRequests} from './key-requests.js';
import type {PollDemand} from './poll-demand.js';
import {areSettingsOld, isAdministrator, type PollState} from './poll-state.js';
import {commandlogSettings, polledSettings} from './polled-settings.js';
import {
	byFocus,
	into,
	intoList,
	isShown,
	lengthOf,
	type RequestRow,
	readInfo,
	readSentinel,
	readSubscribers,
	textIn,
} from './request-row.js';
import {isNoQuorum} from './sentinel-replies.js';
import {isAtLeast} from './server-version.js';
import {watchedRequests} from './watched-requests.js';

const detailedSections = [...infoSections, 'commandstats'];
const sentinelSections = ['server', 'clients', 'stats', 'cpu', 'sentinel'];

const takesSections = ({version, oneArgumentKinds}: PollState): boolean =>
	isAtLeast(version, 7, 0) && !oneArgumentKinds.has('info');

/** Whether the node is asked for commandstats: its figures are shown, or many of its commands fail. */
const isDetailed = (state: PollState, demand: PollDemand): boolean => isShown(demand) || hasManyErrors(state);

function infoArguments(state: PollState, demand: PollDemand): ReadonlyArray<readonly string[]> {
	if (!takesSections(state)) {
		return [[]];
	}

	if (state.sentinel !== undefined) {
		return [sentinelSections];
	}

	const shown = isDetailed(state, demand) ? detailedSections : infoSections;
	return [demand.isFocused && demand.interests.has('main-thread') ? [...shown, 'debug'] : shown];
}

/** Number of entries that COMMANDLOG GET asks for: as many as the server keeps by default. */
const largeEntries = '128';

const showsSlowlog = (demand: PollDemand): boolean =>
	demand.isSlowlogDue === true || (isShown(demand) && demand.interests.has('slowlog'));

function largeLogPeriod(_: PollState, demand: PollDemand): number {
	const {isFocused, isSlowlogDue = false} = demand;
	if (isSlowlogDue) {
		return 0;
	}

	return showsSlowlog(demand) ? (isFocused ? 5000 : 10_000) : isFocused ? 30_000 : 300_000;
}

const wantsLargeLog = (state: PollState, demand: PollDemand): boolean => showsSlowlog(demand) || isAdministrator(state);

/** The arguments of CONFIG GET, which accepts one name a call up to Redis 6.2. */
function settingArguments({version, valkey, oneArgumentKinds}: PollState): ReadonlyArray<readonly string[]> {
	if (!isAtLeast(version, 7, 0) || oneArgumentKinds.has('config')) {
		return polledSettings.map(name => [name]);
	}

	return [isAtLeast(valkey, 8, 1) ? [...polledSettings, ...commandlogSettings] : polledSettings];
}

/** Shortest time between two CONFIG GET while somebody changes settings, in milliseconds. */
const changedSettingsMs = 2000;

/**
Whether a log is read now for its entries from before redis-top started. The log is read once, and only as a user who
may read settings.
*/
const isEarlierDue = (kind: string, state: PollState, demand: PollDemand): boolean =>
	demand.asksEarlier === true && isShown(demand) && isAdministrator(state) && !state.lastAskedMs.has(kind);

const primaryNames = ({sentinel}: PollState): ReadonlyArray<readonly string[]> =>
	(sentinel?.names ?? []).map(name => [name]);

const sentinelPeriod = ({sentinel}: PollState, {isFocused}: PollDemand): number =>
	sentinel?.names.length === 0 || isFocused ? 0 : 2000;

/** Every polled command, in the order in which a poll sends them. */
export const requests = [
	{
		kind: 'info',
		command: 'info',
		askedOf: 'all nodes',
		everyMs: 'every poll',
		arguments: infoArguments,
		hasOneArgumentForm: true,
		read: readInfo,
	},
	{
		// INFO without a section returns all sections except commandstats. This section is requested apart where INFO takes
		// one section a call: before the version is known, up to Redis 6.2, and in some other products.
		kind: 'commandstats',
		command: 'info',
		arguments: () => [['commandstats']],
		when: (state, demand) => isDetailed(state, demand) && !takesSections(state),
		everyMs: 'every poll',
		read: readInfo,
	},
	{
		kind: 'sentinel-primaries',
		command: 'sentinel|masters',
		askedOf: 'sentinels',
		everyMs: sentinelPeriod,
		read: readSentinel,
	},
	{
		kind: 'sentinel-id',
		command: 'sentinel|myid',
		askedOf: 'sentinels',
		everyMs: sentinelPeriod,
		dueWith: 'sentinel-primaries',
		read: readSentinel,
	},
	{
		kind: 'sentinel-replicas',
		command: 'sentinel|replicas',
		askedOf: 'sentinels',
		arguments: primaryNames,
		everyMs: sentinelPeriod,
		dueWith: 'sentinel-primaries',
		read: readSentinel,
	},
	{
		kind: 'sentinel-sentinels',
		command: 'sentinel|sentinels',
		askedOf: 'sentinels',
		arguments: primaryNames,
		everyMs: sentinelPeriod,
		dueWith: 'sentinel-primaries',
		read: readSentinel,
	},
	{
		kind: 'sentinel-quorum',
		command: 'sentinel|ckquorum',
		askedOf: 'sentinels',
		arguments: primaryNames,
		everyMs: sentinelPeriod,
		dueWith: 'sentinel-primaries',
		read: readSentinel,
		readFailure: (failure, replies, command) => isNoQuorum(failure) && readSentinel(failure, replies, command),
	},
	...clusterRequests,
	{
		kind: 'slowlog',
		command: 'slowlog|get',
		arguments: ({slowlogCount}) => [[String(slowlogCount)]],
		when: (state, demand) => state.isRecovering || showsSlowlog(demand) || isEarlierDue('slowlog', state, demand),
		everyMs: ({isRecovering}, {isFocused, isSlowlogDue = false}) =>
			isRecovering || isSlowlogDue ? 0 : isFocused ? 5000 : 10_000,
		read: intoList('slowlog', parseSlowlog, lengthOf),
	},
	{
		kind: 'clients',
		command: 'client|list',
		when: (state, {isFocused, interests}) =>
			hasManyErrors(state) || (isFocused && (interests.has('clients') || interests.has('client-rules'))),
		everyMs: (state, demand) =>
			demand.isByHand || isSecondListAwaited(state, demand)
				? 0
				: clientListPeriod(state.connectedClients, isListAwaited(state, demand)),
		read: intoList(
			'clients',
			reply => parseClientList(textIn(reply)),
			reply => (typeof reply === 'string' ? listedClients(reply) : undefined),
		),
	},
	...flaggedClientRequests,
	{
		kind: 'histograms',
		command: 'latency|histogram',
		arguments: ({busiestCommands, oneArgumentKinds}) =>
			oneArgumentKinds.has('histograms') ? busiestCommands.map(name => [name]) : [busiestCommands],
		hasOneArgumentForm: true,
		when: ({busiestCommands}, demand) =>
			isShown(demand) && demand.interests.has('histograms') && busiestCommands.length > 0,
		// The second reading comes soon after the first, because percentiles come from the difference of two readings. The
		// third one replaces what such a short time has shown.
		everyMs: ({histogramReadings}, {isWholeAtOnce = false}) =>
			histogramReadings > 2 ? 10_000 : histogramReadings === 2 ? 4000 : isWholeAtOnce ? 0 : 900,
		read: (reply, {extras}) => {
			extras.histograms = new Map([...(extras.histograms ?? []), ...parseHistograms(reply)]);
			return true;
		},
	},
	{
		kind: 'hello-listeners',
		command: 'pubsub|numsub',
		arguments: () => [[sentinelChannel]],
		when: ({hasCluster}, {seeksSentinels = false}) => seeksSentinels && !hasCluster,
		everyMs: () => 60_000,
		read: readSubscribers,
	},
	{
		kind: 'config',
		command: 'config|get',
		arguments: settingArguments,
		hasOneArgumentForm: true,
		everyMs: (state, demand) => (areSettingsOld(state) ? changedSettingsMs : byFocus(60_000, 300_000)(state, demand)),
		read: (reply, {extras}) => {
			extras.config = new Map([...(extras.config ?? []), ...parseConfig(reply)]);
			return true;
		},
	},
	...keyRequests,
	...watchedRequests,
	// Requests whose replies only rules read. Each takes the server 1 to 40 µs, and is sent once every one or five
	// minutes.
	{
		kind: 'latency-events',
		command: 'latency|latest',
		arguments: () => [[]],
		// With `latency-monitor-threshold 0` the server records no latency.
		when: state => state.isRecovering || (isAdministrator(state) && state.latencyThreshold !== '0'),
		everyMs: ({isRecovering}, {isFocused}) => (isRecovering ? 0 : isFocused ? 10_000 : 60_000),
		read: into('latencyEvents', parseLatencyLatest),
	},
	{
		// The reply has up to 160 entries for an event. It is read once, for what the latency monitor noted before
		// redis-top started.
		kind: 'latency-history',
		command: 'latency|history',
		arguments: ({latencyEvents}) => latencyEvents.map(event => [event]),
		when: (state, demand) => isEarlierDue('latency-history', state, demand),
		everyMs: () => 0,
		read: (reply, {extras}, command) => {
			const moments = parseLatencyHistory(reply);
			extras.latencyHistory = new Map(extras.latencyHistory).set(command.at(-1) ?? '', moments);
			return moments.length === lengthOf(reply);
		},
	},
	{
		kind: 'large-requests',
		command: 'commandlog|get',
		arguments: () => [[largeEntries, 'large-request']],
		when: wantsLargeLog,
		everyMs: largeLogPeriod,
		read: intoList('largeRequests', reply => parseLargeLog(reply, 'large-request'), lengthOf),
	},
	{
		kind: 'large-replies',
		command: 'commandlog|get',
		arguments: () => [[largeEntries, 'large-reply']],
		when: wantsLargeLog,
		everyMs: largeLogPeriod,
		read: intoList('largeReplies', reply => parseLargeLog(reply, 'large-reply'), lengthOf),
	},
	{
		kind: 'modules',
		command: 'module|list',
		when: isAdministrator,
		everyMs: byFocus(60_000, 300_000),
		read: into('modules', parseModules),
	},
	{
		kind: 'module-info',
		command: 'info',
		arguments: () => [['modules']],
		when: ({hasSearchModule}) => hasSearchModule,
		everyMs: byFocus(60_000, 300_000),
		read: into('moduleInfo', reply => parseInfo(textIn(reply))),
	},
	...backupRequests,
	...accessRequests,
] as const satisfies readonly RequestRow[];

export type RequestKind = (typeof requests)[number]['kind'];

/** One command to send: its kind of request, and its words. */
export type PollRequest = {readonly kind: RequestKind; readonly command: readonly string[]};

/** A row of the table of requests, with the words and the ACL rule that follow from its command. */
export type Request = RequestRow & {
	readonly kind: RequestKind;
	/** The words of the command: `SLOWLOG`, `GET`. */
	readonly words: readonly string[];
	readonly since: Pick<ReadCommand, 'redis' | 'valkey'>;
	/**
	The ACL rule that allows the command (`+slowlog|get`); undefined for a command whose right is not given to monitoring
	users.
	*/
	readonly grant: string | undefined;
};

const byKind: ReadonlyMap<string, Request> = new Map(
	requests.map(row => [
		row.kind,
		{...row, words: wordsOf(row.command), since: readCommand(row.command), grant: grantOf(row.command)},
	]),
);

export const allRequests: readonly Request[] = [...byKind.values()];

/**
The request of a kind; undefined for a kind that this version does not poll. A recording of another version may have
such a kind.
*/
export const findRequest = (kind: string): Request | undefined => byKind.get(kind);

export function requestOf(kind: RequestKind): Request {
	const request = byKind.get(kind);
	if (request === undefined) {
		throw new RangeError(`${kind} is not polled`);
	}

	return request;
}

import {keySlot} from '../domain/key-slot.js';
import {type WatchedFacts, watchedPlace} from '../domain/watched-key.js';
import {numberOf, textOf} from '../parse/reply-values.js';
import {parseStreamGroups} from '../parse/stream-groups.js';
import type {PollDemand} from './poll-demand.js';
import type {PollState} from './poll-state.js';
import type {Reader, Replies, RequestRow} from './request-row.js';

/**
Time between two readings of the watched keys, in milliseconds. It is shorter until there are two readings, which a rate
needs.
*/
const everyMs = ({watchedReadings}: PollState): number => (watchedReadings < 2 ? 1000 : 10_000);

/**
The watched keys to read from this node. A primary of a cluster has the keys in its slots, any other primary has all
keys. From a replica, no key is read.
*/
function keysHere({isPrimary, hasCluster, ownSlots}: PollState, {watchedKeys = []}: PollDemand): readonly string[] {
	if (!isPrimary || !hasCluster) {
		return isPrimary ? watchedKeys : [];
	}

	return watchedKeys.filter(key => {
		const slot = keySlot(watchedPlace(key).key);
		return ownSlots.some(({first, last}) => slot >= first && slot <= last);
	});
}

const keysOfType =
	(type: string) =>
	(state: PollState, demand: PollDemand): ReadonlyArray<readonly string[]> =>
		keysHere(state, demand)
			.filter(key => state.watchedTypes.get(key) === type)
			.map(key => [key]);

const hasKeys =
	(type: string) =>
	(state: PollState, demand: PollDemand): boolean =>
		keysOfType(type)(state, demand).length > 0;

/** Adds facts about the key that is the last argument of the command. */
function note({extras}: Replies, command: readonly string[], facts: WatchedFacts): true {
	const key = command.at(-1) ?? '';
	extras.watched = new Map(extras.watched).set(key, {...extras.watched?.get(key), ...facts});
	return true;
}

const readLength: Reader = (reply, replies, command) => {
	const length = numberOf(reply);
	return length !== undefined && note(replies, command, {length});
};

/** Whether the key vanished or changed its type since TYPE was read. The next TYPE shows that. */
const isOvertaken = (message: string): boolean => /^WRONGTYPE|no such key/i.test(message);

const lengthOf = (type: string) => ({
	namesWatchedKey: true as const,
	arguments: keysOfType(type),
	when: hasKeys(type),
	everyMs,
	read: readLength,
	readFailure: ({message}: Error) => isOvertaken(message),
});

/**
Requests for the keys that the user watches (`--watch-key`). Without watched keys, none of these requests is sent.
*/
export const watchedRequests = [
	{
		// SELECT is sent before the commands of keys in another database than 0, and once more to return to database 0.
		kind: 'select-database',
		command: 'select',
		when: () => false,
		everyMs: () => undefined,
		read: () => true,
	},
	{
		kind: 'watched-types',
		command: 'type',
		namesWatchedKey: true,
		arguments: (state, demand) => keysHere(state, demand).map(key => [key]),
		when: (state, demand) => keysHere(state, demand).length > 0,
		everyMs,
		read: (reply, replies, command) => {
			const type = textOf(reply);
			return type !== undefined && note(replies, command, {type});
		},
	},
	{...lengthOf('stream'), kind: 'watched-streams', command: 'xlen'},
	{
		...lengthOf('stream'),
		kind: 'watched-groups',
		command: 'xinfo|groups',
		read: (reply, replies, command) => {
			const groups = parseStreamGroups(reply);
			return groups !== undefined && note(replies, command, {groups});
		},
	},
	{...lengthOf('list'), kind: 'watched-lists', command: 'llen'},
	{...lengthOf('zset'), kind: 'watched-sorted-sets', command: 'zcard'},
] as const satisfies readonly RequestRow[];

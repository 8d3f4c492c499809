import type {BusLink} from '../domain/bus-links.js';
import type {InfoReply} from '../domain/info-reply.js';
import type {RawReply} from '../domain/reply.js';
import type {PollExtras} from '../domain/sample.js';
import {parseInfo} from '../parse/info.js';
import {numberOf} from '../parse/reply-values.js';
import {parseSlotMigrations} from '../parse/slot-migrations.js';
import type {ReadCommandName} from '../wire/read-commands.js';
import type {Reply, ReplyFailure} from '../wire/redis-port.js';
import type {PollDemand} from './poll-demand.js';
import type {PollState, WritableExtras} from './poll-state.js';
import type {SentinelReply} from './sentinel-replies.js';

/** The parsed replies of one poll, as far as they were read. */
export type Replies = {
	readonly infos: InfoReply[];
	readonly extras: WritableExtras;
	/** The reply to CLUSTER LINKS, which is compared with CLUSTER NODES of the same poll. */
	links?: readonly BusLink[];
	/** A Sentinel's replies, which are joined when all have arrived. */
	readonly sentinel: SentinelReply[];
};

/**
Reads a reply into `replies`. Returns false when the reply has an unknown form: the command becomes a blind spot.
Returns a text when a part could not be read: the text names that part, and the command is sent again.
*/
export type Reader = (reply: Reply, replies: Replies, command: readonly string[]) => boolean | string;

/**
A polled command. To add one, write a row here, a parser in `parse/` and a field of `PollExtras` (`domain/sample.ts`),
which the node record keeps with its age. `wire/read-commands.ts` has the command's ACL rule and the server versions
that know it. A command that is not listed there is never sent.
*/
export type RequestRow = {
	readonly kind: string;
	readonly command: ReadCommandName;
	/**
	The arguments after the command's name, one list for each command to send. Default: one command without arguments.
	*/
	readonly arguments?: (state: PollState, demand: PollDemand) => ReadonlyArray<readonly string[]>;
	/**
	Whether the command can also be sent with one argument a call. Some proxies and products report a version that takes
	several arguments, but refuse them. `arguments` then returns the form with one argument (`oneArgumentKinds`).
	*/
	readonly hasOneArgumentForm?: true;
	/**
	Whether the last argument is the name of a watched key (`domain/watched-key.ts`). The key may be in another database
	than 0.
	*/
	readonly namesWatchedKey?: true;
	/** Which nodes get the request. Default: data nodes. */
	readonly askedOf?: 'data nodes' | 'sentinels' | 'all nodes';
	/** Whether the request is sent to a node now. Default: always. */
	readonly when?: (state: PollState, demand: PollDemand) => boolean;
	/**
	Time between two requests in milliseconds; undefined while the request is not needed. `every poll`: also in the first
	poll, when the server's version is not known yet.
	*/
	readonly everyMs: 'every poll' | ((state: PollState, demand: PollDemand) => number | undefined);
	/** Another kind of request. This request is due whenever that other request is due. */
	readonly dueWith?: string;
	/** Another kind of request that is sent in the same poll, because both replies are read together. */
	readonly readWith?: string;
	/**
	Removes from a reply what redis-top may not keep, such as password hashes. Neither the node record nor a recording
	gets the original reply.
	*/
	readonly redact?: (reply: RawReply) => RawReply;
	readonly read: Reader;
	/** Reads an error reply that is a result, such as NOQUORUM. Returns false for an error reply that is a failure. */
	readonly readFailure?: (failure: ReplyFailure, replies: Replies, command: readonly string[]) => boolean | string;
};

/** Whether the node's lists, such as its slow log, are on the screen, alone or merged with the lists of other nodes. */
export const isShown = ({isFocused, isMerged = false}: PollDemand): boolean => isFocused || isMerged;

/** A period that depends on whether the node is in focus, in milliseconds. */
export const byFocus =
	(focusedMs: number, otherMs: number) =>
	(_: PollState, {isFocused}: PollDemand): number =>
		isFocused ? focusedMs : otherMs;

export const textIn = (reply: RawReply): string => (typeof reply === 'string' ? reply : '');

/** A reader that puts the parsed reply into a field of the poll's outcome. */
export const into =
	<Key extends keyof PollExtras>(key: Key, parse: (reply: RawReply) => NonNullable<PollExtras[Key]>): Reader =>
	(reply, {extras}) => {
		extras[key] = parse(reply);
		return true;
	};

/**
A reader for a reply with many entries. It counts entries that can't be read and reports their number. Otherwise the
list would look empty, as if nothing were slow or nobody connected.

@param listed Returns the number of entries in the reply; undefined for a reply that is no list.
*/
export const intoList =
	<Key extends 'slowlog' | 'clients' | 'largeRequests' | 'largeReplies'>(
		key: Key,
		parse: (reply: RawReply) => NonNullable<PollExtras[Key]>,
		listed: (reply: RawReply) => number | undefined,
	): Reader =>
	(reply, {extras}) => {
		const entries = parse(reply);
		const all = listed(reply);
		if (all === undefined || (entries.length === 0 && all > 0)) {
			return false;
		}

		extras[key] = entries;
		return all > entries.length
			? `${all - entries.length} of ${all} entries have a form that redis-top does not know`
			: true;
	};

export const lengthOf = (reply: RawReply): number | undefined => (Array.isArray(reply) ? reply.length : undefined);

export const readInfo: Reader = (reply, {infos}) => {
	infos.push(parseInfo(textIn(reply)));
	return true;
};

/**
Reads slot migrations. The reply of Redis 8.4 is known from its documentation only, so a list that can't be read becomes
a blind spot.
*/
export const readMigrations: Reader = (reply, {extras}) => {
	extras.slotMigrations = parseSlotMigrations(reply);
	return extras.slotMigrations.length > 0 || (Array.isArray(reply) && reply.length === 0);
};

export const readSlotKeys: Reader = (reply, {extras}, command) => {
	const keys = numberOf(reply);
	if (keys !== undefined) {
		extras.slotKeys = new Map(extras.slotKeys).set(Number(command.at(-1)), keys);
	}

	return true;
};

export const readSubscribers: Reader = (reply, {extras}) => {
	const subscribers = numberOf(Array.isArray(reply) ? reply[1] : null);
	if (subscribers !== undefined) {
		extras.sentinelListeners = subscribers;
	}

	return true;
};

export const readSentinel: Reader = (reply, {sentinel}, command) => {
	sentinel.push({command, reply});
	return true;
};

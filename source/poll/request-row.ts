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

/** The replies of one poll, as far as they were read. */
export type Replies = {
	readonly infos: InfoReply[];
	readonly extras: WritableExtras;
	/** CLUSTER LINKS: compared with the CLUSTER NODES of the same poll. */
	links?: readonly BusLink[];
	/** A Sentinel's replies: put together once all have come. */
	readonly sentinel: SentinelReply[];
};

/**
Takes in a reply. False: its form is not known, and the command becomes a blind spot. A text: the reply was taken in except
for the part that the text names, and the command is asked again.
*/
export type Reader = (reply: Reply, replies: Replies, command: readonly string[]) => boolean | string;

/**
One row a polled command. A new one takes three places: a row here, a parser in `parse/`, and a field of `PollExtras`
(`domain/sample.ts`), which the node's record keeps with its age. Its right and its versions come from
`wire/read-commands.ts`: a command that is not on that list is never sent.
*/
export type RequestRow = {
	readonly kind: string;
	readonly command: ReadCommandName;
	/** What follows the command's name, a list for each command to send. Default: one command without arguments. */
	readonly arguments?: (state: PollState, demand: PollDemand) => ReadonlyArray<readonly string[]>;
	/**
	Its commands take several arguments where the version promises that. Proxies and other products report such a version
	and refuse it: then `arguments` gives the form that has one argument a call (`oneArgumentKinds`).
	*/
	readonly hasOneArgumentForm?: true;
	/** Default: data nodes. */
	readonly askedOf?: 'data nodes' | 'sentinels' | 'all nodes';
	/** Default: at any time. */
	readonly when?: (state: PollState, demand: PollDemand) => boolean;
	/**
	Milliseconds between two requests; undefined: not now. `every poll`: from the first poll on, before the server's version
	is known.
	*/
	readonly everyMs: 'every poll' | ((state: PollState, demand: PollDemand) => number | undefined);
	/** It is due together with this kind. */
	readonly dueWith?: string;
	/** This kind is asked in the same poll, because both replies are read together. */
	readonly readWith?: string;
	readonly read: Reader;
	/** True where an error reply is a result as well, and was taken in. */
	readonly readFailure?: (failure: ReplyFailure, replies: Replies, command: readonly string[]) => boolean | string;
};

export const textIn = (reply: RawReply): string => (typeof reply === 'string' ? reply : '');

/** Puts what `parse` returns into a field of the poll's outcome. */
export const into =
	<Key extends keyof PollExtras>(key: Key, parse: (reply: RawReply) => NonNullable<PollExtras[Key]>): Reader =>
	(reply, {extras}) => {
		extras[key] = parse(reply);
		return true;
	};

/**
The same for a reply of many entries. An entry that cannot be read is counted and told: else nothing was slow, or nobody
connected.

@param listed How many entries the reply has; undefined for a reply that is no list.
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

/** The reply of Redis 8.4 is known from its documentation alone: a list that can't be read becomes a blind spot. */
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

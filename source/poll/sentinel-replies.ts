import type {InfoReply} from '../domain/info-reply.js';
import type {PollExtras} from '../domain/sample.js';
import type {QuorumCheck} from '../domain/sentinel.js';
import {keyValues} from '../parse/info-fields.js';
import {parseMonitoredPrimaries, parseSentinelPeers} from '../parse/sentinel.js';
import {sanitize} from '../text/sanitize.js';
import {type Reply, ReplyFailure} from '../wire/redis-port.js';

/** A reply of a Sentinel, with the command that led to it. */
export type SentinelReply = {readonly command: readonly string[]; readonly reply: Reply};

/** What polling remembers of a Sentinel between polls. */
export type SentinelState = {
	/** The names of the primaries that the Sentinel monitors, from its last reply. */
	names: readonly string[];
	/** The number of quorum checks in a row that failed, by the primary's name. */
	readonly quorumFailures: Map<string, number>;
};

/**
Takes the primaries' names from INFO (`master0:name=mymaster,status=ok,…`) until SENTINEL MASTERS was read. The second
poll can then already ask about each primary.
*/
export function updateSentinel(state: SentinelState | undefined, info: InfoReply): SentinelState {
	const known = state ?? {names: [], quorumFailures: new Map()};
	if (known.names.length === 0) {
		known.names = [...info.fields('sentinel')].flatMap(([field, text]) =>
			/^master\d+$/.test(field) ? (keyValues(text).get('name') ?? []) : [],
		);
	}

	return known;
}

/** Whether a reply is the error NOQUORUM, which is a result: Sentinels can't agree on a failover. */
export const isNoQuorum = (reply: Reply): reply is ReplyFailure =>
	reply instanceof ReplyFailure && reply.code === 'NOQUORUM';

/**
What a Sentinel reports about its primaries, joined from its replies; undefined without a reply to SENTINEL MASTERS.
*/
export function sentinelView(replies: readonly SentinelReply[], state: SentinelState): PollExtras['sentinel'] {
	const replyTo = (subcommand: string, name?: string) =>
		replies.find(({command}) => command[1] === subcommand && command[2] === name)?.reply;
	const list = replyTo('MASTERS');
	if (list === undefined || list instanceof ReplyFailure) {
		return undefined;
	}

	const primaries = parseMonitoredPrimaries(list).map(primary => {
		const peers = (subcommand: string) => {
			const reply = replyTo(subcommand, primary.name);
			return reply === undefined || reply instanceof ReplyFailure ? undefined : parseSentinelPeers(reply);
		};

		return {
			...primary,
			replicas: peers('REPLICAS'),
			sentinels: peers('SENTINELS'),
			quorumCheck: quorumCheck(replyTo('CKQUORUM', primary.name), primary.name, state),
		};
	});
	state.names = primaries.map(({name}) => name);
	const id = replyTo('MYID');
	return {...(typeof id === 'string' ? {id: sanitize(id)} : {}), primaries};
}

function quorumCheck(reply: Reply | undefined, name: string, state: SentinelState): QuorumCheck | undefined {
	const isFailure = reply !== undefined && isNoQuorum(reply);
	if (!isFailure && typeof reply !== 'string') {
		return undefined;
	}

	const failures = isFailure ? (state.quorumFailures.get(name) ?? 0) + 1 : 0;
	state.quorumFailures.set(name, failures);
	return {isReached: !isFailure, text: sanitize(isFailure ? reply.message : String(reply)), failures};
}

import type {InfoReply} from '../domain/info-reply.js';
import type {PollExtras} from '../domain/sample.js';
import type {QuorumCheck} from '../domain/sentinel.js';
import {keyValues} from '../parse/info-fields.js';
import {parseMonitoredPrimaries, parseSentinelPeers} from '../parse/sentinel.js';
import {sanitize} from '../text/sanitize.js';
import {type Reply, ReplyFailure} from '../wire/redis-port.js';

/** What a sentinel is asked beside INFO; it has none of the commands that data nodes are asked. */
export type SentinelKind = 'sentinel-primaries' | 'sentinel-replicas' | 'sentinel-sentinels' | 'sentinel-quorum';

export type SentinelRequest = {
	readonly kind: SentinelKind;
	readonly command: readonly string[];
	/** The primary it is about. */
	readonly name?: string | undefined;
};

/** What is remembered of a sentinel between polls. */
export type SentinelMemory = {
	/** The names of the primaries it watches, from its last answer. */
	names: readonly string[];
	/** Quorum checks in a row that failed, by primary. */
	readonly quorumFailures: Map<string, number>;
};

const freshSentinel = (): SentinelMemory => ({names: [], quorumFailures: new Map()});

/** `master0:name=mymaster,status=ok,…` of INFO tells the names before the first list does: no answer waits for another. */
export function rememberSentinel(memory: SentinelMemory | undefined, info: InfoReply): SentinelMemory {
	const known = memory ?? freshSentinel();
	if (known.names.length === 0) {
		known.names = [...info.fields('sentinel')].flatMap(([field, text]) =>
			/^master\d+$/.test(field) ? (keyValues(text).get('name') ?? []) : [],
		);
	}

	return known;
}

/** Sections of INFO that a sentinel has. */
export const sentinelSections: readonly string[] = ['server', 'clients', 'stats', 'cpu', 'sentinel'];

/** The whole of what a sentinel knows; a primary that it learned of just now is asked about next time. */
export const sentinelRequests = ({names}: SentinelMemory): readonly SentinelRequest[] => [
	{kind: 'sentinel-primaries', command: ['SENTINEL', 'MASTERS']},
	...names.flatMap((name): SentinelRequest[] => [
		{kind: 'sentinel-replicas', command: ['SENTINEL', 'REPLICAS', name], name},
		{kind: 'sentinel-sentinels', command: ['SENTINEL', 'SENTINELS', name], name},
		{kind: 'sentinel-quorum', command: ['SENTINEL', 'CKQUORUM', name], name},
	]),
];

/** An error reply that is an answer: that there is no quorum. */
export const isNoQuorum = (kind: string, reply: Reply): reply is ReplyFailure =>
	kind === 'sentinel-quorum' && reply instanceof ReplyFailure && reply.code === 'NOQUORUM';

/** What a sentinel's answers come to; undefined while it has not said which primaries it watches. */
export function sentinelView(
	answers: ReadonlyArray<{readonly request: SentinelRequest; readonly reply: Reply}>,
	memory: SentinelMemory,
): PollExtras['sentinel'] {
	const about = (kind: SentinelKind, name?: string) =>
		answers.find(({request}) => request.kind === kind && request.name === name)?.reply;
	const list = about('sentinel-primaries');
	if (list === undefined || list instanceof ReplyFailure) {
		return undefined;
	}

	const primaries = parseMonitoredPrimaries(list).map(primary => {
		const peers = (kind: SentinelKind) => {
			const reply = about(kind, primary.name);
			return reply === undefined || reply instanceof ReplyFailure ? undefined : parseSentinelPeers(reply);
		};

		return {
			...primary,
			replicas: peers('sentinel-replicas'),
			sentinels: peers('sentinel-sentinels'),
			quorumCheck: quorumCheck(about('sentinel-quorum', primary.name), primary.name, memory),
		};
	});
	memory.names = primaries.map(({name}) => name);
	return {primaries};
}

function quorumCheck(reply: Reply | undefined, name: string, memory: SentinelMemory): QuorumCheck | undefined {
	const isFailure = reply !== undefined && isNoQuorum('sentinel-quorum', reply);
	if (!isFailure && typeof reply !== 'string') {
		return undefined;
	}

	const failures = isFailure ? (memory.quorumFailures.get(name) ?? 0) + 1 : 0;
	memory.quorumFailures.set(name, failures);
	return {isReached: !isFailure, text: sanitize(isFailure ? reply.message : String(reply)), failures};
}

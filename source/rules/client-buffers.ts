import {message, nameOf} from '../domain/message.js';
import {mebibyte} from '../domain/threshold.js';
import {bytes, count} from '../text/units.js';
import {clientName, clientText, slowestReader} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {limitText} from './limit-without-unit.js';
import {increase, infoNumber} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

export const cliObuf = rule({
	id: 'cli.obuf',
	scope: 'node',
	docs: {
		looksAt: 'The rule reads the largest output buffer of a client, in bytes: `client_recent_max_output_buffer`.',
		since: '5.0',
		falsePositives: ['Older versions count entries of a list instead of bytes. The rule does not read them.'],
	},
	thresholds: {
		bytes: {
			value: 32 * mebibyte,
			unit: 'bytes',
			source: "the hard limit of a subscriber's buffer, redis.conf",
		},
	},
	needs: {largest: infoNumber('clients', 'client_recent_max_output_buffer')},
	evaluate({largest}, facts, limits) {
		const reader = slowestReader(facts);
		return largest <= limits.bytes
			? clear
			: fires('warning', {
					problem: 'holds a large output buffer',
					detail:
						reader === undefined
							? `${bytes(largest)} for one client`
							: message`${bytes(largest)} for ${clientText(reader)}`,
					culprit: reader === undefined ? undefined : {client: clientName(reader)},
					evidence: infoEvidence(facts, ['clients', 'client_recent_max_output_buffer', 'bytes']),
					meaning:
						'The client reads more slowly than it asks, or asked for a very large reply. The buffer takes memory of the server.',
					next: [
						hint('find it: panel 4, sorted by output buffer'),
						redisCli(facts, 'CONFIG GET client-output-buffer-limit'),
					],
					action: 'client-kill',
				});
	},
});

/** The age up to which a line of the server's log counts as new, milliseconds. */
const newLineMs = 60_000;

/** The clients that the server disconnected because their buffers were over the limit. */
type Disconnections = {
	/** Number of disconnected clients. */
	readonly clients: number;
	/** A line of the server's log about one of the disconnections. */
	readonly line: string | undefined;
};

const outputCounter = increase('stats', 'client_output_buffer_limit_disconnections');

/** The disconnections that the server's log reports for the last minute; undefined if the log cannot be read. */
function loggedDisconnections({record, nowMs}: NodeFacts): Disconnections | undefined {
	const host = record.host?.value;
	if (host?.kind !== 'here' || host.log === undefined) {
		return undefined;
	}

	const remark = host.log.remarks.find(({rules}) => rules.includes('cli.obuf_kill'));
	const isNew = remark?.atMs !== undefined && nowMs - remark.atMs <= newLineMs;
	return {clients: isNew ? remark.count : 0, line: isNew ? remark.line : undefined};
}

/**
The disconnections by INFO's counters or by the server's log, whichever has more. redis-top reads the log only on its
own machine. If the growth of the counters is unknown, only the log counts.
*/
function disconnectionsOf(facts: NodeFacts): Disconnections | undefined {
	const logged = facts.sample === undefined ? undefined : loggedDisconnections(facts);
	const byOutput = outputCounter.read(facts);
	if (byOutput !== undefined) {
		const byQuery = facts.increase('stats', 'client_query_buffer_limit_disconnections') ?? 0;
		return {clients: Math.max(byOutput + byQuery, logged?.clients ?? 0), line: logged?.line};
	}

	const isCounted = facts.number('stats', 'client_output_buffer_limit_disconnections') !== undefined;
	return isCounted && logged?.line === undefined ? undefined : logged;
}

/**
The client that a line of the log is about, by its name or address, and its last command. The line holds the client as
CLIENT LIST prints it: `Client id=7 addr=10.0.0.9:41000 … name=feed … cmd=subscribe … scheduled to be closed ASAP`.
*/
function clientInLine(line: string | undefined) {
	const field = (name: string) => new RegExp(` ${name}=(\\S+)`).exec(line ?? '')?.[1];
	const client = field('name') ?? field('addr');
	return client === undefined
		? undefined
		: {
				name: nameOf('client', client),
				kind: field('flags')?.includes('S')
					? ('replica' as const)
					: /subscribe$/.test(field('cmd') ?? '')
						? ('subscriber' as const)
						: undefined,
			};
}

/** The kinds of clients in `client-output-buffer-limit`. Before 5.0 a replica is `slave` there. */
const limitClasses = {normal: /normal/, subscriber: /pubsub/, replica: /slave|replica/} as const;

/**
The output buffer limit of a kind of clients as text: `the limit of normal clients is 4M`. If both a hard and a soft
limit are set, it is the lower one. Undefined if the setting is not known, or sets no limit for this kind.

@param limits CONFIG GET client-output-buffer-limit: `normal 0 0 0 slave 268435456 67108864 60 pubsub …`. The first
number of a kind is its hard limit, the second its soft limit.
*/
function limitReason(limits: string | undefined, kind: keyof typeof limitClasses): string | undefined {
	const words = (limits ?? '').split(' ');
	const at = words.findIndex(word => limitClasses[kind].test(word));
	const found = [words[at + 1], words[at + 2]].map(Number).filter(value => value > 0);
	return at === -1 || found.length === 0
		? undefined
		: `the limit of ${kind === 'normal' ? 'normal clients' : `${kind}s`} is ${limitText(Math.min(...found))}`;
}

/** What to do about clients of a kind that exceed their limit. */
const remedies: Readonly<Record<keyof typeof limitClasses, readonly string[]>> = {
	normal: ['let it ask for parts (HSCAN, SSCAN, LRANGE with limits), or raise the limit of normal clients'],
	subscriber: [
		'let it read faster, or subscribe to less',
		'raise its limit for bursts only: CONFIG SET client-output-buffer-limit "pubsub 64mb 16mb 60"; messages that must not be lost belong in a stream',
	],
	replica: [
		'raise its limit above what is written during a full resync: CONFIG SET client-output-buffer-limit "replica 1gb 512mb 120"',
	],
};

export const cliObufKill = rule({
	id: 'cli.obuf_kill',
	scope: 'node',
	docs: {
		looksAt:
			'The rule counts clients that the server disconnected because a buffer was over its limit: `client_output_buffer_limit_disconnections` and `client_query_buffer_limit_disconnections`. Redis has the counters since 7.4, Valkey since 8.0. The server also logs the client. A log line counts for a minute if redis-top can read the log.',
		since: 'any',
		falsePositives: ['The counters do not include clients that disconnect by themselves or are killed.'],
	},
	raiseAfter: 1,
	clearAfter: 10,
	needs: {disconnections: {read: disconnectionsOf, missing: outputCounter.missing}},
	evaluate({disconnections: {clients, line}}, facts) {
		if (clients === 0) {
			return clear;
		}

		const client = clientInLine(line);
		return fires('warning', {
			problem:
				client === undefined
					? 'disconnects clients over their buffer limits'
					: message`disconnects ${client.kind === undefined ? '' : `the ${client.kind} `}${client.name} over its buffer limit`,
			detail: line === undefined ? `${count(clients)} since the last sample` : 'within the last minute',
			reason: client && limitReason(facts.setting('client-output-buffer-limit'), client.kind ?? 'normal'),
			culprit: client && {client: client.name},
			evidence: [
				...infoEvidence(
					facts,
					['stats', 'client_output_buffer_limit_disconnections', 'count'],
					['stats', 'client_query_buffer_limit_disconnections', 'count'],
				),
				...(line === undefined ? [] : [{name: 'log', value: message`${nameOf('quote', line)}`}]),
			],
			meaning:
				client?.kind === 'subscriber'
					? 'It reads more slowly than others publish. Each time it is disconnected, it loses messages.'
					: 'A consumer is too slow, or a reply or request too large. Those clients lost their connection.',
			next: [
				...(client === undefined ? [] : remedies[client.kind ?? 'normal'].map(text => hint(text))),
				...logSteps(facts),
				...(client === undefined ? [hint('find them in the server log: omem and cmd stand there')] : []),
				redisCli(facts, 'CONFIG GET client-output-buffer-limit'),
			],
		});
	},
});

export const cliQbuf = rule({
	id: 'cli.qbuf',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads the largest query buffer of a client: `client_recent_max_input_buffer`. The limit of a query buffer is 1 GB by default.',
		since: '5.0',
		falsePositives: [],
	},
	thresholds: {
		bytes: {value: 64 * mebibyte, unit: 'bytes', source: 'the hard limit is 1 GB, redis.conf'},
	},
	needs: {largest: infoNumber('clients', 'client_recent_max_input_buffer')},
	evaluate({largest}, facts, limits) {
		return largest <= limits.bytes
			? clear
			: fires('warning', {
					problem: 'holds a large query buffer',
					detail: `${bytes(largest)} of one client`,
					evidence: infoEvidence(facts, ['clients', 'client_recent_max_input_buffer', 'bytes']),
					meaning:
						'A client sent a huge value or pipeline. It takes memory, and other commands wait while the server executes it.',
					next: [hint('find it: panel 4, sorted by memory'), hint('split what it sends')],
				});
	},
});

/** The setting maxmemory-clients as text: `100M`, `5% of maxmemory`; `reached` if it is unknown. */
const sharedLimit = (setting: string | undefined): string =>
	setting === undefined || setting === '0'
		? 'reached'
		: setting.endsWith('%')
			? `${setting} of maxmemory`
			: limitText(Number(setting));

export const cliEvicted = rule({
	id: 'cli.evicted',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether `evicted_clients` grows: the buffers of all clients together exceed `maxmemory-clients`.',
		since: '7.0',
		falsePositives: [],
	},
	raiseAfter: 1,
	clearAfter: 10,
	needs: {evicted: increase('stats', 'evicted_clients')},
	evaluate({evicted}, facts) {
		return evicted === 0
			? clear
			: fires('warning', {
					problem: 'disconnects clients to save memory',
					detail: `evicted ${count(evicted)} since the last sample`,
					reason: `maxmemory-clients is ${sharedLimit(facts.setting('maxmemory-clients'))}`,
					evidence: infoEvidence(
						facts,
						['stats', 'evicted_clients', 'count'],
						['memory', 'mem_clients_normal', 'bytes'],
					),
					meaning: 'The buffers of all clients are over maxmemory-clients. The largest clients lose their connections.',
					next: [hint('find the largest: panel 4, sorted by memory'), redisCli(facts, 'CONFIG GET maxmemory-clients')],
				});
	},
});

export const clientBuffersRules = [cliObuf, cliObufKill, cliQbuf, cliEvicted] as const;

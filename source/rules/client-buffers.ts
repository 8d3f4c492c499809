import {message, nameOf} from '../domain/message.js';
import {mebibyte} from '../domain/threshold.js';
import {bytes, count, seconds} from '../text/units.js';
import {clientName, clientText, slowestReader} from './client-names.js';
import {
	clientOverLimit,
	disconnectedClient,
	disconnectedSubscriber,
	disconnectionSteps,
	limitReason,
} from './disconnected-client.js';
import {infoEvidence} from './evidence.js';
import {increase, infoNumber} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {oversizedFiring, oversizedRequests} from './query-buffer.js';
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
	/** How often the server has disconnected clients since when, according to its log; undefined if only once. */
	readonly repeated?: {readonly times: number; readonly sinceMs: number} | undefined;
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
	if (!isNew) {
		return {clients: 0, line: undefined};
	}

	const last = host.log.happened?.findLast(({id}) => id === remark.id);
	const repeated = last !== undefined && last.count > 1 ? {times: last.count, sinceMs: last.atMs} : undefined;
	return {clients: remark.count, line: remark.line, repeated};
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
		return {...logged, clients: Math.max(byOutput + byQuery, logged?.clients ?? 0), line: logged?.line};
	}

	const isCounted = facts.number('stats', 'client_output_buffer_limit_disconnections') !== undefined;
	return isCounted && logged?.line === undefined ? undefined : logged;
}

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
	evaluate({disconnections: {clients, line, repeated}}, facts) {
		const oversized =
			line === undefined && (outputCounter.read(facts) ?? 0) === 0 ? oversizedRequests(facts) : undefined;
		if (oversized !== undefined) {
			return oversizedFiring(facts, oversized);
		}

		if (clients === 0) {
			return clear;
		}

		const client = line === undefined ? clientOverLimit(facts) : disconnectedClient(facts, line);
		const reason = client && limitReason(facts.setting('client-output-buffer-limit'), client);
		const when =
			line === undefined
				? `${count(clients)} since the last sample`
				: repeated === undefined
					? 'within the last minute'
					: `${count(repeated.times)} disconnections in ${seconds(Math.round((facts.nowMs - repeated.sinceMs) / 1000))}`;
		return fires('warning', {
			problem:
				client === undefined
					? 'disconnects clients over their buffer limits'
					: message`disconnects ${client.kind === 'normal' ? '' : `the ${client.kind} `}${client.name} over its buffer limit`,
			detail: client?.call === undefined ? when : message`${client.call}, ${when}`,
			reason,
			// A client of ordinary commands asks again after each disconnection, and never gets its reply.
			effect: client?.kind === 'normal' ? 'reads-refused' : undefined,
			culprit: client?.culprit,
			evidence: [
				...infoEvidence(
					facts,
					['stats', 'client_output_buffer_limit_disconnections', 'count'],
					['stats', 'client_query_buffer_limit_disconnections', 'count'],
				),
				...(client?.kind === 'subscriber' ? [{name: disconnectedSubscriber, value: message`${client.name}`}] : []),
				...(line === undefined ? [] : [{name: 'log', value: message`${nameOf('quote', line)}`}]),
			],
			meaning:
				client?.kind === 'subscriber'
					? 'It reads more slowly than others publish. Each time it is disconnected, it loses messages.'
					: 'A consumer is too slow, or a reply or request too large. Those clients lost their connection.',
			next: [
				...(client === undefined ? [] : disconnectionSteps(facts, client, reason !== undefined)),
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

export const clientBuffersRules = [cliObuf, cliObufKill, cliQbuf] as const;

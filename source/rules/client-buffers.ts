import type {LargeEntry} from '../domain/slowlog.js';
import {bytes, count} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {increase, infoNumber} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

export const cliObuf = rule({
	id: 'cli.obuf',
	scope: 'node',
	docs: {
		looksAt:
			'A client has a large output buffer: `client_recent_max_output_buffer`, in bytes since 5.0; older fields count list entries and are not looked at.',
		since: 'any',
		falsePositives: [],
	},
	needs: {largest: infoNumber('clients', 'client_recent_max_output_buffer')},
	evaluate({largest}, facts) {
		return largest <= facts.threshold('cli.obuf.bytes')
			? clear
			: fires('warning', {
					problem: `a client has ${bytes(largest)} waiting in its output buffer`,

					evidence: infoEvidence(facts, ['clients', 'client_recent_max_output_buffer', 'bytes']),
					meaning:
						'It reads more slowly than it asks, or asked for a very large reply; the buffer is memory of the server.',
					next: [
						hint('find it: panel 4, sorted by output buffer'),
						redisCli(facts, 'CONFIG GET client-output-buffer-limit'),
					],
					action: 'client-kill',
				});
	},
});

/** A line of the log speaks of now for so long, milliseconds. */
const logWindowMs = 60_000;

type Closed = {readonly clients: number; readonly line: string | undefined};

const counter = increase('stats', 'client_output_buffer_limit_disconnections');

/** By the counters, else by the log where this machine has it. */
function closedClients(facts: NodeFacts): Closed | undefined {
	const output = counter.read(facts);
	if (output !== undefined) {
		const query = facts.increase('stats', 'client_query_buffer_limit_disconnections') ?? 0;
		return {clients: output + query, line: undefined};
	}

	const host = facts.record.host?.value;
	const isCounted = facts.number('stats', 'client_output_buffer_limit_disconnections') !== undefined;
	if (isCounted || facts.sample === undefined || host?.kind !== 'here' || host.log === undefined) {
		return undefined;
	}

	const remark = host.log.remarks.find(({rules}) => rules.includes('cli.obuf_kill'));
	const isNew = remark?.atMs !== undefined && facts.nowMs - remark.atMs <= logWindowMs;
	return {clients: isNew ? remark.count : 0, line: isNew ? remark.line : undefined};
}

export const cliObufKill = rule({
	id: 'cli.obuf_kill',
	scope: 'node',
	docs: {
		looksAt:
			'The server closes clients because their buffers are over the limit. Since Redis 7.4 and Valkey 8.0 it counts them; an older one only logs it, which counts for a minute where the log can be read.',
		since: 'any',
		falsePositives: [],
	},
	raiseAfter: 1,
	clearAfter: 10,
	needs: {closed: {read: closedClients, missing: counter.missing}},
	evaluate({closed: {clients, line}}, facts) {
		if (clients === 0) {
			return clear;
		}

		const title =
			line === undefined
				? `closed ${count(clients)} clients over their buffer limits since the last sample`
				: 'closed a client over its output buffer limit within the last minute';
		return fires('warning', {
			problem: title,

			evidence:
				line === undefined
					? infoEvidence(
							facts,
							['stats', 'client_output_buffer_limit_disconnections', 'count'],
							['stats', 'client_query_buffer_limit_disconnections', 'count'],
						)
					: [{name: 'log', value: line}],
			meaning: 'A consumer is too slow, or a reply or request too large: those clients lost their connection.',
			next: [
				...logSteps(facts),
				hint('find them in the server log: omem and cmd stand there'),
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
			'A client has sent a very large request: `client_recent_max_input_buffer`. Since 5.0; the limit is 1 GB by default.',
		since: 'any',
		falsePositives: [],
	},
	needs: {largest: infoNumber('clients', 'client_recent_max_input_buffer')},
	evaluate({largest}, facts) {
		return largest <= facts.threshold('cli.qbuf.bytes')
			? clear
			: fires('warning', {
					problem: `a client has ${bytes(largest)} in its query buffer`,

					evidence: infoEvidence(facts, ['clients', 'client_recent_max_input_buffer', 'bytes']),
					meaning: 'A huge value or pipeline: it takes memory, and the server stops for as long as it works on it.',
					next: [hint('find it: panel 4, sorted by memory'), hint('split what it sends')],
				});
	},
});

export const cliEvicted = rule({
	id: 'cli.evicted',
	scope: 'node',
	docs: {
		looksAt: 'Clients are evicted because all of them together take more than `maxmemory-clients`.',
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
					problem: `evicted ${count(evicted)} clients since the last sample`,

					evidence: infoEvidence(
						facts,
						['stats', 'evicted_clients', 'count'],
						['memory', 'mem_clients_normal', 'bytes'],
					),
					meaning: 'The buffers of all clients are over maxmemory-clients; the largest clients lose their connections.',
					next: [hint('find the largest: panel 4, sorted by memory'), redisCli(facts, 'CONFIG GET maxmemory-clients')],
				});
	},
});

/** What COMMANDLOG has of the last minute, redis-top's own requests left out, the largest first. */
function largeLately(facts: NodeFacts): LargeEntry[] {
	const {record, nowMs} = facts;
	const sinceMs = (facts.number('server', 'server_time_usec') ?? nowMs * 1000) / 1000 - 60_000;
	return [...(record.largeReplies?.value.entries ?? []), ...(record.largeRequests?.value.entries ?? [])]
		.filter(({atMs, clientName}) => atMs >= sinceMs && clientName !== 'redis-top')
		.sort((one, other) => other.bytes - one.bytes);
}

const evidenceOf = (entries: readonly LargeEntry[]) =>
	entries.slice(0, 5).map(({log, bytes: size, arguments: [command = '-']}) => ({
		name: `${log.replace('-', ' ')} of ${command.toUpperCase()}`,
		value: size,
		unit: 'bytes' as const,
	}));

const meaning = 'Large replies fill the network and the buffers of clients, and take the server long to write.';

export const netBigReply = rule({
	id: 'net.big_reply',
	scope: 'node',
	docs: {
		looksAt:
			'Replies are large: output bytes over commands, more than 64 KB on average, any version; or COMMANDLOG notes replies and requests of a megabyte (`commandlog-reply-larger-than`, `commandlog-request-larger-than`): info, and a warning from ten a minute on, Valkey >= 8.1.',
		since: 'any',
		falsePositives: [
			'Before 7.0 what replicas are sent is among the output: with replicas the average is not looked at then.',
		],
	},
	needs: {
		output: increase('stats', 'total_net_output_bytes'),
		commands: increase('stats', 'total_commands_processed'),
	},
	evaluate({output, commands}, facts) {
		const isWithoutReplicas =
			facts.number('stats', 'total_net_repl_output_bytes') !== undefined ||
			(facts.number('replication', 'connected_slaves') ?? 0) === 0;
		const replicated = facts.increase('stats', 'total_net_repl_output_bytes') ?? 0;
		const mean = (output - replicated) / Math.max(1, commands);
		const large = largeLately(facts);
		const next = [redisCli(facts, '--bigkeys -i 0.01'), hint('fetch parts of it: HGET, LRANGE, ZRANGE with limits')];
		if (
			isWithoutReplicas &&
			commands >= facts.threshold('net.big_reply.commands') &&
			mean > facts.threshold('net.big_reply.bytes')
		) {
			return fires('warning', {
				problem: `replies are ${bytes(mean)} on average`,

				evidence: [{name: 'bytes a command', value: mean, unit: 'bytes'}, ...evidenceOf(large)],
				meaning,
				next,
			});
		}

		const [largest] = large;
		return largest === undefined
			? clear
			: fires(large.length > facts.threshold('net.big_reply.rate') ? 'warning' : 'info', {
					problem: `${count(large.length)} large ${large.length === 1 ? 'request or reply' : 'requests and replies'} in the last minute, up to ${bytes(largest.bytes)}`,
					evidence: evidenceOf(large),
					meaning,
					next: [hint('see which: panel 6'), ...next],
				});
	},
});

export const clientBuffersRules = [cliObuf, cliObufKill, cliQbuf, cliEvicted, netBigReply] as const;

import type {LargeEntry} from '../domain/slowlog.js';
import {bytes, count} from '../text/units.js';
import {increase} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

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

/**
Replies are large: output bytes over commands, more than 64 KB on average, any version; or COMMANDLOG notes replies and
requests of a megabyte (`commandlog-reply-larger-than`, `commandlog-request-larger-than`): info, and a warning from ten
a minute on, Valkey >= 8.1.

- Before 7.0 what replicas are sent is among the output: with replicas the average is not looked at then.
*/
export const netBigReply = nodeRule({
	id: 'net.big_reply',
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
		const next = [ask(facts, '--bigkeys -i 0.01'), words('fetch parts of it: HGET, LRANGE, ZRANGE with limits')];
		if (
			isWithoutReplicas &&
			commands >= facts.threshold('net.big_reply.commands') &&
			mean > facts.threshold('net.big_reply.bytes')
		) {
			return fires('warning', `replies are ${bytes(mean)} on average`, {
				evidence: [{name: 'bytes a command', value: mean, unit: 'bytes'}, ...evidenceOf(large)],
				meaning,
				next,
				action: null,
			});
		}

		const [largest] = large;
		return largest === undefined
			? clear
			: fires(
					large.length > facts.threshold('net.big_reply.rate') ? 'warning' : 'info',
					`${count(large.length)} large ${large.length === 1 ? 'request or reply' : 'requests and replies'} in the last minute, up to ${bytes(largest.bytes)}`,
					{evidence: evidenceOf(large), meaning, next: [words('see which: panel 6'), ...next], action: null},
				);
	},
});

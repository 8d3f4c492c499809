import {type Senders, sendersOf} from './client-names.js';
import type {NodeFacts} from './node-facts.js';

/** Commands that send a message to subscribers. */
const publishCommands: ReadonlySet<string> = new Set(['publish', 'spublish']);

/** The command that publishes now, and its senders; undefined if none is known to run. */
export function publisherOf(
	facts: NodeFacts,
): {readonly command: string; readonly senders: Senders | undefined} | undefined {
	const running = facts.record.commands.find(
		({command, callsPerSecond = 0}) => publishCommands.has(command) && callsPerSecond > 0,
	);
	return running && {command: running.command.toUpperCase(), senders: sendersOf(facts, running.command)};
}

/** The number of subscribers at most: by INFO, by CLIENT LIST, else one for each channel and pattern. */
function subscribers(facts: NodeFacts): number {
	const channels = ['pubsub_channels', 'pubsub_patterns', 'pubsubshard_channels'].map(
		field => facts.number('stats', field) ?? 0,
	);
	return Math.max(
		facts.number('clients', 'pubsub_clients') ?? 0,
		facts.record.clients?.value.filter(({flags}) => flags.includes('P')).length ?? 0,
		...channels,
	);
}

/** Least share of the sent bytes that published messages explain, so that most of the bytes may be messages. */
const mostOfIt = 0.5;

/**
Whether most of what the server sent may be messages to subscribers: each message came in once and went out once for
each subscriber. A server whose replies are large got few bytes, because requests are short. Where commandstats was
read, it must show that somebody publishes.
*/
export function maySendMessages(facts: NodeFacts, sentBytes: number): boolean {
	const received = facts.increase('stats', 'total_net_input_bytes') ?? 0;
	const isPublishing = facts.record.commands.length === 0 || publisherOf(facts) !== undefined;
	return isPublishing && received * subscribers(facts) >= sentBytes * mostOfIt;
}

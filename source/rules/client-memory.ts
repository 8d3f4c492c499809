import type {ClientRow} from '../domain/client.js';
import type {Evidence, NextStep} from '../domain/finding.js';
import {type Message, message, type Name} from '../domain/message.js';
import {bytes, percent} from '../text/units.js';
import {clientName, slowestReader} from './client-names.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Least share of maxmemory in client buffers from which they, and not the data, count as what fills the memory. */
const muchOfLimit = 0.25;

/** Client buffers that fill the memory of a server. */
export type ClientMemory = {
	/** `client buffers take 108M, 54% of maxmemory, most of it for report-export`. */
	readonly reason: Message;
	/** The client with the largest output buffer; undefined where CLIENT LIST shows no such client. */
	readonly client: Name | undefined;
	readonly evidence: readonly Evidence[];
	readonly next: readonly NextStep[];
};

/** How to limit the output buffers of clients of the kind that has the largest: subscribers (flag `P`) have a limit of their own. */
export const bufferLimitStep = (largest: ClientRow | undefined): NextStep =>
	hint(
		largest?.flags.includes('P') === true
			? 'limit them: CONFIG SET client-output-buffer-limit "pubsub 32mb 8mb 60"'
			: 'limit them: CONFIG SET client-output-buffer-limit "normal 64mb 32mb 10"',
	);

/**
The client buffers, if they take much of maxmemory. They count towards it, so that keys are evicted or writes refused for
replies that nobody reads. Undefined if they take little, without a limit, and on servers before 5.0.
*/
export function clientMemory(facts: NodeFacts): ClientMemory | undefined {
	const buffers = facts.number('memory', 'mem_clients_normal') ?? 0;
	const limit = facts.number('memory', 'maxmemory') ?? 0;
	if (limit === 0 || buffers < muchOfLimit * limit) {
		return undefined;
	}

	const reader = slowestReader(facts);
	const isMost = reader !== undefined && (reader.outputBufferBytes ?? 0) > buffers / 2;
	const client = isMost ? clientName(reader) : undefined;
	const taken = `client buffers take ${bytes(buffers)}, ${percent(buffers / limit)} of maxmemory`;
	return {
		reason: client === undefined ? taken : message`${taken}, most of it for ${client}`,
		client,
		evidence: [{name: 'mem_clients_normal', value: buffers, unit: 'bytes'}],
		next: [
			...(client === undefined
				? [hint('close the clients with the largest buffers: panel 4, sorted by memory')]
				: [
						redisCli(facts, `CLIENT KILL ID ${reader?.id}`),
						hint(message`that closes ${client} and frees its buffer; it may connect again and do the same`),
					]),
			bufferLimitStep(client === undefined ? undefined : reader),
		],
	};
}

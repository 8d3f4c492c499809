import type {NextStep} from '../domain/finding.js';
import {type Message, message} from '../domain/message.js';
import type {Senders} from './client-names.js';
import {hint} from './next-steps.js';
import {plainReads} from './server-busy.js';

/**
Whether a client reads from a replica of a cluster without having sent READONLY on its connection. The replica then sends it
on for every key. CLIENT LIST shows clients that have sent it with the flag `r`. Source: Redis, src/cluster.c,
`getNodeByQuery`.
*/
const lacksReadonly = (command: string, senders: Senders | undefined): boolean =>
	plainReads.test(command) && senders?.clients.every(({flags}) => flags.includes('r')) !== true;

/** Why a command fails, and what to do. */
type Redirection = {readonly reason: Message; readonly meaning: string; readonly next: readonly NextStep[]};

/**
Why a replica of a cluster sends a command on to its primary (MOVED), and what to do.

@param owner The primary in words: `its primary is 10.0.1.12:6379`.
@param known What MOVED means on a primary.
*/
export const movedByReplica = (
	command: string,
	senders: Senders | undefined,
	owner: Message,
	known: Pick<Redirection, 'meaning' | 'next'> | undefined,
): Redirection =>
	lacksReadonly(command, senders)
		? {
				reason: 'its client sends no READONLY',
				meaning:
					'A replica of a cluster sends all commands on to its primary, unless the connection has sent READONLY.',
				next: [
					hint(
						'let its library read from replicas: it then sends READONLY on each connection (scaleReads, readFrom, read_from_replicas)',
					),
					hint(message`or let it read where it writes: ${owner}`),
				],
			}
		: {
				reason: message`${owner}, and its client is not in cluster mode`,
				meaning: known?.meaning ?? 'The replica sends the command on to its primary.',
				next: known?.next ?? [],
			};

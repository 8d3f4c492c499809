import type {ClientRow} from '../domain/client.js';
import {message} from '../domain/message.js';
import {count} from '../text/units.js';
import {namedClients, otherClients} from './client-names.js';
import {clientRows} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** What CLIENT LIST prints as the last command of a connection that has sent none. */
const noCommand = 'NULL';

/**
Bytes of a first message of TLS (ClientHello): 150 with an old library, 517 padded, 1,800 with keys that resist quantum
computers. Source: RFC 7685 and https://blog.cloudflare.com/pq-2024.
*/
const hello = {least: 100, most: 4096} as const;

/** Seconds without another byte after which the first message counts as whole: a network sends it within one. */
const idleSeconds = 1;

/**
Whether a client sent some bytes at once, which are no command, and waits for a reply. The server looks for the end of a
line in them, up to the first byte 0. A ClientHello has that byte before any end of a line, so the server waits for more.
Source: Redis, src/networking.c, `processInlineBuffer`.
*/
const waitsForTls = ({command, queryBufferBytes = 0, idleSeconds: idle, flags}: ClientRow): boolean =>
	command === noCommand &&
	flags === 'N' &&
	idle >= idleSeconds &&
	queryBufferBytes >= hello.least &&
	queryBufferBytes <= hello.most;

/** The ports with TLS and without, where the settings name a port with TLS. */
function ports(facts: NodeFacts): string | undefined {
	const tlsPort = facts.setting('tls-port');
	return tlsPort === undefined || tlsPort === '0' || tlsPort === '' ? undefined : tlsPort;
}

export const tlsToPlain = rule({
	id: 'tls.to_plain',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads CLIENT LIST for connections that never sent a command (`cmd=NULL`), whose first bytes the server keeps (`qbuf`) and which have been waiting for a reply for a second. A client with TLS on a port without it does that: the server takes its first message for a command that has not ended, and neither answers nor counts an error.',
		since: '2.8',
		falsePositives: [
			'A client that sends its first command slowly is not idle, and a single client that waits does not count.',
			'Another protocol whose first message has a byte 0 before the end of a line looks the same.',
		],
	},
	thresholds: {
		clients: {value: 3, unit: 'count', source: 'a person who tries makes one or two connections'},
	},
	raiseAfter: 1,
	needs: {clients: clientRows},
	evaluate(_, facts, limits) {
		const waiting = otherClients(facts).filter(waitsForTls);
		const [first, ...others] = namedClients(waiting);
		if (first === undefined || waiting.length < limits.clients) {
			return clear;
		}

		const tlsPort = ports(facts);
		return fires('warning', {
			problem: message`gives ${count(waiting.length)} clients no reply`,
			detail: message`from ${first.name}${others.length === 0 ? '' : ` and ${others.length} more`}`,
			reason:
				tlsPort === undefined
					? 'they likely speak TLS to a port without it'
					: `they likely speak TLS to a port without it, not to ${tlsPort}`,
			effect: 'connections-refused',
			evidence: [
				{name: 'connections that sent bytes and no command', value: waiting.length, unit: 'count'},
				{name: 'bytes of one', value: waiting[0]?.queryBufferBytes ?? 0, unit: 'bytes'},
			],
			meaning:
				'The first message of TLS is no command, so the server waits for more of it. These clients can do nothing, and end with a timeout.',
			next: [
				hint(
					tlsPort === undefined
						? 'switch TLS off in these clients: redis:// in their URL'
						: `give these clients the TLS port ${tlsPort}`,
				),
				hint(
					tlsPort === undefined
						? 'if the server had TLS until now: start it with its own config file (tls-port, tls-cert-file)'
						: 'or switch TLS off in them: redis:// in their URL',
				),
				redisCli(facts, 'CONFIG GET tls-port'),
			],
		});
	},
});

export const plainPortRules = [tlsToPlain] as const;

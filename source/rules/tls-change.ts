import type {NodeRecord} from '../derive/node-record.js';
import {message} from '../domain/message.js';
import type {LostSettings} from './lost-settings.js';
import {hint, onHost} from './next-steps.js';
import {quotedName} from './node-facts.js';

const tlsOrPlain = 'give them TLS (rediss://, the CA), or give this port back to `port` and another one to tls-port';

/** The step for applications that speak without TLS to a port that has TLS. */
export const tlsForApplications = `if applications fail too: ${tlsOrPlain}`;

/**
What is known of a server that served redis-top without TLS, and now has TLS on the same port. Every application that
still speaks without TLS fails as redis-top does. Undefined for any other server.
*/
export function changedToTls({failure, sample, lastReplyAtMs}: NodeRecord): LostSettings | undefined {
	const file = sample?.info.text('server', 'config_file') ?? '';
	return failure?.code !== 'PLAIN_TO_TLS' || sample === undefined || lastReplyAtMs === undefined
		? undefined
		: {
				problem: 'now speaks TLS on this port',
				reason: 'it was plain before',
				meaning:
					'The server served redis-top without TLS before. Each application that has no TLS yet fails at its next connection.',
				next: [
					hint(`let the applications in again: ${tlsOrPlain}`),
					...(file === '' ? [] : [onHost(message`grep -nE '^(port|tls-)' ${quotedName('path', file)}`)]),
					hint('start redis-top with rediss:// or --tls; add --cacert FILE if its authority is your own'),
				],
			};
}

import type {Failure} from '../domain/sample.js';
import {replyFailure} from '../parse/reply-error.js';
import {socketFailure} from '../parse/socket-error.js';
import type {Greeting} from '../wire/raw-probe.js';

const tlsToPlain: Failure = {
	layer: 'tls',
	code: 'TLS_TO_PLAIN',
	problem: 'does not speak TLS on this port',
	reason: 'leave out --tls (rediss://)',
	state: 'refusing',
};

const plainToTls: Failure = {
	layer: 'tls',
	code: 'PLAIN_TO_TLS',
	problem: 'speaks TLS on this port',
	reason: 'give --tls (rediss://)',
	state: 'refusing',
};

/**
A TLS failure without a known reason. The server sends the reason as a TLS alert, but the alert is lost when the server
resets the connection.
*/
export const tlsEnded: Failure = {
	layer: 'tls',
	code: 'TLS_ENDED',
	problem: 'ended the connection after the TLS handshake',
	reason: 'it wants a client certificate (--cert, --key), another one, or it stopped',
	state: 'refusing',
};

/**
The failure that a server's greeting shows; undefined when the greeting explains nothing.

@param hasPassword Whether the failed connection had a password. The probe sends no password, so a NOAUTH reply to the
probe then explains nothing.
@param failure The failure of the connection. It may say more than the same error of the probe.
*/
export function greetingFailure(
	greeting: Greeting,
	isTls: boolean,
	hasPassword: boolean,
	failure?: Failure,
): Failure | undefined {
	switch (greeting.kind) {
		case 'spoke': {
			const {text, wasUnasked} = greeting;
			if (!/^[-+]/.test(text)) {
				return socketFailure('PROTOCOL', text);
			}

			if (isTls && !wasUnasked) {
				return tlsToPlain;
			}

			const isExpected = text.startsWith('+') || (hasPassword && text.startsWith('-NOAUTH'));
			return isExpected ? undefined : replyFailure(text.slice(1));
		}

		case 'speaks-tls': {
			return isTls ? undefined : plainToTls;
		}

		case 'closed': {
			return socketFailure('CLOSED', 'it takes connections and closes them at once');
		}

		case 'silent': {
			return socketFailure('TIMEOUT', 'it takes connections and says nothing');
		}

		case 'unreachable': {
			return greeting.code === failure?.code ? failure : socketFailure(greeting.code, '');
		}
	}
}

import {type Failure, failureText} from '../domain/sample.js';
import {replyFailure, withLostPassword} from '../parse/reply-error.js';
import {socketFailure} from '../parse/socket-error.js';
import {sanitize} from '../text/sanitize.js';
import type {Received} from '../wire/ladder-connection.js';

/**
The failure of a step of a diagnosis. `kind`, else `code`, is a key of `explanations`. `text` completes "10.0.1.21:6379 …".
*/
export type Outcome = {
	readonly code: string;
	/** What is known beyond the code of a socket's error. */
	readonly kind?: Failure['kind'];
	readonly layer: Failure['layer'];
	readonly text: string;
};

/** The outcome for an error reply, with or without its leading `-`. */
export function replyOutcome(text: string, hasPassword = false): Outcome {
	const failure = hasPassword ? withLostPassword(replyFailure(text)) : replyFailure(text);
	return {code: failure.kind ?? failure.code, layer: failure.layer, text: failureText(failure)};
}

/** The outcome for a socket's error. */
export function socketOutcome(code: string, message: string): Outcome {
	const failure = socketFailure(code, message);
	return {code: failure.code, kind: failure.kind, layer: failure.layer, text: failureText(failure)};
}

/** The outcome for received bytes that show a failure; undefined for `+PONG`, `+OK` and other good replies. */
export function receivedOutcome(received: Received, hasPassword = false): Outcome | undefined {
	switch (received.kind) {
		case 'line': {
			const {text} = received;
			if (/^-ERR unknown command [`']PROXY[`']/i.test(text)) {
				return socketOutcome('PROXY_PROTOCOL', '');
			}

			if (text.startsWith('-')) {
				return replyOutcome(text, hasPassword);
			}

			return /^[+:$*]/.test(text) ? undefined : otherServiceOutcome(text);
		}

		case 'tls-alert': {
			return socketOutcome('PLAIN_TO_TLS', '');
		}

		case 'quiet': {
			return socketOutcome('TIMEOUT', '');
		}

		case 'closed': {
			return socketOutcome('CLOSED', '');
		}

		case 'failed': {
			return socketOutcome(received.code, received.message);
		}
	}
}

/** The outcome for a service other than Redis, with the text that it sent. */
function otherServiceOutcome(text: string): Outcome {
	const said = sanitize(text.trim()).slice(0, 80);
	return /^HTTP\/\d/.test(text)
		? {code: 'HTTP', layer: 'greet', text: `is no Redis: a web server answers (${said})`}
		: {code: 'NOT_REDIS', layer: 'greet', text: `is no Redis: it says "${said}"`};
}

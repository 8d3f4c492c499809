import type {Failure} from '../domain/sample.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {type Greeting, probeGreeting, probeTls} from '../wire/raw-probe.js';
import {greetingFailure, tlsEnded} from './greeting-failure.js';

/** Codes of connections that ended without a reason. */
const vagueCodes: ReadonlySet<string> = new Set(['CLOSED', 'EPIPE', 'ECONNRESET', 'ERR_SSL_WRONG_VERSION_NUMBER']);

/** Whether a raw probe may tell more about a failure than its code. */
export const isVague = ({code}: Failure, {tls}: ConnectionSettings): boolean =>
	vagueCodes.has(code) || (code === 'ETIMEDOUT' && tls !== undefined);

/**
Finds out why a connection was closed without a reason. A raw probe connects again, and reads what the server sends
before the server closes the connection. Each call costs the server up to two connections.
*/
export async function explainedFailure(failure: Failure, settings: ConnectionSettings): Promise<Failure> {
	const {endpoint, timeoutMs} = settings;
	const isTls = settings.tls !== undefined;
	const found = await probeGreeting(endpoint, timeoutMs);
	const mayBeTls = !isTls && found.kind === 'closed' && found.afterPing;
	const greeting: Greeting = mayBeTls && (await probeTls(endpoint, timeoutMs)) ? {kind: 'speaks-tls'} : found;
	const hint = isTls && vagueCodes.has(failure.code) && greeting.kind === 'speaks-tls' ? tlsEnded : failure;
	return greetingFailure(greeting, isTls, settings.password !== undefined, failure) ?? hint;
}

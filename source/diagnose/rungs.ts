import {holderText, rejectedHolder} from '../derive/port-holder.js';
import type {LadderStep, Rung, RungStatus} from '../domain/ladder.js';
import {messageText} from '../domain/message.js';
import {certificateEndWords, certificateIssuerWords, socketFailure} from '../parse/socket-error.js';
import {type Explanation, explanations, type Place} from '../rules/connection-explanations.js';
import {milliseconds, utcDateTime} from '../text/units.js';
import type {HandshakeFacts} from '../wire/ladder-connection.js';
import type {ConnectFacts, LadderFacts} from './ladder-facts.js';
import {type Outcome, receivedOutcome, socketOutcome} from './outcome.js';
import {replyExplanations} from './reply-explanations.js';

/** Milliseconds of remaining validity below which a certificate causes a warning: two weeks. */
const expiryWarningMs = 14 * 86_400_000;

type RungInput = {
	readonly step: LadderStep;
	readonly status: RungStatus;
	readonly result: string;
	readonly address?: string | undefined;
	readonly tookMs?: number | undefined;
	readonly code?: string | undefined;
	/** The kind of the failure, where more is known than its code says. */
	readonly kind?: Outcome['kind'];
};

/** The explanation of a code that is not in `explanations`. OpenSSL alone has hundreds of codes. */
function unexplained(step: LadderStep, place: Place): Explanation {
	const explain = step === 'tls' ? explanations.get('TLS_TIMEOUT') : undefined;
	return {
		meaning:
			step === 'tls'
				? 'The TLS handshake failed; the code is of OpenSSL, and its own client says more.'
				: 'The server or something in between answered with this; it is in its own words.',
		confirm: explain?.(place).confirm ?? [{kind: 'command', text: `${place.cli} PING`}],
		next: [{kind: 'words', text: "look for the same moment in the server's log"}],
	};
}

/** Makes a rung: the result of a step, with the explanation of its code if it has one. */
export function rung({step, status, result, address, tookMs, code, kind}: RungInput, place: Place): Rung {
	const known = kind ?? code;
	const explain = known === undefined ? undefined : (explanations.get(known) ?? replyExplanations.get(known));
	const explanation = explain?.(place) ?? (status === 'critical' ? unexplained(step, place) : undefined);
	return {
		step,
		status,
		address,
		tookMs,
		code,
		result,
		meaning: explanation?.meaning,
		confirm: explanation?.confirm ?? [],
		next: explanation?.next ?? [],
	};
}

export const skipped = (step: LadderStep, why: string, place: Place): Rung =>
	rung({step, status: 'skipped', result: why}, place);

const failed = (step: LadderStep, {code, text}: Outcome, tookMs: number | undefined, place: Place): Rung =>
	rung({step, status: 'critical', result: text, tookMs, code}, place);

export function nameRung({lookup, endpoint}: LadderFacts, place: Place): Rung {
	if (lookup === undefined) {
		return skipped('name', endpoint.kind === 'unix' ? 'a socket file needs none' : 'an address needs none', place);
	}

	if (lookup.kind === 'failed') {
		const told = failed('name', socketOutcome(lookup.code, lookup.message), lookup.tookMs, place);
		const {earlierAddress} = socketFailure(lookup.code, lookup.message);
		return earlierAddress === undefined
			? told
			: {...told, next: [{kind: 'words', text: `use the address that it had before: ${earlierAddress}`}, ...told.next]};
	}

	const {addresses, tookMs} = lookup;
	return rung({step: 'name', status: 'ok', result: addresses.join(', '), tookMs}, place);
}

/**
The outcome of a connection attempt. If a server on this machine listens on the port but the connection is refused, a
firewall rejects it.
*/
function connectOutcome({code = '', message}: ConnectFacts, {host, endpoint, atMs}: LadderFacts): Outcome {
	const outcome = socketOutcome(code, message);
	if (code !== 'ECONNREFUSED' || host?.kind !== 'here') {
		return outcome;
	}

	const rejected = rejectedHolder(host, endpoint, atMs);
	if (rejected !== undefined) {
		const who = messageText(holderText(rejected));
		return {...outcome, text: `refuses connections: ${who} listens, so a firewall rejects (REJECT)`};
	}

	// The server has the port at another address. A remark about this machine names that address.
	return host.process === undefined || host.listeners.length === 0 || endpoint.kind === 'unix'
		? outcome
		: {...outcome, text: 'refuses connections: nothing listens on the port at this address'};
}

/**
One rung (a step's result) for each address. A name with several addresses works if one of them accepts. But clients may
wait for the other addresses first.
*/
export function connectRungs(facts: LadderFacts, place: Place): Rung[] {
	const {connects, lookup} = facts;
	if (connects.length === 0) {
		return [skipped('tcp', 'not reached', place)];
	}

	const isAnyOpen = connects.some(({code}) => code === undefined);
	return connects.map((connect: ConnectFacts) => {
		const {address, tookMs, code} = connect;
		const where = lookup === undefined ? undefined : address;
		if (code === undefined) {
			return rung({step: 'tcp', status: 'ok', result: 'takes the connection', address: where, tookMs}, place);
		}

		const outcome = connectOutcome(connect, facts);
		// An address that refuses costs clients no time. An address that does not answer costs them their timeout, so only
		// that is a warning.
		const status = isAnyOpen ? (code === 'ECONNREFUSED' ? 'info' : 'warning') : 'critical';
		return rung(
			{step: 'tcp', status, result: outcome.text, address: where, tookMs, code: outcome.code, kind: outcome.kind},
			place,
		);
	});
}

export function greetingRung({greeting, hasPassword}: LadderFacts, place: Place): Rung {
	if (greeting === undefined) {
		return skipped('greeting', 'not reached', place);
	}

	if (greeting.kind === 'quiet') {
		const result = `says nothing for ${milliseconds(greeting.tookMs)}, as a server should`;
		return rung({step: 'greeting', status: 'ok', result, tookMs: greeting.tookMs}, place);
	}

	const outcome = receivedOutcome(greeting, hasPassword) ?? {
		code: 'NOT_REDIS',
		layer: 'greet',
		text: 'speaks before it is asked: no Redis',
	};
	return failed('greeting', outcome, greeting.tookMs, place);
}

export function tlsRung(facts: LadderFacts, place: Place): Rung {
	const {isTlsAsked, handshake, protocolSeen, greeting} = facts;
	if (!isTlsAsked) {
		return protocolSeen === 'tls'
			? failed('tls', socketOutcome('PLAIN_TO_TLS', ''), undefined, place)
			: skipped('tls', greeting === undefined ? 'not reached' : 'not asked for', place);
	}

	if (handshake === undefined) {
		return skipped('tls', 'not reached', place);
	}

	if (handshake.kind === 'failed') {
		return failed('tls', handshakeOutcome(handshake, protocolSeen), handshake.tookMs, place);
	}

	// With TLS 1.3, a server may require a client certificate. That the certificate is missing is reported only after the
	// handshake, with the first command.
	const late = lateRefusal(facts);
	if (late !== undefined) {
		return failed('tls', late, handshake.tookMs, place);
	}

	return trustRung(facts, handshake, place);
}

function handshakeOutcome(
	handshake: Extract<HandshakeFacts, {kind: 'failed'}>,
	protocolSeen: LadderFacts['protocolSeen'],
): Outcome {
	if (protocolSeen === 'plain') {
		return socketOutcome('TLS_TO_PLAIN', '');
	}

	return handshake.code === 'ETIMEDOUT'
		? {code: 'TLS_TIMEOUT', layer: 'tls', text: 'takes the connection and does not answer the TLS handshake'}
		: socketOutcome(handshake.code, handshake.message);
}

function lateRefusal({auth, ping}: LadderFacts): Outcome | undefined {
	const first = auth ?? ping;
	if (first?.kind === 'failed' && /^ERR_(?:SSL|TLS)_/.test(first.code)) {
		return socketOutcome(first.code, first.message);
	}

	return first?.kind === 'failed' || first?.kind === 'closed'
		? {
				code: 'TLS_ENDED',
				layer: 'tls',
				text: 'ended the connection after the TLS handshake: it wants a client certificate, or another one',
			}
		: undefined;
}

function trustRung(
	{handshake: timing, isVerified, hasOwnAuthorities = false, atMs}: LadderFacts,
	handshake: Extract<HandshakeFacts, {kind: 'done'}>,
	place: Place,
): Rung {
	const tookMs = timing?.tookMs;
	const {untrustedBecause, protocol, certificate} = handshake;
	if (untrustedBecause !== undefined) {
		const issuer = /CN=([^,]+)/.exec(certificate?.issuer ?? '')?.[1];
		const known = certificateEndWords(certificate?.validToMs, atMs) + certificateIssuerWords(issuer, hasOwnAuthorities);
		const outcome = socketOutcome(untrustedBecause, known);
		return rung(
			{
				step: 'tls',
				status: isVerified ? 'critical' : 'warning',
				result: isVerified ? outcome.text : `${outcome.text}; not checked, because of --insecure`,
				tookMs,
				code: outcome.code,
			},
			place,
		);
	}

	const endsMs = certificate?.validToMs;
	const isEnding = endsMs !== undefined && endsMs - atMs < expiryWarningMs;
	const until = endsMs === undefined ? '' : `, certificate until ${utcDateTime(endsMs)} UTC`;
	return rung(
		{
			step: 'tls',
			status: isEnding ? 'warning' : 'ok',
			result: `${protocol}${until}`,
			tookMs,
			...(isEnding ? {code: 'CERT_ENDS_SOON'} : {}),
		},
		place,
	);
}

/** The rung (a step's result) of authentication. NOAUTH arrives as the reply to PING, but belongs to this rung. */
export function authRung({auth, ping, hasPassword, user}: LadderFacts, place: Place): Rung {
	const refusal = auth === undefined ? undefined : receivedOutcome(auth);
	if (auth?.kind === 'line' && refusal === undefined) {
		const result = `accepted${user === undefined ? '' : ` as ${user}`}`;
		return rung({step: 'auth', status: 'ok', result, tookMs: auth.tookMs}, place);
	}

	if (auth?.kind === 'line' && refusal !== undefined) {
		const isNeedless = refusal.code === 'NEEDLESS_PASSWORD';
		const status = isNeedless ? 'info' : 'critical';
		return rung({step: 'auth', status, result: refusal.text, tookMs: auth.tookMs, code: refusal.code}, place);
	}

	const answer = ping === undefined ? undefined : receivedOutcome(ping);
	if (answer?.layer === 'auth') {
		return failed('auth', answer, ping?.tookMs, place);
	}

	return skipped(
		'auth',
		ping === undefined ? 'not reached' : hasPassword ? 'no answer' : 'no password was given',
		place,
	);
}

import type {NextStep} from '../domain/finding.js';
import type {LoggedHappening, LogRemark} from '../domain/log-lines.js';
import {type Message, message, nameOf} from '../domain/message.js';
import {count, perSecond, utcClock} from '../text/units.js';
import {hostFact} from './needs.js';
import {hint, onHost, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Most milliseconds between the last failed handshake in the log and the reading of the log. */
const newestMs = 15_000;

type Failure = {
	readonly remark: LogRemark;
	readonly happening: LoggedHappening;
	readonly perMinute: number;
	readonly kind: Kind;
};

/** The host of the client in the line, since Redis 7.2: `(addr=10.0.0.9:41000 laddr=…)`. */
function sender({line}: LogRemark): Message {
	const host = /\(addr=\[?([^\s\])]+?)\]?:\d+ /.exec(line)?.[1];
	return host === undefined ? '' : message`, last from ${nameOf('host', host)}`;
}

type Kind = {
	readonly reason: string;
	readonly meaning: string;
	readonly next: (facts: NodeFacts) => readonly NextStep[];
};

/** The step that shows the server's certificate and who signed it. */
const showCertificate = ({record: {endpoint}}: NodeFacts): readonly NextStep[] =>
	endpoint.kind === 'tcp'
		? [
				onHost(
					message`openssl s_client -connect ${quotedName('host', endpoint.host)}:${endpoint.port} </dev/null | openssl x509 -noout -issuer -dates`,
				),
			]
		: [];

/** Kinds of failed handshakes, by the id of their lines in the server's log. */
const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
	[
		'plain-to-tls',
		{
			reason: 'clients speak without TLS',
			meaning: 'The port takes TLS alone. Clients that speak without TLS are disconnected before their first command.',
			next: facts => [
				hint('switch the clients to TLS: rediss:// in their URL, and the CA of its certificate'),
				redisCli(facts, 'CONFIG GET tls-port'),
			],
		},
	],
	[
		'tls-untrusted',
		{
			reason: 'clients do not trust its certificate',
			meaning:
				'Clients end the handshake, because the authority that signed its certificate is not among theirs. Connections from before go on.',
			next: facts => [
				hint('give the clients the CA of the certificate, or load a certificate of the CA that they know'),
				...showCertificate(facts),
			],
		},
	],
	[
		'tls-expired',
		{
			reason: 'clients say that its certificate has expired',
			meaning:
				'Clients end the handshake, because the certificate is too old by their clocks. Connections from before go on.',
			next: facts => [
				hint('renew the file, then load it without a restart: CONFIG SET tls-cert-file with the same path'),
				...showCertificate(facts),
			],
		},
	],
	[
		'tls-certificate-missing',
		{
			reason: 'clients show no certificate',
			meaning: 'It wants a certificate of each client (tls-auth-clients yes). Clients without one are disconnected.',
			next: facts => [
				hint('give the clients a certificate and its key'),
				hint('or let it take clients without one: CONFIG SET tls-auth-clients no, where their passwords suffice'),
				redisCli(facts, 'CONFIG GET tls-auth-clients'),
			],
		},
	],
	[
		'tls-certificate-refused',
		{
			reason: 'it does not accept the certificates of clients',
			meaning: 'The certificate of a client has expired, or its authority is not in tls-ca-cert-file.',
			next: facts => [
				hint('look at the certificate of a client: openssl x509 -in FILE -noout -issuer -dates; renew it'),
				hint('a new CA of the clients belongs into tls-ca-cert-file, beside the old one'),
				redisCli(facts, 'CONFIG GET tls-ca-cert-file'),
			],
		},
	],
	[
		'tls-nothing-common',
		{
			reason: 'no TLS version or cipher in common with clients',
			meaning: 'The clients offer only TLS versions or ciphers that its settings do not allow.',
			next: facts => [
				hint('let the clients offer TLS 1.2 or 1.3: an old library is the usual reason'),
				redisCli(facts, 'CONFIG GET tls-protocols'),
				redisCli(facts, 'CONFIG GET tls-ciphersuites'),
			],
		},
	],
]);

/** The handshakes that fail now, by the newest kind of line in the server's log; undefined if none does. */
function failureIn({record}: NodeFacts): Failure | undefined {
	const host = record.host?.value.kind === 'here' ? record.host.value : undefined;
	const remark = host?.log?.remarks.find(({id}) => kinds.has(id));
	const kind = kinds.get(remark?.id ?? '');
	const happening = host?.log?.happened?.findLast(({id}) => id === remark?.id);
	const atMs = remark?.atMs;
	if (remark === undefined || kind === undefined || happening === undefined || atMs === undefined) {
		return undefined;
	}

	const minutes = Math.max(atMs - happening.atMs, 1000) / 60_000;
	return (record.host?.atMs ?? 0) - atMs > newestMs
		? undefined
		: {remark, kind, happening, perMinute: happening.count / minutes};
}

export const tlsHandshakes = rule({
	id: 'tls.handshakes',
	scope: 'node',
	docs: {
		looksAt:
			"The rule reads the failed TLS handshakes in the server's log (`Error accepting a client connection`) and what OpenSSL says of them. The server has no counter for them. The log is known where the server runs on this machine.",
		since: '6.0',
		falsePositives: [
			'A single client or a probe that speaks the wrong protocol fails a few times a minute. The rule needs ten failures, and ten a minute.',
			'HTTP checks, and checks that connect and leave, fail in other ways. The rule does not count them.',
		],
	},
	thresholds: {
		rate: {value: 10, unit: 'perMinute', source: 'one client, or a probe every 15 s, fails less often'},
		failures: {value: 10, unit: 'count', source: 'a person who tries makes fewer'},
	},
	raiseAfter: 1,
	appliesTo: ({sample}) => sample !== undefined,
	needs: {log: hostFact(({log}) => log, "the server's log")},
	evaluate(_, facts, limits) {
		const failure = failureIn(facts);
		if (failure === undefined || failure.perMinute < limits.rate || failure.happening.count < limits.failures) {
			return clear;
		}

		const {remark, kind, happening, perMinute} = failure;
		const often = perMinute < 60 ? `${count(Math.round(perMinute))} per minute` : perSecond(perMinute / 60);
		return fires('warning', {
			problem: 'fails TLS handshakes',
			detail: message`${often}${sender(remark)}`,
			reason: kind.reason,
			effect: 'connections-refused',
			evidence: [
				{name: 'failed handshakes in the log', value: happening.count, unit: 'count'},
				{name: 'since', value: utcClock(happening.atMs)},
				{name: 'log', value: message`${nameOf('quote', remark.line)}`},
			],
			meaning: kind.meaning,
			next: kind.next(facts),
		});
	},
});

export const tlsHandshakeRules = [tlsHandshakes] as const;

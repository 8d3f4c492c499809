import type {LocalPortUse} from '../domain/local-ports.js';
import {type Message, message, nameOf} from '../domain/message.js';
import type {Failure} from '../domain/sample.js';
import {sanitize} from '../text/sanitize.js';

/** What the error of a connection says about the node: a `Failure` to which the error's code is added later. */
type Meaning = Pick<Failure, 'layer' | 'state' | 'problem' | 'reason'>;

const down = (layer: Failure['layer'], problem: string, reason?: Message): Meaning => ({
	layer,
	state: 'down',
	problem,
	reason,
});

/**
The failure of a server whose small replies come while a large one stays away. Its code is that of a pending reply, so
that the node is stale until the reply comes.
*/
export const largeRepliesLost: Failure = {
	code: 'TIMEOUT',
	kind: 'LARGE_REPLIES',
	layer: 'tcp',
	state: 'stale',
	problem: 'sends small replies only',
	reason: 'packet size limit (MTU) on the way',
};

/**
A failure of the TLS handshake. The node runs but its settings or those of redis-top are wrong, so its state is
refusing, not down.
*/
const refusing = (problem: string, reason?: string): Meaning => ({layer: 'tls', state: 'refusing', problem, reason});

/**
The meaning of a connection's error by its code. A code comes from Node, from OpenSSL, or from redis-top itself:
`TIMEOUT`, `CLOSED`, `PROTOCOL`, and the codes of a test that reads the port without a Redis client, such as
`PLAIN_TO_TLS`.
*/
const meaningByCode: ReadonlyMap<string, Meaning> = new Map([
	['ENOTFOUND', down('dns', 'cannot be found', 'no such host name')],
	['EAI_AGAIN', down('dns', 'cannot be found', 'no DNS answer')],
	['ECONNREFUSED', down('tcp', 'refuses connections', 'nothing listens on the port')],
	['ETIMEDOUT', down('tcp', 'does not answer', 'the port is filtered, or the host is gone')],
	['EHOSTUNREACH', down('tcp', 'cannot be reached', 'no route to the host')],
	['ENETUNREACH', down('tcp', 'cannot be reached', 'no route to the network')],
	['EADDRNOTAVAIL', down('tcp', 'cannot be reached', 'no free local port here, or no local address')],
	['EMFILE', down('tcp', 'cannot be reached', 'redis-top may open no more files (ulimit -n)')],
	['ENFILE', down('tcp', 'cannot be reached', 'this machine has no more open files left (fs.file-max)')],
	['ENOBUFS', down('tcp', 'cannot be reached', 'this machine has no memory left for another socket')],
	['EINVAL', down('tcp', 'cannot be reached', 'this machine routes it nowhere')],
	['EACCES', down('tcp', 'cannot be reached', 'this machine forbids the connection')],
	['ENOENT', down('tcp', 'is not there', 'the socket file does not exist')],
	['ECONNRESET', down('greet', 'reset the connection', 'it stopped, or it wants TLS')],
	['EPIPE', down('greet', 'closed the connection', 'it stopped, maxclients is reached, or protected mode is on')],
	['CLOSED', down('greet', 'closed the connection silently')],
	[
		'PROTOCOL',
		{layer: 'greet', state: 'refusing', problem: 'does not speak the Redis protocol', reason: 'another service?'},
	],
	[
		'PROXY_PROTOCOL',
		{
			layer: 'greet',
			state: 'refusing',
			problem: 'gets a PROXY protocol header',
			reason: 'each reply is one command late',
		},
	],
	[
		'TIMEOUT',
		{
			layer: 'server',
			state: 'stale',
			problem: 'is not responding',
			reason: 'hung, paused, in a long command, or cut off',
		},
	],
	['PLAIN_TO_TLS', refusing('speaks TLS on this port', 'use rediss:// or --tls')],
	['TLS_TO_PLAIN', refusing('does not speak TLS on this port', 'leave out --tls, or use redis://')],
	['NOT_REDIS', {layer: 'greet', state: 'refusing', problem: 'is not Redis', reason: 'another service has the port'}],
	['ERR_SSL_WRONG_VERSION_NUMBER', refusing('does not speak TLS on this port')],
	['ERR_SSL_PACKET_LENGTH_TOO_LONG', refusing('does not speak TLS on this port')],
	['DEPTH_ZERO_SELF_SIGNED_CERT', refusing('has a self-signed certificate', 'give it with --cacert')],
	[
		'SELF_SIGNED_CERT_IN_CHAIN',
		refusing('has a certificate of an authority that is not trusted', 'give its CA with --cacert'),
	],
	[
		'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
		refusing('has a certificate of an authority that is not trusted', 'give its CA with --cacert'),
	],
	[
		'UNABLE_TO_GET_ISSUER_CERT',
		refusing('has a certificate of an authority that is not trusted', 'give its CA with --cacert'),
	],
	[
		'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
		refusing('has a certificate of an authority that is not trusted', 'give its CA with --cacert'),
	],
	['CERT_HAS_EXPIRED', refusing('has a certificate that has expired')],
	['CERT_NOT_YET_VALID', refusing('has a certificate that is not valid yet', 'compare the clocks')],
	[
		'ERR_TLS_CERT_ALTNAME_INVALID',
		refusing('has a certificate for another name', 'connect by that name or give --sni'),
	],
	['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', refusing('wants a client certificate', 'give --cert and --key')],
	[
		'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
		refusing('ends the TLS handshake', 'it wants a client certificate, likely'),
	],
	['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', refusing('does not know the authority of our client certificate')],
	['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', refusing('does not accept our client certificate')],
	['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', refusing('says that our client certificate has expired')],
	['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', refusing('speaks none of our TLS versions')],
]);

/**
The meaning of a unix socket's error by its code. The error's message ends with the path: `connect EACCES
/run/redis.sock`.
*/
const socketFileMeaningByCode: ReadonlyMap<string, Meaning> = new Map([
	['ECONNREFUSED', down('tcp', 'refuses connections', 'nothing listens on the socket')],
	['EACCES', down('tcp', 'cannot be opened', 'no right to its socket file')],
]);

/**
Matches the codes of errors of OpenSSL and of certificates (`CERT_REVOKED`, `HOSTNAME_MISMATCH` …) that have no entry
above.
*/
const tlsCode = /^(?:ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|CRL_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|EPROTO$)/;

/** The names of a certificate at the end of the words of an error, see `identityCheck`. */
const certificateNames = (words: string): readonly string[] =>
	/; names: (.+)$/
		.exec(words)?.[1]
		?.split(', ')
		.map(name => sanitize(name)) ?? [];

/** The address that a name had before, at the end of the words of an error. */
const earlierAddressIn = (words: string): string | undefined => /; before: ([\da-f.:]+)$/i.exec(words)?.[1];

/** Share of the local ports, 0 to 1, that connections to one address must hold to be the reason why none is free for it. */
const mostPorts = 0.8;

/**
When a certificate ended, for the end of the words of CERT_HAS_EXPIRED. Empty if the certificate has not ended: that of its
authority has.
*/
export const certificateEndWords = (endsMs: number | undefined, nowMs: number): string =>
	endsMs !== undefined && endsMs < nowMs ? `; ended: ${new Date(endsMs).toISOString()}` : '';

/** The day and the minute in which a certificate ended, see `certificateEndWords`. */
function certificateEndIn(words: string): string | undefined {
	const [, day, minute] = /; ended: (\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(words) ?? [];
	return day === undefined ? undefined : `it ended ${day} ${minute} UTC`;
}

/** The codes of a certificate whose authority is not trusted. */
export const untrustedCodes: ReadonlySet<string> = new Set([
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'UNABLE_TO_GET_ISSUER_CERT',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/**
Who signed a certificate, for the end of the words of an error of `untrustedCodes`, and whether the trusted authorities
were given. Empty if nobody is named.
*/
export const certificateIssuerWords = (issuer: string | undefined, hasOwnAuthorities: boolean): string =>
	issuer ? `; ${hasOwnAuthorities ? 'other issuer' : 'issuer'}: ${issuer}` : '';

/** What is known of the authority of a certificate, see `certificateIssuerWords`. */
function issuerIn(code: string, words: string): Partial<Failure> | undefined {
	const [, other, found = ''] = (untrustedCodes.has(code) && /; (other )?issuer: (.+)$/.exec(words)) || [];
	const issuer = sanitize(found);
	return issuer === ''
		? undefined
		: other === undefined
			? {issuer, reason: message`signed by ${nameOf('host', issuer)}, give its CA with --cacert`}
			: {
					issuer,
					problem: 'has a certificate of another CA',
					reason: message`${nameOf('host', issuer)}, not in --cacert`,
				};
}

/** How the local ports are used, at the end of the words of an error, see `withLocalPorts`. */
function localPortsIn(words: string): LocalPortUse | undefined {
	const [, ports, held, waiting] = /; ports: (\d+), held: (\d+), waiting: (\d+)$/.exec(words) ?? [];
	const use = {ports: Number(ports), held: Number(held), waiting: Number(waiting)};
	return use.held >= mostPorts * use.ports ? use : undefined;
}

const portsReason = ({ports, held, waiting}: LocalPortUse): string =>
	waiting >= held / 2
		? `no free local port here, ${waiting} of ${ports} in TIME_WAIT`
		: `no free local port here, its connections hold ${held} of ${ports}`;

/**
What is known about the host, at the end of the words of an error: by the kernel's neighbour table (`Neighbours`), or by
another port (`withAnsweringPort`).
*/
function hostIn(code: string, words: string): Pick<Failure, 'kind' | 'reason'> | undefined {
	const [, cut, port] = /(; cut)?; answers: (\d+)$/.exec(words) ?? [];
	if (port !== undefined && code === 'ETIMEDOUT') {
		// Line 2 of a screen of 80 columns leaves out a longer reason.
		const cause = cut === undefined ? 'filtered or queue full' : 'the port is filtered';
		return {kind: 'HOST_ANSWERS', reason: `${cause}, port ${port} answers`};
	}

	const shown = /; arp: (answers|silent)$/.exec(words)?.[1];
	if (shown === undefined || (code !== 'ETIMEDOUT' && code !== 'EHOSTUNREACH')) {
		return undefined;
	}

	if (shown === 'silent') {
		return {kind: 'HOST_SILENT', reason: 'its host does not answer ARP: it is down or cut off'};
	}

	return code === 'EHOSTUNREACH'
		? {kind: 'REJECTED_BY_ICMP', reason: 'a firewall rejects it (ICMP)'}
		: {kind: 'HOST_ANSWERS', reason: 'its host answers ARP: the port is filtered, or its accept queue is full'};
}

/**
Converts the error of a connection to a failure of the node.

@param code The error's code, or `TIMEOUT` (a reply is pending), `CLOSED` (no reason given), `PROTOCOL` (not Redis), `PROXY_PROTOCOL`.
@param words The error's message. It is made printable, and used if the code alone says too little.
*/
export function socketFailure(code: string, words: string): Failure {
	const printableCode = sanitize(code);
	const isSocketFile = / \/|\.sock/.test(words);
	const meaning = (isSocketFile ? socketFileMeaningByCode.get(code) : undefined) ?? meaningByCode.get(code);
	const names = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? certificateNames(words) : [];
	if (meaning !== undefined) {
		const earlierAddress = meaning.layer === 'dns' ? earlierAddressIn(words) : undefined;
		const localPorts = code === 'EADDRNOTAVAIL' ? localPortsIn(words) : undefined;
		const certificateEnd = code === 'CERT_HAS_EXPIRED' ? certificateEndIn(words) : undefined;
		const [first, ...more] = names;
		const others = more.length === 0 ? ' only' : ` and ${more.length} more`;
		return {
			code: printableCode,
			...meaning,
			...(earlierAddress === undefined ? {} : {earlierAddress}),
			...(localPorts === undefined ? {} : {localPorts, reason: portsReason(localPorts)}),
			...(certificateEnd === undefined ? {} : {reason: certificateEnd}),
			...hostIn(code, words),
			...issuerIn(code, words),
			...(first === undefined
				? {}
				: {problem: message`has a certificate for ${nameOf('host', first)}${others}`, reason: 'use it, or --sni'}),
		};
	}

	if (tlsCode.test(code)) {
		return {code: printableCode, ...refusing(`does not complete the TLS handshake (${printableCode})`)};
	}

	const printable = sanitize(words.trim());
	return {
		code: printableCode,
		...down('tcp', 'cannot be reached', printable === '' ? printableCode : message`${nameOf('quote', printable)}`),
	};
}

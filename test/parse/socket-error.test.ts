import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Failure, failureText} from '../../source/domain/sample.js';
import {certificateEndWords, certificateIssuerWords, socketFailure} from '../../source/parse/socket-error.js';

type Case = readonly [code: string, message: string, layer: Failure['layer'], state: Failure['state'], text: RegExp];

const cases: readonly Case[] = [
	['ENOTFOUND', 'getaddrinfo ENOTFOUND nope', 'dns', 'down', /no such host name/],
	['EAI_AGAIN', 'getaddrinfo EAI_AGAIN redis', 'dns', 'down', /^cannot be found: no DNS answer$/],
	[
		'ECONNREFUSED',
		'connect ECONNREFUSED 127.0.0.1:1',
		'tcp',
		'down',
		/^refuses connections: nothing listens on the port$/,
	],
	['ECONNREFUSED', 'connect ECONNREFUSED /run/redis.sock', 'tcp', 'down', /nothing listens on the socket$/],
	['ETIMEDOUT', 'connect ETIMEDOUT', 'tcp', 'down', /does not answer/],
	['EADDRNOTAVAIL', 'connect EADDRNOTAVAIL 10.0.0.1:6379', 'tcp', 'down', /no free local port/],
	[
		'EADDRNOTAVAIL',
		'connect EADDRNOTAVAIL 10.0.0.1:6379; ports: 101, held: 90, waiting: 12',
		'tcp',
		'down',
		/: no free local port here, its connections hold 90 of 101$/,
	],
	[
		'EADDRNOTAVAIL',
		'connect EADDRNOTAVAIL 10.0.0.1:6379; ports: 28232, held: 3, waiting: 3',
		'tcp',
		'down',
		/: no free local port here, or no local address$/,
	],
	['EMFILE', 'connect EMFILE 10.0.0.1:6379', 'tcp', 'down', /no more files/],
	[
		'ETIMEDOUT',
		'connect ETIMEDOUT; cut; answers: 6380',
		'tcp',
		'down',
		/^does not answer: the port is filtered, port 6380 answers$/,
	],
	[
		'ETIMEDOUT',
		'connect ETIMEDOUT; answers: 6380',
		'tcp',
		'down',
		/^does not answer: filtered or queue full, port 6380 answers$/,
	],
	[
		'ETIMEDOUT',
		'connect ETIMEDOUT; arp: answers',
		'tcp',
		'down',
		/^does not answer: its host answers ARP: the port is filtered, or its accept queue is full$/,
	],
	[
		'ETIMEDOUT',
		'connect ETIMEDOUT; arp: silent',
		'tcp',
		'down',
		/^does not answer: its host does not answer ARP: it is down or cut off$/,
	],
	[
		'EHOSTUNREACH',
		'connect EHOSTUNREACH 10.0.0.1:6379 - Local (10.0.0.2:51234); arp: silent',
		'tcp',
		'down',
		/^cannot be reached: its host does not answer ARP: it is down or cut off$/,
	],
	[
		'EHOSTUNREACH',
		'connect EHOSTUNREACH 10.0.0.1:6379; arp: answers',
		'tcp',
		'down',
		/^cannot be reached: a firewall rejects it \(ICMP\)$/,
	],
	['ECONNREFUSED', 'connect ECONNREFUSED; arp: silent', 'tcp', 'down', /nothing listens/],
	['EHOSTUNREACH', 'connect EHOSTUNREACH 10.0.0.1:6379', 'tcp', 'down', /no route to the host/],
	['ENETUNREACH', 'connect ENETUNREACH 10.0.0.1:6379', 'tcp', 'down', /no route to the network/],
	['ENOENT', 'connect ENOENT /run/redis.sock', 'tcp', 'down', /socket file does not exist/],
	['EACCES', 'connect EACCES /run/redis.sock', 'tcp', 'down', /no right to its socket file/],
	['EACCES', 'connect EACCES 10.0.0.1:6379', 'tcp', 'down', /forbids the connection/],
	['ECONNRESET', 'read ECONNRESET', 'greet', 'down', /reset the connection/],
	['EPIPE', 'write EPIPE', 'greet', 'down', /closed the connection/],
	['CLOSED', 'Connection is closed.', 'greet', 'down', /closed the connection silently/],
	['PROTOCOL', 'Protocol error, got "H" as reply type byte', 'greet', 'refusing', /Redis protocol/],
	['TIMEOUT', 'no reply within 1000 ms', 'server', 'stale', /is not responding/],
	['ERR_SSL_WRONG_VERSION_NUMBER', 'C0:error:0A00010B', 'tls', 'refusing', /does not speak TLS/],
	['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', 'tls', 'refusing', /--cacert/],
	['SELF_SIGNED_CERT_IN_CHAIN', '', 'tls', 'refusing', /--cacert/],
	['UNABLE_TO_VERIFY_LEAF_SIGNATURE', '', 'tls', 'refusing', /--cacert/],
	['CERT_HAS_EXPIRED', 'certificate has expired', 'tls', 'refusing', /has expired/],
	[
		'CERT_HAS_EXPIRED',
		`certificate has expired${certificateEndWords(Date.UTC(2026, 10, 30, 7, 39, 21), Date.UTC(2026, 11))}`,
		'tls',
		'refusing',
		/^has a certificate that has expired: it ended 2026-11-30 07:39 UTC$/,
	],
	[
		'CERT_HAS_EXPIRED',
		`that of the authority${certificateEndWords(Date.UTC(2027, 0), Date.UTC(2026, 11))}${certificateEndWords(Number.NaN, 0)}`,
		'tls',
		'refusing',
		/^has a certificate that has expired$/,
	],
	['CERT_NOT_YET_VALID', '', 'tls', 'refusing', /clocks/],
	['ERR_TLS_CERT_ALTNAME_INVALID', '', 'tls', 'refusing', /--sni/],
	[
		'ERR_TLS_CERT_ALTNAME_INVALID',
		"Hostname/IP does not match certificate's altnames: IP: 10.0.0.7 is not in the cert's list: ; names: redis.internal",
		'tls',
		'refusing',
		/^has a certificate for redis\.internal only: use it, or --sni$/,
	],
	[
		'ERR_TLS_CERT_ALTNAME_INVALID',
		'x; names: \u{1b}[2J, b, 10.0.0.8',
		'tls',
		'refusing',
		/^has a certificate for \\x1b\[2J and 2 more: /,
	],
	['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', '', 'tls', 'refusing', /--cert and --key/],
	['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', '', 'tls', 'refusing', /client certificate/],
	['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', '', 'tls', 'refusing', /our client certificate/],
	['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', '', 'tls', 'refusing', /TLS versions/],
	['ERR_SSL_SOMETHING_NEW', '', 'tls', 'refusing', /handshake \(ERR_SSL_SOMETHING_NEW\)/],
	['CERT_REVOKED', '', 'tls', 'refusing', /handshake \(CERT_REVOKED\)/],
	['ESOMETHING', 'new \u{1b}[2J', 'tcp', 'down', /^cannot be reached: new \\x1b\[2J$/],
	['ESOMETHING', '', 'tcp', 'down', /^cannot be reached: ESOMETHING$/],
];

for (const [code, message, layer, state, text] of cases) {
	test(`classifies ${code}: ${JSON.stringify(message)}`, () => {
		const failure = socketFailure(code, message);
		assert.deepEqual([failure.code, failure.layer, failure.state], [code, layer, state]);
		assert.match(failureText(failure), text);
	});
}

test('who signed a certificate is named, and whether the given authorities lack it', () => {
	const textOf = (hasOwn: boolean, issuer: string | undefined) =>
		failureText(
			socketFailure(
				'SELF_SIGNED_CERT_IN_CHAIN',
				`self-signed certificate in certificate chain${certificateIssuerWords(issuer, hasOwn)}`,
			),
		);
	assert.equal(textOf(true, 'NewCorp Root 2'), 'has a certificate of another CA: NewCorp Root 2, not in --cacert');
	assert.equal(
		textOf(false, 'NewCorp Root 2'),
		'has a certificate of an authority that is not trusted: signed by NewCorp Root 2, give its CA with --cacert',
	);
	assert.match(textOf(true, undefined), /^has a certificate of an authority that is not trusted: give its CA/);
	assert.equal(socketFailure('ECONNREFUSED', `x${certificateIssuerWords('A', true)}`).issuer, undefined);
});

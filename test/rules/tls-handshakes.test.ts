import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {readServerLog} from '../../source/parse/server-log.js';
import {tlsHandshakes} from '../../source/rules/tls-handshakes.js';
import {firingOf} from '../harness/firing-of.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The beginning of a line that a server wrote before now, in its local time. */
function written(agoMs: number): string {
	const at = new Date(nowMs - agoMs);
	const two = (value: number) => String(value).padStart(2, '0');
	const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
	return `7:M ${two(at.getDate())} ${months[at.getMonth()]} ${at.getFullYear()} ${time}.${String(at.getMilliseconds()).padStart(3, '0')} #`;
}

type Lines = {
	readonly words?: string;
	readonly number?: number;
	/** Milliseconds from one line to the next. */
	readonly everyMs?: number;
	/** Milliseconds since the last line. */
	readonly lastMs?: number;
	readonly address?: string;
};

const unknownCa = 'error:0A000418:SSL routines::tlsv1 alert unknown ca';

/** A server whose log has failed handshakes. */
const failing = ({words = unknownCa, number = 60, everyMs = 50, lastMs = 500, address = ''}: Lines): FactsParts => {
	const lines = Array.from(
		{length: number},
		(_, index) =>
			`${written(lastMs + (number - 1 - index) * everyMs)} Error accepting a client connection: ${words}${address}`,
	);
	return {info: {server: {tcp_port: 6379}}, host: {log: readServerLog('/var/log/redis.log', lines.join('\n'))}};
};

const address = ' (addr=10.0.0.9:41000 laddr=10.0.1.11:6379)';

testRule(tlsHandshakes, [
	[
		'clients without the CA, whose address the log has',
		failing({address}),
		'warning',
		/^fails TLS handshakes, 20\/s, last from 10\.0\.0\.9: clients do not trust its certificate$/,
	],
	[
		'a client with an IPv6 address',
		failing({address: ' (addr=[2001:db8::9]:41000 laddr=[::1]:6379)'}),
		'warning',
		/, last from 2001:db8::9: /,
	],
	[
		'a server before 7.2, whose log has no address',
		failing({}),
		'warning',
		/^fails TLS handshakes, 20\/s: clients do not/,
	],
	...(
		[
			['error:0A00010B:SSL routines::wrong version number', /: clients speak without TLS$/],
			[
				'error:0A000415:SSL routines::sslv3 alert certificate expired',
				/: clients say that its certificate has expired$/,
			],
			['error:0A0000C7:SSL routines::peer did not return a certificate', /: clients show no certificate$/],
			['error:0A000086:SSL routines::certificate verify failed', /: it does not accept the certificates of clients$/],
			['error:0A000102:SSL routines::unsupported protocol', /: no TLS version or cipher in common with clients$/],
		] as const
	).map(([words, reason]) => [`the log has ${words}`, failing({words}), 'warning', reason] as const),
	['ten in a minute', failing({number: 10, everyMs: 5000}), 'warning', /^fails TLS handshakes, 13 per minute: /],
	['a probe every 15 seconds, for an hour', failing({number: 240, everyMs: 15_000}), 'clear'],
	['somebody who tries nine times', failing({number: 9}), 'clear'],
	['failures that have ended', failing({lastMs: 16_000}), 'clear'],
	['HTTP, as of a health check', failing({words: 'error:0A00009C:SSL routines::http request'}), 'clear'],
	['checks that connect and leave', failing({words: '(null)'}), 'clear'],
	['no log', {info: {server: {tcp_port: 6379}}, host: {}}, 'unseen'],
	['a server on another machine', {info: {server: {tcp_port: 6379}}}, 'unseen'],
]);

test('the steps show the certificate that clients do not trust', () => {
	const steps = firingOf(tlsHandshakes, failing({})).next.map(({text}) => messageText(text));
	assert.match(steps[0] ?? '', /^give the clients the CA of the certificate/);
	assert.match(steps[1] ?? '', /^openssl s_client -connect \S+:6379 <\/dev\/null \| openssl x509 /);
});

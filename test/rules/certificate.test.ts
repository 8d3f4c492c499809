import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {certificateSteps, tlsExpiry} from '../../source/rules/certificate.js';
import {firingOf} from '../harness/firing-of.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

/** A node whose connection showed a certificate that ends in as many days. */
const ends = (days: number | undefined, isTls = true): FactsParts => ({
	settings: {isTls},
	...(days === undefined ? {} : {certificateExpiresAtMs: nowMs + days * 86_400_000}),
});

testRule(tlsExpiry, [
	['in a month', ends(30), 'clear'],
	[
		'in ten days',
		ends(10),
		'warning',
		/^has a certificate that expires soon, in 10d\S* \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)$/,
	],
	['in two days', ends(2), 'critical'],
	[
		'yesterday',
		ends(-1),
		'critical',
		/^has a certificate that has expired, 1d\S* ago \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)$/,
	],
	['another threshold', {...ends(10), thresholds: {'tls.expiry.warning': 86_400}}, 'clear'],
	['a connection without TLS', ends(2, false), 'clear'],
	['a connection that does not tell', ends(undefined), 'absent'],
]);

test('a certificate that expires soon is a forecast, and one that has expired is none', () => {
	assert.equal(firingOf(tlsExpiry, ends(2)).tells, 'forecast');
	assert.equal(firingOf(tlsExpiry, ends(-1)).tells, undefined);
});

/** What this machine shows of a server whose certificate file has these dates, in days from now. */
const file = (from: number, to: number): NonNullable<FactsParts['host']> => ({
	configFile: {
		path: '/etc/redis.conf',
		settings: new Map(),
		certificate: {
			path: "/etc/tls/it's.pem",
			validFromMs: nowMs + from * 86_400_000,
			validToMs: nowMs + to * 86_400_000,
			changedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
		},
	},
});

const stepsOf = (parts: FactsParts) => firingOf(tlsExpiry, parts).next.map(({text}) => messageText(text));

test('a renewed certificate in the file of the server is loaded, and not renewed again', () => {
	const [first = '', command = '', ...rest] = stepsOf({...ends(-1), host: file(-1, 90)});
	assert.match(
		first,
		/^load the renewed certificate, if new connections still get the old one: it is in \/etc\/tls\/it's\.pem since 2026-01-02 03:04:05/,
	);
	assert.match(command, / --tls --insecure CONFIG SET tls-cert-file '\/etc\/tls\/it'\\''s\.pem'$/);
	assert.doesNotMatch(rest.join(' '), /renew the file/);
	assert.doesNotMatch(stepsOf({...ends(2), host: file(-1, 90)}).join(' '), /--insecure/);
});

test('a file that is not renewed, or not valid yet, is renewed', () => {
	for (const host of [file(-90, -1), file(1, 90), file(-90, 2), undefined]) {
		const steps = stepsOf({...ends(2), ...(host === undefined ? {} : {host})}).join(' ');
		assert.match(steps, /renew the file, then load it/);
		assert.doesNotMatch(steps, /load the renewed/);
	}
});

test('a server whose expired certificate turns redis-top away has the same steps', () => {
	const {record, settings} = factsOf({...ends(-1), host: file(-1, 90)});
	const [first] = certificateSteps({record, settings, nowMs});
	assert.match(messageText(first?.text ?? ''), /^load the renewed certificate: it is in /);
});

test('an expired certificate turns clients away', () => {
	assert.equal(firingOf(tlsExpiry, ends(-1)).effect, 'connections-refused');
	assert.equal(firingOf(tlsExpiry, ends(2)).effect, undefined);
});

test('the step against an expired certificate gets past the check of redis-cli, and others need not', () => {
	const insecure = / --tls --insecure CONFIG GET tls-cert-file$/;
	assert.ok(stepsOf(ends(-1)).some(step => insecure.test(step)));
	assert.ok(!stepsOf(ends(2)).some(step => step.includes('--insecure')));
	const {record, settings} = factsOf(ends(-1));
	assert.ok(certificateSteps({record, settings, nowMs}).some(({text}) => insecure.test(messageText(text))));
});

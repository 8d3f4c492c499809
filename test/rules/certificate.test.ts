import assert from 'node:assert/strict';
import test from 'node:test';
import {tlsExpiry} from '../../source/rules/certificate.js';
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
	['in ten days', ends(10), 'warning', /^has a certificate that expires soon, in 10d/],
	['in two days', ends(2), 'critical'],
	['yesterday', ends(-1), 'critical', /^has a certificate that has expired, 1d/],
	['another threshold', {...ends(10), thresholds: {'tls.expiry.warning': 86_400}}, 'clear'],
	['a connection without TLS', ends(2, false), 'clear'],
	['a connection that does not tell', ends(undefined), 'absent'],
]);

test('an expired certificate turns clients away', () => {
	assert.equal(firingOf(tlsExpiry, ends(-1)).effect, 'connections-refused');
	assert.equal(firingOf(tlsExpiry, ends(2)).effect, undefined);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import {errFailed, errRate} from '../../source/rules/errors-modules.js';
import {secAuthfail} from '../../source/rules/failed-logins.js';
import type {NodeRule} from '../../source/rules/rule.js';
import {errUnknown} from '../../source/rules/unknown-commands.js';
import {firingOf} from '../harness/firing-of.js';
import type {FactsParts} from '../harness/rule-cases.js';

const stat = (calls: number, failed: number) =>
	`calls=${calls},usec=${calls},usec_per_call=1.00,rejected_calls=0,failed_calls=${failed}`;

/** Each rule on errors that clients get now, with errors of a rate per second between two samples. */
const rules: ReadonlyArray<readonly [NodeRule, (perSecond: number, seconds: number) => FactsParts]> = [
	[
		errFailed,
		rate => ({
			record: {
				commands: [
					{
						command: 'evalsha',
						calls: 99,
						callsPerSecond: rate,
						failuresPerSecond: rate,
						meanMicroseconds: 1,
						timeShare: 0,
					},
				],
			},
		}),
	],
	[
		errRate,
		(rate, seconds) => ({
			info: {stats: {total_error_replies: rate * seconds, total_commands_processed: rate * seconds}},
			earlier: {stats: {total_error_replies: 0, total_commands_processed: 0}},
		}),
	],
	[
		errUnknown,
		(rate, seconds) => ({
			info: {
				stats: {total_error_replies: rate * seconds},
				errorstats: {errorstat_ERR: `count=${rate * seconds}`},
				commandstats: {cmdstat_get: stat(9, 0)},
			},
			earlier: {
				stats: {total_error_replies: 0},
				errorstats: {errorstat_ERR: 'count=0'},
				commandstats: {cmdstat_get: stat(1, 0)},
			},
		}),
	],
	[
		secAuthfail,
		(rate, seconds) => ({
			info: {stats: {acl_access_denied_auth: rate * seconds}},
			earlier: {stats: {acl_access_denied_auth: 0}},
		}),
	],
];

for (const [rule, errors] of rules) {
	const isCertain = (perSecond: number, seconds: number, heldSeconds: number) =>
		firingOf(rule, {earlier: {}, ...errors(perSecond, seconds), secondsBetween: seconds, heldSeconds}).isCertain;

	test(`${rule.id}: many errors are certain after two seconds of readings, however many samples these are`, () => {
		assert.equal(isCertain(40, 1, 0), false);
		assert.equal(isCertain(40, 1, 1), true);
		assert.equal(isCertain(40, 2, 0), true);
	});

	test(`${rule.id}: few errors wait for further samples`, () => {
		assert.equal(isCertain(9.5, 2, 10), false);
	});
}

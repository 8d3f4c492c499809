import assert from 'node:assert/strict';
import test from 'node:test';
import {latCommandHog} from '../../source/rules/main-thread.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

/** A slow log: the client of each EVAL_RO, its milliseconds, and how many seconds ago it was. */
const logged = (...runs: ReadonlyArray<readonly [client: string, ms: number, secondsAgo?: number]>) => ({
	atMs: nowMs,
	value: {
		entries: runs.map(([clientName, ms, secondsAgo = 5], id) => ({
			id,
			atMs: nowMs - secondsAgo * 1000,
			arguments: ['EVAL_RO', 'return 1', '0'],
			clientAddress: '10.0.4.20:5000',
			clientName,
			durationMicroseconds: ms * 1000,
		})),
		perMinute: runs.length,
		lost: 0,
	},
});

/** Two samples, one second apart, between which a command took nine tenths of the time in one call. */
const filledBy = (command: string, record: NonNullable<FactsParts['record']>): FactsParts => ({
	info: {stats: {total_commands_processed: 2}},
	earlier: {stats: {total_commands_processed: 1}},
	record: {
		commands: [
			{
				command,
				calls: 1,
				callsPerSecond: 1,
				callsOfInterval: 1,
				meanMicroseconds: 900_000,
				timeShare: 1,
				failuresPerSecond: 0,
			},
		],
		...record,
	},
});

testRule(latCommandHog, [
	[
		'CLIENT LIST does not show who sends it, and the slow log does',
		filledBy('eval_ro', {slowlog: logged(['analytics', 2600], ['analytics', 1900], ['shop', 300])}),
		'critical',
		/^spends 90% of its time in EVAL_RO from analytics$/,
	],
	[
		'CLIENT LIST shows who sends it',
		filledBy('eval_ro', {
			slowlog: logged(['analytics', 2600]),
			clients: {atMs: nowMs, value: [clientOf({id: 1, name: 'report', command: 'eval_ro'})]},
		}),
		'critical',
		/ in EVAL_RO from report$/,
	],
	[
		'two clients share its time',
		filledBy('eval_ro', {slowlog: logged(['analytics', 1000], ['shop', 1000])}),
		'critical',
		/ in EVAL_RO$/,
	],
	['another command is logged', filledBy('get', {slowlog: logged(['analytics', 2600])}), 'critical', / in GET$/],
	[
		'the slow log tells of an earlier hour',
		filledBy('eval_ro', {slowlog: logged(['analytics', 2600, 3600])}),
		'critical',
		/ in EVAL_RO$/,
	],
]);

test('lat.command_hog: the client of the slow log is the culprit', () => {
	const {culprit} = firingOf(latCommandHog, filledBy('eval_ro', {slowlog: logged(['analytics', 2600])}));
	assert.deepEqual([culprit?.command, culprit?.client?.name], ['EVAL_RO', 'analytics']);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {findingText} from '../../source/rules/finding.js';
import {latSlowlogNew} from '../../source/rules/observability.js';
import {firingOf} from '../harness/firing-of.js';
import {factsOf} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

/** The finding about one MIGRATE of a server that answered so many IOERR errors. */
function migrated(durationMs: number, ioErrors: number | undefined, timeoutMs = 3000) {
	const entry = {
		id: 1,
		atMs: nowMs - 4000,
		durationMicroseconds: durationMs * 1000,
		arguments: ['MIGRATE', '10.0.1.2', '6379', 'user:1', '0', String(timeoutMs), 'COPY'],
		clientAddress: '10.0.0.9:5000',
		clientName: 'rebalancer',
	};
	const found = firingOf(latSlowlogNew, {
		info: ioErrors === undefined ? {} : {errorstats: {errorstat_IOERR: `count=${ioErrors}`}},
		record: {slowlog: {atMs: nowMs, value: {entries: [entry], lost: 0, perMinute: 1}}},
	});
	return [findingText(found), messageText(found.next[0]?.text ?? '')] as const;
}

test('MIGRATE to a server that does not answer is no move of a large key', () => {
	const [text, step] = migrated(3001, 4);
	assert.match(
		text,
		/ran MIGRATE user:1 for 3\.0\d* s from rebalancer.*: 10\.0\.1\.2:6379 did not answer it, timeout 3\.0 s/,
	);
	assert.match(step, /^stop rebalancer until 10\.0\.1\.2:6379 answers: each try blocks all clients for 3\.0 s$/);
});

for (const [what, durationMs, ioErrors, timeoutMs] of [
	['took less than its timeout', 2400, 4, 60_000],
	['took longer than its timeout, as parts arrived', 9000, 4, 3000],
	['had no error', 3001, 0, 3000],
	['ran on a server that counts no errors', 3001, undefined, 3000],
] as const) {
	test(`MIGRATE that ${what} is let end`, () => {
		const [text, step] = migrated(durationMs, ioErrors, timeoutMs);
		assert.doesNotMatch(text, /did not answer/);
		assert.match(step, /^let it end, no failover meanwhile: user:1 is large/);
	});
}

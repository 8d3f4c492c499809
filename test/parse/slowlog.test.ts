import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {RawReply} from '../../source/domain/reply.js';
import {parseSlowlog} from '../../source/parse/slowlog.js';
import {fixtureReply, fixtureServers} from '../harness/fixtures.js';

for (const server of fixtureServers) {
	test(`reads SLOWLOG GET of ${server}`, () => {
		const entries = parseSlowlog(fixtureReply<RawReply>(server, 'primary/slowlog.json'));
		const byCommand = new Map(entries.map(entry => [entry.arguments.slice(0, 2).join(' '), entry]));
		assert.ok(entries.length >= 6);
		assert.ok(entries.every((entry, index) => index === 0 || entry.id < (entries[index - 1]?.id ?? 0)));
		assert.ok(entries.every(({atMs}) => atMs > Date.UTC(2020, 0, 1) && atMs % 1000 === 0));

		const script = byCommand.get('EVAL for i = 1, 200000 do end return 1');
		assert.ok((script?.durationMicroseconds ?? 0) > 100);
		assert.match(script?.clientAddress ?? '', /^127\.0\.0\.1:\d+$/);
		assert.equal(script?.clientName, '');

		const list = byCommand.get('RPUSH list');
		assert.equal(list?.arguments.length, 32);
		assert.equal(list?.arguments.at(-1), '... (11 more arguments)');
		assert.match(byCommand.get('SET long')?.arguments[2] ?? '', /^y+\.\.\. \(372 more bytes\)$/);
		assert.ok(byCommand.has('GET name with \\x1b[31mcolour\\x1b[0m and a\\nline break'));
		assert.equal(byCommand.get('SET user\\u{202e}nimda')?.arguments[2], '\\u{200b}');
	});
}

const cases: ReadonlyArray<readonly [what: string, reply: RawReply, ids: readonly number[]]> = [
	['nothing logged', [], []],
	['no array', null, []],
	['an error', new Error('NOPERM'), []],
	['4 elements, before Redis 4.0', [[3, 1_700_000_000, 12, ['GET', 'a']]], [3]],
	['7 elements, Redis 8.10', [[3, 1_700_000_000, 12, ['GET', 'a'], '1.2.3.4:5', 'me', 2]], [3]],
	[
		'a field before the arguments',
		[[553, 1_764_000_000, 26_000, 'Complexity info: N:16', ['zadd', 'k', '1', 'a'], '1.2.3.4:5', 'me']],
		[553],
	],
	['numbers as text', [['3', '1700000000', '12', ['GET']]], [3]],
	[
		'malformed ones among good ones',
		[[1], 'x', [2, 3, 4, 'GET'], [5, 6, 7, []], [null, 1, 1, []], [8, 9, 'x', []]],
		[5],
	],
];

for (const [what, reply, ids] of cases) {
	test(`parseSlowlog reads ${what}`, () => {
		assert.deepEqual(
			parseSlowlog(reply).map(({id}) => id),
			ids,
		);
	});
}

test('the client is undefined where the version does not report one', () => {
	assert.deepEqual(parseSlowlog([[3, 1_700_000_000, 12, ['GET', null, 7]]]), [
		{
			id: 3,
			atMs: 1_700_000_000_000,
			durationMicroseconds: 12,
			arguments: ['GET', '', '7'],
			clientAddress: undefined,
			clientName: undefined,
		},
	]);
});

test('an unknown field before the arguments does not shift arguments, address and name', () => {
	const [entry] = parseSlowlog([
		[553, 1_764_000_000, 26_000, 'Complexity info: N:16', ['zadd', 'k', '1', 'a'], '1.2.3.4:5', 'me'],
	]);
	assert.deepEqual(
		[entry?.arguments[0], entry?.durationMicroseconds, entry?.clientAddress, entry?.clientName],
		['zadd', 26_000, '1.2.3.4:5', 'me'],
	);
});

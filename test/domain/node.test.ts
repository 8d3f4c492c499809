import assert from 'node:assert/strict';
import test from 'node:test';
import {addressOf, type Endpoint, isLoopback} from '../../source/domain/node.js';

const tcp = (host: string, port = 6379): Endpoint => ({kind: 'tcp', host, port});

const cases: ReadonlyArray<readonly [Endpoint, string, boolean]> = [
	[tcp('127.0.0.1'), '127.0.0.1:6379', true],
	[tcp('127.8.9.10', 1), '127.8.9.10:1', true],
	[tcp('localhost'), 'localhost:6379', true],
	[tcp('::1'), '[::1]:6379', true],
	[{kind: 'unix', path: '/run/redis.sock'}, 'unix:/run/redis.sock', true],
	[tcp('10.0.1.21'), '10.0.1.21:6379', false],
	[tcp('127.example.org'), '127.example.org:6379', false],
	[tcp('1127.0.0.1'), '1127.0.0.1:6379', false],
	[tcp('2001:db8::1'), '[2001:db8::1]:6379', false],
];

for (const [endpoint, address, isLocal] of cases) {
	test(`${address}: ${isLocal ? 'this machine' : 'another machine'}`, () => {
		assert.equal(addressOf(endpoint), address);
		assert.equal(isLoopback(endpoint), isLocal);
	});
}

import assert from 'node:assert/strict';
import test from 'node:test';
import {isPublicAddress} from '../../source/derive/ip-address.js';

test('an address is public where the internet routes to it', () => {
	for (const [host, isPublic] of [
		['8.8.8.8', true],
		['10.1.2.3', false],
		['172.16.0.1', false],
		['172.32.0.1', true],
		['100.64.0.1', false],
		['169.254.1.1', false],
		['127.0.0.1', false],
		['2001:4860::8888', true],
		['fd00::1', false],
		['::1', false],
		['redis.example.com', false],
	] as const) {
		assert.equal(isPublicAddress(host), isPublic, host);
	}
});

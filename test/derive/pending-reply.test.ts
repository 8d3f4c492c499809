import assert from 'node:assert/strict';
import test from 'node:test';
import {mayBeLostPacket} from '../../source/derive/pending-reply.js';
import {largeRepliesLost, socketFailure} from '../../source/parse/socket-error.js';
import {recordFrom} from '../harness/records.js';

const failure = socketFailure('TIMEOUT', 'no reply within 1000 ms');
const pendingSinceMs = 100_000;

test('a reply that stays away while PINGs are answered may be a lost packet, for three seconds', () => {
	const record = recordFrom({failure, pendingSinceMs, ping: {answeredAtMs: pendingSinceMs + 800}});
	assert.ok(mayBeLostPacket(record, pendingSinceMs + 1200));
	assert.ok(!mayBeLostPacket(record, pendingSinceMs + 3000));
});

test('PINGs of a burst count as well', () => {
	const ping = {burst: {atMs: pendingSinceMs + 900, pings: []}};
	assert.ok(mayBeLostPacket(recordFrom({failure, pendingSinceMs, ping}), pendingSinceMs + 1200));
});

test('a reply is no lost packet while no PING is answered, or when something else is known', () => {
	const at = (parts: Parameters<typeof recordFrom>[0]) => mayBeLostPacket(recordFrom(parts), pendingSinceMs + 1200);
	const ping = {answeredAtMs: pendingSinceMs + 800};
	assert.ok(!at({failure, pendingSinceMs}));
	assert.ok(!at({failure, pendingSinceMs, ping: {answeredAtMs: pendingSinceMs + 1}}));
	assert.ok(!at({failure: largeRepliesLost, pendingSinceMs, ping}));
	assert.ok(!at({failure: undefined, pendingSinceMs, ping}));
});

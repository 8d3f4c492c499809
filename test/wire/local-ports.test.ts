import assert from 'node:assert/strict';
import process from 'node:process';
import test from 'node:test';
import {socketFailure} from '../../source/parse/socket-error.js';
import {withLocalPorts} from '../../source/wire/local-ports.js';

const message = 'connect EADDRNOTAVAIL 192.0.2.1:6379 - Local (0.0.0.0:0)';

test('an error for want of a local port tells how the ports are used', {
	skip: process.platform !== 'linux',
}, async () => {
	const {code, message: words} = await withLocalPorts({code: 'EADDRNOTAVAIL', message});
	assert.equal(code, 'EADDRNOTAVAIL');
	assert.match(words, /^connect EADDRNOTAVAIL .*; ports: \d+, held: 0, waiting: 0$/);
	// No connection leads to this address, so the ports are not the reason.
	assert.equal(socketFailure(code, words).localPorts, undefined);
});

test('other errors stay as they are', async () => {
	for (const error of [
		{code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 192.0.2.1:6379'},
		{code: 'EADDRNOTAVAIL', message: 'bind EADDRNOTAVAIL'},
	]) {
		assert.deepEqual(await withLocalPorts(error), error);
	}
});

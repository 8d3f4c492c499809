import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import {serverFor, serverVersions} from '../e2e/monitor.js';
import {assertVerdict, climbed} from './climbed.js';

const skip = process.platform === 'linux' ? false : 'processes can be looked at on Linux only';

for (const {name, program} of await serverVersions()) {
	test(`bound to loopback alone, and asked at another address: ${name}`, {skip}, async t => {
		const server = await serverFor(t, {server: program, args: ['--bind', '127.0.0.1']});
		const ladder = await climbed(server.port, {host: '127.0.0.2'});
		assertVerdict(ladder, 'critical', 'tcp', 'ECONNREFUSED');
		assert.match(ladder.verdict.text, /at this address: the server listens on 127\.0\.0\.1 only \(bind\)$/);
		assert.deepEqual(
			ladder.verdict.next.map(({text}) => text),
			['connect to 127.0.0.1, or add this address to bind'],
		);
		assert.doesNotMatch(JSON.stringify(await climbed(server.port)), /\(bind\)/);
	});
}

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {addressOf, at, auditOf, deadTimeOver, openMonitor, serverFor, typeKeys} from './monitor.js';

test('at 80x24 a finding leads to its remedy: a full server gets a higher limit, with proof', async t => {
	const server = await serverFor(t, {args: ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction']});
	const fill = "for i = 1, 20000 do redis.call('SET', 'k' .. i, string.rep('x', 100)) end return 1";
	await server.command('EVAL', fill, 0);
	const address = addressOf(server);
	const screen = await openMonitor(t, [...at(server), '-i', '500ms', '--panel', '9'], {cols: 80, rows: 24});
	await screen.waitFor(/critical .*memory at 1\d\d% of maxmemory/);
	screen.press('A');
	await screen.waitFor(new RegExp(`Actions on ${address}`));
	// The remedy is the first row, so Enter chooses it.
	screen.press('\r');
	await screen.waitFor(/Actions are locked[\s\S]*type \S+ to unlock/);
	await typeKeys(screen, address);
	await screen.waitFor(/sends +CONFIG SET maxmemory \.\.\./);
	await typeKeys(screen, '64mb');
	await screen.waitFor(/the server reads it as: 67,108,864 bytes/);
	screen.press('\r');
	await screen.waitFor(/sends +CONFIG SET maxmemory 67108864/);
	await screen.waitFor(/undo +CONFIG SET maxmemory 3145728/);
	await typeKeys(screen, address);
	await screen.waitFor(/press m to send/);
	await deadTimeOver();
	screen.press('m');
	await screen.waitFor(/verified: /);
	assert.deepEqual(await server.command('CONFIG', 'GET', 'maxmemory'), ['maxmemory', '67108864']);
	assert.deepEqual(
		auditOf(screen).map(({phase}) => phase),
		['unlocked', 'intent', 'outcome', 'verified'],
	);
});

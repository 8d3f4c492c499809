import assert from 'node:assert/strict';
import path from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import {outsideProgram} from '../harness/outside-program.js';
import {oneServer, openMonitor} from './monitor.js';

test('the demo of a fleet is walked to the failing server, back in its history and back to the list', async t => {
	const {program} = await oneServer();
	const programs = [
		await outsideProgram(t, 'prometheus'),
		await outsideProgram(t, 'prometheus-redis-exporter'),
		await outsideProgram(t, 'prometheus-alertmanager'),
	];
	const folders = programs.flatMap(file => (file === undefined ? [] : path.dirname(file)));
	if (folders.length < programs.length) {
		return;
	}

	const screen = await openMonitor(t, ['demo', 'fleet'], {
		cols: 120,
		rows: 40,
		env: {REDIS_TOP_SERVER: program, PATH: [...folders, process.env.PATH].join(path.delimiter)},
	});
	await screen.waitFor(/3 servers in 2 deployments/, {deadlineMs: 60_000});
	await screen.waitFor(/- orders \(2\)/);
	await screen.waitFor(/^CRITICAL 1 critical, 0 warning: 127\.0\.0\.1:\d+ memory at 1\d\d% of maxmemory/m, {
		deadlineMs: 90_000,
	});
	await screen.waitFor(/\[RedisMemoryHigh\]/, {deadlineMs: 60_000});
	await screen.waitFor(/^>- orders/m);
	screen.press('j');
	await screen.waitFor(/^> +127\.0\.0\.1:\d+ +primary/m);
	screen.press('\r');
	await screen.waitFor(/refuses writes \(OOM\)/, {deadlineMs: 60_000});
	screen.press('2');
	await screen.waitFor(/used against maxmemory ─+ Prometheus before \d\d:\d\d:\d\dZ/);
	// Before the incident, and before this monitor started.
	for (let step = 0; step < 3 && !/memory 0B|maxmemory \d(?:\.\d)?%/.test(screen.text()); step++) {
		screen.press('[');
		await screen.waitFor(/HISTORY \d\d-\d\d \d\d:\d\d:00Z Prometheus +scraped every 2s/);
	}

	await screen.waitFor(/HISTORY −\d+\S* from Prometheus/);
	screen.press('\u001B[F');
	await screen.waitFor(/maxmemory 1\d\d%/);
	screen.press('\u001B');
	await screen.waitFor(/Nodes/);
	screen.press('\u001B');
	await screen.waitFor(/3 servers in 2 deployments/);
	screen.press('/');
	await screen.waitFor(/^\/_/m);
	screen.press('deployment=sessions\r');
	await screen.waitFor(/FILTER deployment=sessions/);
	assert.doesNotMatch(screen.text(), /- orders/);
	screen.press('q');
	assert.deepEqual(await screen.exited, {code: 0, signal: undefined});
});

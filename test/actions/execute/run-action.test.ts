import assert from 'node:assert/strict';
import {chmodSync, mkdirSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {runAction} from '../../../source/actions/execute/run-action.js';
import type {ActionProgress} from '../../../source/domain/action.js';
import {eventually} from '../../harness/eventually.js';
import {freePort} from '../../harness/free-port.js';
import {startServer} from '../../harness/servers.js';
import {benchFor, fill, prepare, testedServers, type Workbench, workbench} from '../workbench.js';

const phases = (bench: Workbench) => bench.audits().map(({phase}) => phase);

for (const name of testedServers()) {
	test(`${name}: BGSAVE is sent once, done and proved`, async t => {
		const [bench, server] = [benchFor(t), await startServer({server: name})];
		try {
			await fill(server, 500);
			const prepared = await prepare(bench, server, 'bgsave');
			assert.deepEqual(
				prepared.plan.checks.filter(({state}) => state !== 'ok'),
				[],
			);
			const steps: ActionProgress[] = [];
			const progress = await runAction(prepared, bench.gate, step => steps.push(step));
			assert.deepEqual(progress.outcome, {kind: 'replied', reply: 'Background saving started'});
			assert.equal(progress.verification?.kind, 'proved');
			assert.match(
				progress.verification?.kind === 'proved' ? progress.verification.text : '',
				/500 unsaved changes before, 0 unsaved changes now/,
			);
			assert.deepEqual(bench.sent, ['BGSAVE']);
			assert.deepEqual(phases(bench), ['intent', 'outcome', 'verified']);
			assert.equal(steps.at(-1), progress);
			assert.ok(statSync(path.join(server.dir, 'dump.rdb')).size > 500);
		} finally {
			await server.stop();
		}
	});

	test(`${name}: SHUTDOWN SAVE leaves the data on disk and is proved`, async t => {
		const [bench, server] = [benchFor(t), await startServer({server: name})];
		try {
			await fill(server, 500);
			const prepared = await prepare(bench, server, 'shutdown-save');
			const progress = await runAction(prepared, bench.gate, () => {});
			assert.deepEqual(progress.outcome, {kind: 'closed'});
			assert.equal(progress.verification?.kind, 'proved', JSON.stringify(progress));
			assert.match(JSON.stringify(progress.verification), /the server is gone, and .*dump\.rdb has/);
			assert.deepEqual(bench.sent, ['SHUTDOWN SAVE']);
			assert.deepEqual(phases(bench), ['intent', 'outcome', 'verified']);
			await server.exited;
			const next = await startServer({server: name, dir: server.dir});
			assert.equal(await next.command('DBSIZE'), 500);
			await next.stop();
		} finally {
			await server.stop();
		}
	});
}

test('BGSAVE while another child is active: begun since the box it is not sent, and the server would refuse it', async () => {
	const [bench, server] = [workbench(), await startServer({args: ['--rdb-key-save-delay', '20000']})];
	try {
		await fill(server, 500);
		const prepared = await prepare(bench, server, 'bgsave');
		await server.command('BGSAVE');
		const why = 'a background save runs already: BGSAVE would be refused until it ends';
		const progress = await runAction(prepared, bench.gate, () => {});
		assert.deepEqual(progress.outcome, {kind: 'not-sent', why: `since the dialog opened: ${why}`});
		assert.deepEqual(bench.sent, []);
		assert.deepEqual(phases(bench), ['intent', 'aborted']);

		const late = await prepare(bench, server, 'bgsave');
		assert.deepEqual(
			late.plan.checks.filter(({state}) => state === 'veto').map(({text}) => text),
			[why],
		);
		const refused = await runAction(late, bench.gate, () => {});
		assert.deepEqual(refused.outcome, {kind: 'refused', reply: 'ERR Background save already in progress'});
		assert.equal(refused.verification, undefined);
		assert.deepEqual(phases(bench).slice(2), ['intent', 'outcome']);
	} finally {
		await server.stop();
		bench.remove();
	}
});

test('a long BGSAVE shows its progress until it is proved', async () => {
	const [bench, server] = [workbench(), await startServer({args: ['--rdb-key-save-delay', '3000']})];
	try {
		await fill(server, 500);
		const prepared = await prepare(bench, server, 'bgsave');
		const steps: ActionProgress[] = [];
		const progress = await runAction(prepared, bench.gate, step => steps.push(step));
		assert.equal(progress.verification?.kind, 'proved');
		assert.ok(
			steps.some(
				({verification}) => verification?.kind === 'running' && /the child writes/.test(verification.progress),
			),
		);
	} finally {
		await server.stop();
		bench.remove();
	}
});

test('a BGSAVE that fails on the disk is not called done', async () => {
	const [bench, server] = [workbench(), await startServer()];
	try {
		await fill(server, 10);
		const prepared = await prepare(bench, server, 'bgsave');
		// The child can't move its file over a folder that isn't empty.
		mkdirSync(path.join(server.dir, 'dump.rdb'));
		writeFileSync(path.join(server.dir, 'dump.rdb', 'in-the-way'), '');
		const progress = await runAction(prepared, bench.gate, () => {});
		assert.equal(progress.outcome?.kind, 'replied');
		assert.equal(progress.verification?.kind, 'failed', JSON.stringify(progress.verification));
		assert.deepEqual(phases(bench), ['intent', 'outcome', 'failed']);

		const refused = await runAction(await prepare(bench, server, 'shutdown-save'), bench.gate, () => {});
		assert.equal(refused.outcome?.kind, 'refused');
		assert.match(refused.outcome?.kind === 'refused' ? refused.outcome.reply : '', /Errors trying to SHUTDOWN/);
		assert.equal((await server.command('PING')) instanceof Error, false);
	} finally {
		await server.stop();
		bench.remove();
	}
});

test('a supervised server that restarts at once is shut down exactly once', async () => {
	const [bench, port] = [workbench(), await freePort()];
	const first = await startServer({port});
	const logs = [first];
	let isSupervised = true;
	const supervisor = (async () => {
		let current = first;
		while (isSupervised) {
			await current.exited;
			if (isSupervised) {
				current = await startServer({port, dir: first.dir});
				logs.push(current);
			}
		}
	})();
	try {
		await fill(first, 500);
		const progress = await runAction(await prepare(bench, first, 'shutdown-save'), bench.gate, () => {});
		assert.deepEqual(progress.outcome, {kind: 'closed'});
		assert.equal(progress.verification?.kind, 'proved', JSON.stringify(progress.verification));
		assert.match(JSON.stringify(progress.verification), /started again as another process, 500 keys of 500 keys/);
		await eventually('the restarted server', () => (logs.length === 2 ? true : undefined));
		assert.deepEqual(bench.sent, ['SHUTDOWN SAVE']);
		const shutdowns = logs.flatMap(server => server.log().match(/User requested shutdown/g) ?? []);
		assert.equal(shutdowns.length, 1);
	} finally {
		isSupervised = false;
		await logs.at(-1)?.stop();
		await supervisor;
		await first.stop();
		bench.remove();
	}
});

test('another server on the port between the box and the letter: nothing is sent', async () => {
	const [bench, port] = [workbench(), await freePort()];
	const first = await startServer({port});
	const prepared = await prepare(bench, first, 'shutdown-save');
	await first.stop();
	const second = await startServer({port});
	try {
		const progress = await runAction(prepared, bench.gate, () => {});
		assert.equal(progress.outcome?.kind, 'not-sent');
		assert.deepEqual(bench.sent, []);
		assert.deepEqual(phases(bench), ['intent', 'aborted']);
		assert.equal(await second.command('PING'), 'PONG');
	} finally {
		await second.stop();
		bench.remove();
	}
});

test('a role that changed between the box and the letter: nothing is sent', async () => {
	const [bench, server] = [workbench(), await startServer()];
	try {
		const prepared = await prepare(bench, server, 'bgsave');
		await server.command('REPLICAOF', '127.0.0.1', await freePort());
		const progress = await runAction(prepared, bench.gate, () => {});
		assert.deepEqual(progress.outcome, {kind: 'not-sent', why: `127.0.0.1:${server.port} is now replica, not primary`});
		assert.deepEqual(bench.sent, []);
		assert.deepEqual(phases(bench), ['intent', 'aborted']);
	} finally {
		await server.stop();
		bench.remove();
	}
});

test('without an audit line nothing is sent', async () => {
	const [bench, server] = [workbench(), await startServer()];
	try {
		const prepared = await prepare(bench, server, 'bgsave');
		chmodSync(bench.stateFolder, 0o700);
		mkdirSync(path.join(bench.stateFolder, 'audit.ndjson'));
		const progress = await runAction(prepared, bench.gate, () => {});
		assert.equal(progress.outcome?.kind, 'not-sent');
		assert.match(progress.outcome?.kind === 'not-sent' ? progress.outcome.why : '', /audit log .* cannot be written/);
		assert.deepEqual(bench.sent, []);
	} finally {
		await server.stop();
		bench.remove();
	}
});

test('a SHUTDOWN that waits for a hung replica shows it, and is followed to its end', async () => {
	const bench = workbench();
	const primary = await startServer({args: ['--repl-diskless-sync-delay', '0', '--shutdown-timeout', '3']});
	const replica = await startServer({args: ['--replicaof', '127.0.0.1', String(primary.port)]});
	const stopped = process.kill.bind(process, replica.pid);
	try {
		await eventually('the replica', async () =>
			/state=online/.test(String(await primary.command('INFO', 'replication'))) ? true : undefined,
		);
		const prepared = await prepare(bench, primary, 'shutdown-save');
		stopped('SIGSTOP');
		await fill(primary, 100);
		const steps: ActionProgress[] = [];
		const progress = await runAction(prepared, bench.gate, step => steps.push(step));
		const shown = steps.map(({verification}) => (verification?.kind === 'running' ? verification.progress : ''));
		assert.ok(
			shown.some(text => /it waits for its replicas, at most \d+s more/.test(text)),
			shown.join('\n'),
		);
		assert.equal(progress.verification?.kind, 'proved', JSON.stringify(progress));
		assert.deepEqual(bench.sent, ['SHUTDOWN SAVE']);
	} finally {
		stopped('SIGCONT');
		await replica.stop();
		await primary.stop();
		bench.remove();
	}
});

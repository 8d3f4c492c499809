import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import {nextStartChecks} from '../../../source/actions/catalogue/next-start-checks.js';
import type {MachineFacts, ServerFacts} from '../../../source/actions/catalogue/server-facts.js';
import {runAction} from '../../../source/actions/execute/run-action.js';
import {infoOf} from '../../harness/records.js';
import {serverBinaries, startServer} from '../../harness/servers.js';
import {fill, prepare, workbench} from '../workbench.js';

type Here = Extract<MachineFacts, {kind: 'here'}>;

const here = (settings: Record<string, string> | undefined, parts: Partial<Here> = {}): Here => ({
	kind: 'here',
	freeBytes: 1e9,
	dump: {kind: 'absent'},
	appendOnly: {kind: 'absent'},
	configFile: settings && {kind: 'read', settings: new Map(Object.entries(settings)), unread: []},
	configFolder: undefined,
	...parts,
});

const factsOf = (machine: MachineFacts, appendOnly = 'no'): ServerFacts => ({
	info: infoOf({keyspace: {db0: 'keys=1234,expires=0'}, persistence: {aof_enabled: appendOnly === 'yes' ? 1 : 0}}),
	serverTimeMs: 0,
	config: new Map([
		['appendonly', appendOnly],
		['dir', '/data'],
		['dbfilename', 'dump.rdb'],
	]),
	ownSlotCount: undefined,
	isCommandKnown: true,
	denial: undefined,
	machine,
});

const stale = {kind: 'present', lastWrittenAtMs: Date.UTC(2026, 10, 23, 14, 2, 31)} as const;
const unreadable = {kind: 'unreadable', why: 'permission denied'} as const;

const table: ReadonlyArray<readonly [string, ServerFacts, ReadonlyArray<readonly [state: string, phrase?: string]>]> = [
	['the file says no as well', factsOf(here({appendonly: 'no'})), [['ok']]],
	['the file says nothing, so no', factsOf(here({})), [['ok']]],
	[
		'the file says yes, an old AOF lies there',
		factsOf(here({appendonly: 'yes'}, {appendOnly: stale})),
		[['veto', 'lose changes since 2026-11-23T14:02Z']],
	],
	['the file says YES, no AOF: an empty start', factsOf(here({appendonly: 'YES'})), [['veto', 'lose 1,234 keys']]],
	[
		'the file says yes, the AOF can’t be seen',
		factsOf(here({appendonly: 'yes'}, {appendOnly: unreadable})),
		[['veto', 'lose up to 1,234 keys']],
	],
	['the file can’t be read', factsOf(here({}, {configFile: unreadable})), [['warning']]],
	[
		'the file includes another',
		factsOf(here({}, {configFile: {kind: 'read', settings: new Map(), unread: ['*.conf']}})),
		[['warning']],
	],
	['no file, no AOF', factsOf(here(undefined)), []],
	['no file, an old AOF', factsOf(here(undefined, {appendOnly: stale})), [['warning']]],
	['another machine', factsOf({kind: 'elsewhere', why: 'the server is on another machine'}), [['warning']]],
	['another machine, AOF on: both files hold everything', factsOf({kind: 'elsewhere', why: 'far'}, 'yes'), []],
	['AOF on here and in the file', factsOf(here({appendonly: 'yes'}), 'yes'), []],
	['AOF on here, off in the file: the dump is loaded', factsOf(here({appendonly: 'no'}), 'yes'), [['warning']]],
	[
		'the file names another dump',
		factsOf(here({dbfilename: 'other.rdb'})),
		[['ok'], ['veto', 'lose up to 1,234 keys']],
	],
	[
		'the file names another folder',
		factsOf(here({dir: '/old'}, {configFolder: '/old'})),
		[['ok'], ['veto', 'lose up to 1,234 keys']],
	],
	['the file names the same folder', factsOf(here({dir: '/data'}, {configFolder: '/data'})), [['ok']]],
];

for (const [title, facts, expected] of table) {
	test(title, () => {
		const found = nextStartChecks(facts).map(({state, lossPhrase}) =>
			lossPhrase === undefined ? [state] : [state, lossPhrase],
		);
		assert.deepEqual(found, expected);
	});
}

test('a real server whose AOF was switched off: the box refuses what the restart then loses', async context => {
	const bench = workbench();
	const dir = mkdtempSync(path.join(os.tmpdir(), 'redis-top-trap-'));
	context.after(() => rmSync(dir, {recursive: true, force: true}));
	writeFileSync(path.join(dir, 'redis.conf'), 'appendonly yes\n');
	const wrapper = path.join(dir, 'start');
	const [program] = serverBinaries().values();
	writeFileSync(wrapper, `#!/bin/sh\nexec '${program}' '${dir}/redis.conf' "$@"\n`, {mode: 0o755});
	const start = () => startServer({server: wrapper, dir});
	const server = await start();
	try {
		await fill(server, 100);
		await server.command('CONFIG', 'SET', 'appendonly', 'no');
		await server.command('SET', 'later', '1');
		const prepared = await prepare(bench, server, 'shutdown-save');
		const vetoes = prepared.plan.checks.filter(({state}) => state === 'veto');
		assert.equal(vetoes.length, 1, JSON.stringify(prepared.plan.checks));
		assert.match(vetoes[0]?.lossPhrase ?? '', /^lose changes since 20\d\d-/);

		const progress = await runAction(prepared, bench.gate, () => {});
		assert.equal(progress.verification?.kind, 'proved', 'the dump is written all the same');
		await server.exited;
		const after = await start();
		assert.equal(await after.command('DBSIZE'), 100, 'the trap is real: the later key is gone');
		await after.stop();
	} finally {
		await server.stop();
		bench.remove();
	}
});

test('a real server whose first AOF is not written yet: the box refuses, as the server would', async () => {
	const bench = workbench();
	const server = await startServer({args: ['--rdb-key-save-delay', '20000', '--aof-use-rdb-preamble', 'yes']});
	try {
		await fill(server, 500);
		await server.command('CONFIG', 'SET', 'appendonly', 'yes');
		const prepared = await prepare(bench, server, 'shutdown-save');
		const vetoes = prepared.plan.checks.filter(({state}) => state === 'veto').map(({text}) => text);
		assert.match(vetoes.join(), /the first AOF is being written/);
		const progress = await runAction(prepared, bench.gate, () => {});
		assert.equal(progress.outcome?.kind, 'refused', JSON.stringify(progress));
	} finally {
		await server.stop();
		bench.remove();
	}
});

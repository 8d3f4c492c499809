import assert from 'node:assert/strict';
import {test} from 'node:test';
import {isDeepStrictEqual} from 'node:util';
import type {MonitorState} from '../../source/state/monitor-state.js';
import {panelTable} from '../../source/state/panel-table.js';
import {asciiGlyphs} from '../../source/text/glyphs.js';
import {paintWith} from '../../source/views/theme.js';
import {mountOnScreen} from '../harness/app-screen.js';
import {eventually} from '../harness/eventually.js';
import {clientOf, emptyRecord, type RecordParts, recordFrom, sampledAtMs, stateOf} from '../harness/records.js';
import {untouchedModes} from '../harness/screen.js';

const nowMs = sampledAtMs + 300;

const busy: RecordParts = {
	info: {
		server: {redis_version: '7.2.5', run_id: 'a'.repeat(40), uptime_in_seconds: 86_400},
		clients: {connected_clients: 3, maxclients: 10_000, blocked_clients: 1},
		memory: {used_memory: 5_862_588_416, maxmemory: 6_442_450_944, used_memory_rss: 6_300_000_000},
		persistence: {loading: 0, rdb_last_bgsave_status: 'ok', aof_enabled: 0},
		stats: {total_commands_processed: 100},
		replication: {role: 'master', connected_slaves: 0, master_repl_offset: 100},
		cluster: {cluster_enabled: 0},
		keyspace: {db0: 'keys=1204,expires=3,avg_ttl=0'},
	},
	values: {operations: 47_912, hits: 900, misses: 100},
	series: {operations: [1, 2, undefined, 47_912], usedMemory: [1, 2, 3]},
	clients: {
		atMs: sampledAtMs,
		value: Array.from({length: 40}, (_, index) => clientOf({id: index + 1, name: `worker-${index + 1}`})),
	},
};

const failure = {
	layer: 'tcp',
	code: 'ECONNREFUSED',
	problem: 'refuses connections',
	reason: 'nothing listens on the port',
	state: 'down',
} as const;

const states: ReadonlyArray<readonly [name: string, state: MonitorState, verdict: RegExp]> = [
	['connecting', stateOf([emptyRecord('10.0.1.11:6379')]), /connecting to 10\.0\.1\.11:6379/],
	['empty', stateOf([recordFrom({})]), /^ok /],
	['busy', stateOf([recordFrom(busy)]), /^ok /],
	[
		'down',
		stateOf([
			recordFrom({...busy, reach: 'down', failure, failingSinceMs: sampledAtMs - 20_000, atMs: sampledAtMs - 20_000}),
		]),
		/^!! :6379 refuses connections: nothing listens on the port/,
	],
	[
		'never reached',
		stateOf([{...emptyRecord('10.0.1.11:6379'), reach: 'down', failure, failingSinceMs: sampledAtMs}]),
		/^!! :6379 refuses connections/,
	],
];

for (const [name, state, verdict] of states) {
	test(`every panel of a node that is ${name}: header, verdict, frame and keys, at 80×24`, async t => {
		const app = mountOnScreen(t, {state, nowMs});
		await app.screen.waitFor(/\? help/);
		const scrolls = app.screen.scrollCount;
		for (const {key: digit, id: panel} of panelTable) {
			if (panel !== 'overview') {
				app.screen.press(digit);
			}

			await app.screen.waitFor(lines =>
				lines.some(line => line.includes(`┌─ ${panel === 'overview' ? '' : `${digit} `}`)),
			);
			const lines = app.screen.lines();
			assert.equal(lines.length, 24);
			assert.match(lines[0] ?? '', /10\.0\.1\.11:6379/);
			assert.match(lines[1] ?? '', verdict);
			assert.match(lines.at(-1) ?? '', /\? help/);
			// A frame without a bottom border was cut off.
			assert.match(lines.at(-2) ?? '', /└.*┘$/, `panel ${panel}\n${lines.join('\n')}`);
		}

		assert.equal(app.screen.scrollCount, scrolls);
	});
}

test('above the panel a line says that data is old', async t => {
	const state = stateOf([recordFrom({...busy, atMs: sampledAtMs - 12_000})]);
	const app = mountOnScreen(t, {state, nowMs, panel: 'memory'});
	await app.screen.waitFor(/! stale 12s: the data below is from 14:02:19/);
});

test('a denied command is named with the rule that grants it', async t => {
	const blind = [
		{command: 'CLIENT LIST', kind: 'denied', why: 'NOPERM no permissions', grant: '+client|list'} as const,
	];
	const app = mountOnScreen(t, {state: stateOf([recordFrom({...busy, blind})]), nowMs, panel: 'clients'});
	await app.screen.waitFor(/CLIENT LIST is denied.*\+client\|list/);
});

test('a filter shortens the list while it is typed, and Esc clears it', async t => {
	const app = mountOnScreen(t, {state: stateOf([recordFrom(busy)]), nowMs, panel: 'clients'});
	await app.screen.waitFor(/worker-1 /);
	app.screen.press('/');
	app.screen.press('worker-3');
	await app.screen.waitFor(
		lines => lines.some(line => line.includes('worker-33')) && !lines.some(line => line.includes('worker-1 ')),
	);
	app.screen.press('zzz');
	await app.screen.waitFor(
		lines =>
			lines.at(-1)?.includes('/worker-3zzz_') === true &&
			lines.some(line => line.includes('Nothing matches the filter worker-3zzz')) &&
			!lines.some(line => /worker-\d+ /.test(line)),
	);
	app.screen.press('\r');
	await app.screen.waitFor(lines => lines.at(-1)?.includes('? help') === true);
	assert.equal(app.view().tables.clients?.filter, 'worker-3zzz');
	app.screen.press('\u001B');
	await app.screen.waitFor(/worker-1 /);
	assert.equal(app.view().panel, 'clients');
});

test('the selection moves, opens the details of its row, and Enter or Esc closes them', async t => {
	const app = mountOnScreen(t, {state: stateOf([recordFrom(busy)]), nowMs, panel: 'clients'});
	await app.screen.waitFor(/>\s+1 /);
	app.screen.press('jj');
	await app.screen.waitFor(/>\s+3 /);
	app.screen.press('\r');
	await app.screen.waitFor(/worker-3[\s\S]*Esc closes/);
	app.screen.press('\r');
	await app.screen.waitFor(lines => !lines.some(line => line.includes('Esc closes')));
	app.screen.press('\r');
	await app.screen.waitFor(/worker-3[\s\S]*Esc closes/);
	app.screen.press('\u001B');
	await app.screen.waitFor(lines => !lines.some(line => line.includes('Esc closes')));
	app.screen.press('G');
	await app.screen.waitFor(/>\s*40 /);
});

test('the help shows every key and scrolls where it does not fit', async t => {
	const app = mountOnScreen(t, {state: stateOf([recordFrom(busy)]), nowMs});
	app.screen.press('?');
	await app.screen.waitFor(/┌─ help ─[\s\S]*FIGURES +of Overview/);
	app.screen.press('G');
	await app.screen.waitFor(/quit, or close the box/);
	// The selection stops at the last row, so one key up is visible at once.
	const last = /(\d+)-(\d+) of \2/;
	await app.screen.waitFor(last);
	app.screen.press('k');
	await app.screen.waitFor(lines => /\d+-\d+ of/.test(lines.join('\n')) && !last.test(lines.join('\n')));
	app.screen.press('G');
	await app.screen.waitFor(last);
	app.screen.press('q');
	await app.screen.waitFor(lines => !lines.some(line => line.includes('quit, or close the box')));
	assert.deepEqual(app.asked, []);
	app.screen.press('q');
	await eventually('the app to be asked to quit', () => app.asked.includes('quit') || undefined);
});

for (const [columns, rows] of [
	[80, 24],
	[200, 60],
] as const) {
	test(`the help is searched, and Esc first shows all of it again, at ${columns}×${rows}`, async t => {
		const app = mountOnScreen(t, {state: stateOf([recordFrom(busy)]), nowMs, columns, rows});
		const shows = (wanted: RegExp, unwanted: RegExp) =>
			app.screen.waitFor(lines => wanted.test(lines.join('\n')) && !unwanted.test(lines.join('\n')), {
				what: `${wanted} without ${unwanted}`,
			});
		app.screen.press('?');
		await app.screen.waitFor(/┌─ help ─[\s\S]*FIGURES/);
		const height = () => app.screen.lines().findIndex(line => line.includes('searches, Esc closes'));
		const bottom = height();
		for (const key of '/COPY q') {
			app.screen.press(key);
		}

		await shows(/┌─ help \/COPY q_ ─[\s\S]*Enter keeps it, Esc clears it/, /FIGURES|one row up/);
		app.screen.press('\u007F');
		app.screen.press('p');
		await shows(/help \/COPY p_ ─[\s\S]* Y +copy the whole panel/, /FIGURES|one row up/);
		app.screen.press('\r');
		await shows(/help \/COPY p ─[\s\S]*Esc shows all again/, /FIGURES/);
		app.screen.press('/');
		app.screen.press('\u001B[200~no such key\u001B[201~');
		await shows(/help \/no such key_ ─[\s\S]*nothing has all of these words/, /whole panel/);
		app.screen.press('\u001B');
		await shows(/┌─ help ─[\s\S]*FIGURES/, /nothing has/);
		assert.equal(height(), bottom);
		app.screen.press('\u001B');
		await shows(/Throughput/, /keys ─/);
		assert.deepEqual(app.asked, []);
	});
}

test('a paste does not act as a key, even if it begins like one', async t => {
	const app = mountOnScreen(t, {state: stateOf([recordFrom(busy)]), nowMs});
	await app.screen.waitFor(/\? help/);
	app.screen.press('\u001B[200~q8Ab\r\u001B[201~');
	await app.screen.waitFor(/pasted text is ignored/);
	assert.deepEqual(app.asked, []);
	assert.equal(app.view().panel, 'overview');
});

test('a box is drawn over the panel, which stays around it', async t => {
	const app = mountOnScreen(t, {state: stateOf([recordFrom(busy)]), nowMs});
	await app.screen.waitFor(/Throughput/);
	app.showDialog({
		title: 'BGSAVE',
		tone: 'warning',
		facts: [
			['target', '10.0.1.11:6379'],
			['role', 'primary, 2 replicas'],
		],
		lines: [[{text: 'writes the data set', tone: 'plain'}]],
		prompt: [{text: 'press b', tone: 'plain'}],
		typed: undefined,
		secondsLeft: 29,
		hint: '> Cancel <',
	});
	await app.screen.waitFor(/target {2}10\.0\.1\.11:6379/);
	const text = app.screen.text();
	assert.match(text, /role {4}primary, 2 replicas/);
	assert.match(text, /press b/);
	assert.match(text, /> Cancel <, 29 s/);
	assert.match(text, /Throughput/);
	app.showDialog(undefined);
	await app.screen.waitFor(lines => !lines.some(line => line.includes('BGSAVE')));
});

test('any size from 1×1 to 400×120 draws, and no frame is taller than the terminal', async t => {
	const app = mountOnScreen(t, {state: stateOf([recordFrom(busy), recordFrom({address: '10.0.1.12:6379'})]), nowMs});
	await app.screen.waitFor(/\? help/);
	const sizes: ReadonlyArray<readonly [number, number]> = [
		[1, 1],
		[2, 30],
		[400, 1],
		[39, 9],
		[40, 10],
		[60, 15],
		[80, 24],
		[81, 25],
		[120, 40],
		[200, 60],
		[400, 120],
		[80, 24],
	];
	const scrolls = app.screen.scrollCount;
	for (const [columns, rows] of sizes) {
		const erasures = app.screen.clearCount;
		app.screen.resize(columns, rows);
		await app.screen.waitFor(
			lines =>
				app.screen.clearCount > erasures &&
				lines.length === rows &&
				(lines[0] ?? '').trim() !== '' &&
				(columns < 40 ||
					rows < 10 ||
					(lines.at(-1)?.includes('?') === true && lines[0]?.includes('10.0.1.11') === true)),
			{what: `a frame for ${columns}×${rows}`},
		);
	}

	assert.equal(app.screen.scrollCount, scrolls);
});

test('in ASCII without colour every byte is ASCII', async t => {
	const app = mountOnScreen(t, {state: stateOf([recordFrom(busy)]), nowMs, glyphs: asciiGlyphs});
	for (const {key: digit} of panelTable) {
		app.screen.press(digit);
		await app.screen.waitFor(/\? help/);
		assert.match(app.screen.text(), /^[\n -~]*$/);
	}
});

test('the terminal is restored at the end', async t => {
	const app = mountOnScreen(t, {state: stateOf([recordFrom(busy)]), nowMs, paint: paintWith('dark')});
	await app.screen.waitFor(/\? help/);
	assert.equal(app.screen.modes().isAlternateScreen, true);
	app.leave();
	await eventually('every mode as it was', () => isDeepStrictEqual(app.screen.modes(), untouchedModes) || undefined);
});

test('a frame without a change writes nothing to the terminal', async t => {
	const state = stateOf([recordFrom(busy)]);
	const app = mountOnScreen(t, {state, nowMs});
	await app.screen.waitFor(/Throughput/);
	app.screen.press('3');
	await app.screen.waitFor(/3 Replication/);
	const before = app.screen.byteCount;
	for (let count = 0; count < 5; count++) {
		const drawn = app.frames();
		app.show({...state});
		await eventually('one more frame', () => app.frames() > drawn || undefined);
	}

	assert.equal(app.screen.byteCount, before);
	// The byte count includes everything that is written, as this change shows.
	app.screen.press('1');
	await app.screen.waitFor(/Throughput/);
	assert.ok(app.screen.byteCount > before);
});

test('Enter on a list of nodes puts the node in focus, and again opens its details; x dismisses only a gone node', async t => {
	const gone = {
		...recordFrom({...busy, address: '10.0.1.12:6379'}),
		failure,
		reach: 'down' as const,
		goneSinceMs: nowMs,
	};
	const state = stateOf([recordFrom(busy), gone]);
	const app = mountOnScreen(t, {state, nowMs});
	await app.screen.waitFor(/10\.0\.1\.12:6379 +primary +gone/);
	app.screen.press('x');
	await app.screen.waitFor(/10\.0\.1\.11:6379 is not gone/);
	app.screen.press('j');
	await app.screen.waitFor(/>10\.0\.1\.12:6379/);
	app.screen.press('\r');
	await app.screen.waitFor(/10\.0\.1\.12:6379 \*/);
	app.screen.press('\r');
	await app.screen.waitFor(/known from +target/);
	app.screen.press('q');
	await app.screen.waitFor(lines => !/known from/.test(lines.join('\n')));
	app.screen.press('x');
	await eventually('the dismissal', async () => app.asked.includes('dismiss:10.0.1.12:6379') || undefined);
});

test('the wheel moves the choice in the palette, and does nothing on the wall or while a password is typed', async t => {
	const app = mountOnScreen(t, {state: stateOf([recordFrom(busy)]), nowMs, panel: 'clients'});
	await app.screen.waitFor(/OMEM/);
	app.mouse('[<65;10;10M');
	await app.screen.waitFor(/> +4 /);
	app.screen.press(':');
	await app.screen.waitFor(/> panel overview/);
	app.mouse('[<65;10;10M');
	await app.screen.waitFor(/> panel clients/);
	app.mouse('[<64;10;10M');
	await app.screen.waitFor(/> panel overview/);
	app.screen.press('\u001B');
	await app.screen.waitFor(lines => !/> panel/.test(lines.join('\n')));
	const before = app.view();
	app.screen.press('w');
	await app.screen.waitFor(/panels/);
	app.mouse('[<65;10;10M');
	app.mouse('[<0;30;20M');
	assert.equal(app.view().notice, undefined);
	assert.deepEqual(app.view().tables, before.tables);
	assert.equal(app.view().panel, before.panel);
});

test('m takes the mouse, and a column head that is clicked sorts, first down, then up', async t => {
	const app = mountOnScreen(t, {state: stateOf([recordFrom(busy)]), nowMs, panel: 'clients'});
	await app.screen.waitFor(/OMEM/);
	app.screen.press('m');
	await app.screen.waitFor(/the mouse is taken/);
	assert.ok(app.asked.includes('mouse'));
});

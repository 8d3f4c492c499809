import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import type {MonitorState} from '../../source/state/monitor-state.js';
import type {PanelId} from '../../source/state/panel-table.js';
import {mountOnScreen} from '../harness/app-screen.js';
import {findingOf} from '../harness/findings.js';
import {clientOf, recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

const nowMs = sampledAtMs + 300;

/** A word longer than any row, in which every part is different. */
const longWord = Array.from({length: 40}, (_, index) => `part${index}-漢`).join('');
const words = Array.from({length: 60}, (_, index) => `word${index}`).join(' ');

const record = recordFrom({
	info: {
		server: {run_id: 'a'.repeat(40), redis_version: '7.2.5', config_file: `/etc/${longWord}.conf`, process_id: 77},
		memory: {used_memory: 512, maxmemory: 1024},
		clients: {connected_clients: 3},
		keyspace: {db0: 'keys=5,expires=0,avg_ttl=0'},
	},
	values: {operations: 47_912},
	clients: {atMs: sampledAtMs, value: [clientOf({id: 77, name: longWord, totalMemoryBytes: 22_272})]},
	slowlog: {
		atMs: sampledAtMs,
		value: {
			entries: [
				{
					id: 9,
					atMs: sampledAtMs,
					durationMicroseconds: 20_000,
					arguments: ['EVAL', words, longWord, ...Array.from({length: 30}, (_, index) => `last${index}`)],
					clientAddress: '10.0.4.20:50077',
					clientName: 'batch',
				},
			],
			lost: 0,
			perMinute: 1,
		},
	},
	blind: [],
});
const state: MonitorState = {
	...stateOf([record]),
	findings: [
		findingOf('mem.max', 'warning', record.address, {meaning: words, evidence: [{name: 'log', value: longWord}]}),
	],
};

type Kind = {
	readonly panel: PanelId;
	readonly title: string;
	/** Texts that the box contains, with any line breaks. */
	readonly whole: readonly string[];
	/** The last fact in the box. */
	readonly last: string;
};

const kinds: readonly Kind[] = [
	{
		panel: 'overview',
		title: 'Node',
		whole: [longWord, '512B of 1.00K maxmemory, 50%', '47.9k/s'],
		last: 'redis-top costs',
	},
	{panel: 'clients', title: 'Client', whole: [longWord, '22,272 bytes (21.8K)'], last: 'total memory'},
	{panel: 'slowlog', title: 'Slow log entry', whole: [words, longWord], last: 'last29'},
	{panel: 'findings', title: 'Finding', whole: [words, longWord], last: 'next'},
];

/** The box's rows from its first to its last, borders included. */
function boxOf(lines: readonly string[], title: string): {top: number; rows: readonly string[]} {
	const top = lines.findIndex(row => row.includes(`┌─ ${title} ─`));
	const height = lines.slice(top).findIndex(row => /└─ Esc closes/.test(row)) + 1;
	return {top, rows: lines.slice(top, top + height)};
}

async function opened(t: TestContext, panel: PanelId, title: string, size: {columns: number; rows: number}) {
	const app = mountOnScreen(t, {state, panel, nowMs, ...size});
	await app.screen.waitFor(/10\.0\.1\.11:6379/);
	app.screen.press('\r');
	await app.screen.waitFor(new RegExp(`┌─ ${title} ─`));
	return app;
}

for (const {panel, title, whole, last} of kinds) {
	test(`details at 80×24, ${title}: no text is cut, and every row can be scrolled to below header and verdict`, async t => {
		const {screen} = await opened(t, panel, title, {columns: 80, rows: 24});
		const seen: string[] = [];
		for (let page = 0; ; page++) {
			const {top, rows} = boxOf(screen.lines(), title);
			assert.equal(top, 2);
			assert.match(screen.lines()[0] ?? '', /10\.0\.1\.11:6379/);
			assert.match(screen.lines()[1] ?? '', /^(?:ok|!)/);
			assert.match(screen.lines()[23] ?? '', /^ DETAILS {2}Esc closes/);
			for (const row of rows.slice(1, -1)) {
				assert.match(row, /^│ .* │$/);
				seen.push(row.slice(1, -1));
			}

			assert.ok(page < 100, 'the end never comes');
			const before = screen.text();
			if (/-(\d+) of \1,/.test(rows.at(-1) ?? '') || !/ of \d+,/.test(rows.at(-1) ?? '')) {
				break;
			}

			screen.press('\u001B[B');
			await screen.waitFor(() => screen.text() !== before, {what: 'the next row'});
		}

		const labelWidth = Math.max(...seen.map(row => /^ (\S+(?: \S+)*) {2}/.exec(row)?.[1]?.length ?? 0)) + 3;
		const text = [...new Set(seen)].map(row => row.slice(labelWidth)).join('\n');
		assert.doesNotMatch(text, /…|\.\.\./);
		const withoutBlanks = text.replaceAll(/\s/g, '');
		for (const value of whole) {
			assert.ok(withoutBlanks.includes(value.replaceAll(' ', '')), `${value} is missing in\n${text}`);
		}

		assert.ok(seen.some(row => row.includes(last)));
	});

	for (const [columns, rows] of [
		[120, 40],
		[200, 60],
		[40, 10],
	] as const) {
		test(`details at ${columns}×${rows}, ${title}: the box begins below the verdict`, async t => {
			const {screen} = await opened(t, panel, title, {columns, rows});
			const lines = screen.lines();
			const top = lines.findIndex(row => row.includes(`┌─ ${title} ─`));
			const bottom = lines.findIndex((row, index) => index > top && /└─ .*Esc closes/.test(row));
			assert.equal(top, rows < 12 ? 0 : 2);
			assert.ok(bottom > 6 && bottom < rows, `it ends in row ${bottom}`);
		});
	}
}

test('a box that grows keeps its rows in place', async t => {
	const app = await opened(t, 'findings', 'Finding', {columns: 120, rows: 40});
	const before = boxOf(app.screen.lines(), 'Finding');
	app.show({
		...state,
		findings: state.findings.map(finding => ({...finding, adviceCost: 'one more fork'})),
	});
	await app.screen.waitFor(/one more fork/);
	const after = boxOf(app.screen.lines(), 'Finding');
	assert.equal(after.top, before.top);
	assert.deepEqual(after.rows.slice(0, before.rows.length - 1), before.rows.slice(0, -1));
});

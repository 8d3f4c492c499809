import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import {usualKeyboard} from '../../source/keys/keyboard.js';
import {withFunctionKeys} from '../../source/keys/read-keys.js';
import {panelIds} from '../../source/state/panel-table.js';
import {completed, foundEntries, paletteEntries} from '../../source/views/palette/palette-entries.js';
import {mountOnScreen} from '../harness/app-screen.js';
import {eventually} from '../harness/eventually.js';
import {recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

const nowMs = sampledAtMs + 300;
const info = {server: {redis_version: '7.2.5', run_id: 'a'.repeat(40)}};
const nodes = ['10.0.1.11:6379', '10.0.1.12:6379'].map(address => recordFrom({address, info}));
const state = stateOf(nodes);
const entries = paletteEntries({state, node: nodes[0], keyboard: usualKeyboard});

const names = (typed: string): string[] => foundEntries(entries, typed).map(({text}) => text);

test('the palette has every panel, node and action, and each name once', () => {
	const all = entries.map(({text}) => text);
	assert.equal(new Set(all).size, all.length);
	for (const panel of panelIds) {
		assert.ok(all.includes(`panel ${panel}`));
	}

	for (const name of ['node 10.0.1.12:6379', 'action bgsave', 'action shutdown-save', 'interval 2s', 'baseline']) {
		assert.ok(all.includes(name), name);
	}
});

test('names that begin with the typed words come first, then others that have them', () => {
	assert.equal(names('mem')[0], 'panel memory');
	assert.equal(names('bgs')[0], 'action bgsave');
	assert.equal(names('.12')[0], 'node 10.0.1.12:6379');
	assert.deepEqual(names('interval 5'), ['interval 5s', 'interval 0.5s']);
	assert.deepEqual(names('no such words'), []);
});

test('Tab completes to what all names share, then to the selected name', () => {
	const found = (typed: string) => foundEntries(entries, typed);
	assert.equal(completed(found('panel me'), 'panel me', 0), 'panel memory');
	assert.equal(completed(found('node'), 'node', 0), 'node 10.0.1.1');
	assert.equal(completed(found('node 10.0.1.1'), 'node 10.0.1.1', 1), 'node 10.0.1.12:6379');
	assert.equal(completed(found('xyz'), 'xyz', 0), 'xyz');
});

test('a panel, a node and an interval are chosen by name', async t => {
	const app = mountOnScreen(t, {state, nowMs});
	const choose = async (text: string) => {
		app.screen.press(':');
		await app.screen.waitFor(/┌─ palette/);
		for (const key of text) {
			app.screen.press(key);
			await eventually(`${key} to be taken`, () => {
				const {overlay} = app.view();
				return (overlay?.kind === 'palette' && overlay.text.endsWith(key)) || undefined;
			});
		}

		app.screen.press('\r');
		await app.screen.waitFor(lines => !lines.join('\n').includes('┌─ palette'));
	};
	await choose('clients');
	assert.equal(app.view().panel, 'clients');
	await choose('node 10.0.1.12');
	assert.equal(app.view().node, '10.0.1.12:6379' as NodeAddress);
	await choose('interval 5s');
	assert.ok(app.asked.includes('interval:5000'));
});

test('an action only opens its box', async t => {
	const opened: string[] = [];
	const actions = {
		isOpen: false,
		running: undefined,
		open() {},
		choose: (_: unknown, {action}: {readonly action: string}) => void opened.push(action),
		press() {},
	};
	const app = mountOnScreen(t, {state, nowMs, actions});
	app.screen.press(':');
	await app.screen.waitFor(/┌─ palette/);
	app.screen.press('bgsave');
	await app.screen.waitFor(/> action bgsave/);
	app.screen.press('\r');
	await eventually('the box to be opened', () => opened[0]);
	assert.deepEqual(opened, ['bgsave']);
});

test('a paste with an end of line opens nothing', async t => {
	const app = mountOnScreen(t, {state, nowMs});
	app.screen.press(':');
	await app.screen.waitFor(/┌─ palette/);
	app.screen.press('clients\r');
	await app.screen.waitFor(/> panel clients/);
	assert.equal(app.view().panel, 'overview');
});

test('F1 of each terminal opens the help', () => {
	for (const sequence of ['\u001BOP', '\u001B[11~', '\u001B[P', '\u001B[[A']) {
		assert.equal(withFunctionKeys(`a${sequence}b`), 'a\uF704b');
	}

	assert.equal(withFunctionKeys('\u001B[A\u001BOQ'), '\u001B[A\u001BOQ');
});

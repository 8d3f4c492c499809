import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import type {DialogKey} from '../../source/actions/dialog/dialog-state.js';
import type {MonitorState} from '../../source/state/monitor-state.js';
import type {PanelId} from '../../source/state/panel-table.js';
import {mountOnScreen} from '../harness/app-screen.js';
import {eventually} from '../harness/eventually.js';
import {findingOf} from '../harness/findings.js';
import {emptyRecord, recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

const nowMs = sampledAtMs + 300;
const address = '10.0.1.11:6379';
const info = {server: {redis_version: '7.2.5', run_id: 'a'.repeat(40)}};
const healthy = stateOf([recordFrom({address, info})]);
const failure = {layer: 'auth', code: 'NOAUTH', problem: 'wants a password (NOAUTH)', state: 'refusing'} as const;
const refusing = stateOf([{...emptyRecord(address), reach: 'refusing', failure, failingSinceMs: sampledAtMs}]);

/** The app with actions that only note what opens, and which keys the open box gets. */
function typist(t: TestContext, state: MonitorState, panel: PanelId = 'overview') {
	const keys: DialogKey[] = [];
	let isOpen = false;
	const open = () => {
		isOpen = true;
	};
	const actions = {
		get isOpen() {
			return isOpen;
		},
		running: undefined,
		open,
		choose: open,
		press: (key: DialogKey) => void keys.push(key),
	};
	const app = mountOnScreen(t, {state, nowMs, panel, actions});
	return {app, keys, view: app.view};
}

test('letters typed at once after A go to the menu, not to the screen behind it', async t => {
	const {app, keys, view} = typist(t, healthy);
	await app.screen.waitFor(/\? help/);
	app.screen.press('ASb');
	await eventually('the keys in the menu', () => keys[0]);
	assert.deepEqual(keys, [{kind: 'bunch', text: 'Sb'}]);
	assert.equal(view().baselineAtMs, undefined);
	assert.deepEqual(app.asked, []);
});

test('letters typed at once after the key of a row go to its box', async t => {
	const finding = findingOf('mem.oom', 'critical', address as never, {action: 'set-maxmemory'});
	const {app, keys} = typist(t, {...healthy, findings: [finding]}, 'findings');
	await app.screen.waitFor(/\? help/);
	app.screen.press('Xqq');
	await eventually('the keys in the box', () => keys[0]);
	assert.deepEqual(keys, [{kind: 'bunch', text: 'qq'}]);
	assert.deepEqual(app.asked, []);
});

test('where the box does not open, what was typed for it is dropped', async t => {
	for (const [typed, state, notice] of [
		['ASb', {...healthy, isMasked: true}, /no actions with --mask/],
		['Xbq', healthy, /line 2 names nothing/],
		['Ubq', healthy, /no temporary change/],
		['psecret4q', healthy, /asks for no password/],
	] as const) {
		const {app, keys, view} = typist(t, state);
		await app.screen.waitFor(/\? help/);
		app.screen.press(typed);
		await app.screen.waitFor(notice);
		assert.deepEqual([keys, app.asked, view().panel, view().baselineAtMs], [[], [], 'overview', undefined], typed);
	}
});

test('a password typed at once after its key is in the field alone', async t => {
	const {app, view} = typist(t, refusing);
	await app.screen.waitFor(/wants a password/);
	app.screen.press('pqwA4');
	await app.screen.waitFor(/password {2}••••_/);
	assert.deepEqual([view().panel, app.asked], ['overview', []]);
});

test('what is typed at once after the keys of palette, filter and help search is their text', async t => {
	const {app, view} = typist(t, healthy);
	await app.screen.waitFor(/\? help/);
	app.screen.press(':qA4');
	await app.screen.waitFor(/:qA4_/);
	app.screen.press('\u001B');
	await eventually('the palette to close', () => view().overlay === undefined || undefined);
	app.screen.press('/qA4');
	await app.screen.waitFor(/\/qA4_/);
	app.screen.press('\u001B');
	await eventually('the filter to end', () => view().filterDraft === undefined || undefined);
	app.screen.press('?/qA4');
	await app.screen.waitFor(/help \/qA4_/);
	assert.deepEqual([view().panel, app.asked], ['overview', []]);
});

test('a key without a meaning says so, and names the help', async t => {
	const {app} = typist(t, healthy);
	await app.screen.waitFor(/\? help/);
	app.screen.press('%');
	await app.screen.waitFor(/% does nothing here: \? F1 lists the keys/);
});

import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import type {Choice} from '../../source/actions/catalogue/choice.js';
import {nameOf} from '../../source/domain/message.js';
import type {PanelId} from '../../source/state/panel-table.js';
import type {ControllerOptions} from '../../source/views/control/controller-options.js';
import {placeOfClient} from '../../source/views/control/sought-client.js';
import {mountOnScreen} from '../harness/app-screen.js';
import {eventually} from '../harness/eventually.js';
import {findingOf} from '../harness/findings.js';
import {clientOf, recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

const nowMs = sampledAtMs + 300;
const slowEntry = (id: number, clientAddress: string, clientName: string) => ({
	id,
	atMs: sampledAtMs - id * 1000,
	durationMicroseconds: 20_000,
	arguments: ['LRANGE', 'list', '0', '-1'],
	clientAddress,
	clientName,
});
const clients = [
	clientOf({id: 7, name: 'api-1', address: '10.0.4.20:50007', command: 'get'}),
	clientOf({id: 8, name: 'export-7', address: '10.0.4.20:50008', command: 'lrange'}),
	clientOf({id: 9, name: 'export-8', address: '10.0.4.20:50009', command: 'lrange'}),
];
const record = recordFrom({
	info: {
		server: {run_id: 'a'.repeat(40), redis_version: '7.2.5'},
		memory: {used_memory: 512, maxmemory: 1024},
		commandstats: {cmdstat_lrange: 'calls=10,usec=100,usec_per_call=10.00,rejected_calls=0,failed_calls=0'},
	},
	commands: [
		{
			command: 'lrange',
			calls: 10,
			callsPerSecond: 1,
			callsOfInterval: 1,
			meanMicroseconds: 10,
			timeShare: 1,
			failuresPerSecond: 0,
			failuresOfInterval: 0,
			shareOfCalls: 1,
		},
	] as never,
	clients: {atMs: sampledAtMs, value: clients},
	slowlog: {
		atMs: sampledAtMs,
		value: {
			entries: [slowEntry(1, '10.0.4.20:50008', 'export-7'), slowEntry(2, '10.0.4.20:41000', 'batch')],
			lost: 0,
			perMinute: 1,
		},
	},
	blind: [],
});
const state = {
	...stateOf([record]),
	findings: [
		findingOf('cli.obuf', 'critical', record.address, {
			culprit: {client: nameOf('client', 'export-7')},
			action: 'client-kill-filter',
		}),
	],
};

function mounted(t: TestContext, panel: PanelId) {
	const chosen: Choice[] = [];
	const actions: ControllerOptions['actions'] = {
		isOpen: false,
		running: undefined,
		open: () => undefined,
		choose: (_record, choice) => void chosen.push(choice),
		press: () => undefined,
	};
	return {app: mountOnScreen(t, {state, panel, nowMs, actions, columns: 120, rows: 40}), chosen};
}

test('a client is sought by its address, then its name, then its command', () => {
	const list = {clients: {atMs: sampledAtMs, value: clients}};
	assert.deepEqual(placeOfClient({address: '10.0.4.20:50009', name: 'other'}, list), {
		node: undefined,
		rowKey: '9',
		filter: '',
	});
	const filters = [
		[{address: '10.0.4.20:1', name: 'batch'}, 'batch'],
		[{address: '10.0.4.20:1', name: ''}, '10.0.4.20:1'],
		[{command: 'lrange'}, 'lrange'],
	] as const;
	for (const [sought, filter] of filters) {
		assert.deepEqual(placeOfClient(sought, list), {node: undefined, rowKey: undefined, filter});
	}

	assert.equal(placeOfClient({address: '', name: ''}, list), undefined);
	assert.deepEqual(placeOfClient({address: '10.0.4.20:50009'}, undefined)?.filter, '10.0.4.20:50009');
});

test('from a slow command its client is selected on panel 4, and Esc goes back', async t => {
	const {app} = mounted(t, 'slowlog');
	await app.screen.waitFor(/c its client/);
	app.screen.press('c');
	await app.screen.waitFor(/4 Clients/);
	assert.equal(app.view().tables.clients?.selectedKey, '8');
	assert.equal(app.view().tables.clients?.filter, '');
	app.screen.press('\u001B');
	await app.screen.waitFor(/6 Slow log/);
	app.screen.press('j');
	await eventually('the second row', () => app.view().tables.slowlog?.selectedKey?.startsWith('2@') || undefined);
	app.screen.press('\r');
	await app.screen.waitFor(/└─ Esc closes, c shows its client, y copies/);
	app.screen.press('c');
	await app.screen.waitFor(/FILTER batch/);
	assert.equal(app.view().overlay, undefined);
});

test('from a command the clients that called it last are shown', async t => {
	const {app} = mounted(t, 'commands');
	await app.screen.waitFor(/lrange/);
	app.screen.press('c');
	await app.screen.waitFor(/FILTER lrange/);
	await app.screen.waitFor(/export-7 .*lrange/);
	await app.screen.waitFor(/4 Clients .*1-2 of 2/);
});

test('from a finding its culprit is shown, and its remedy opens', async t => {
	const {app, chosen} = mounted(t, 'findings');
	await app.screen.waitFor(/X remedy {2}c its client|X remedy.* c its client|c its client.* X remedy/);
	app.screen.press('X');
	await eventually('the dialog', () => chosen.length > 0 || undefined);
	assert.equal(chosen[0]?.action, 'client-kill-filter');
	app.screen.press('c');
	await app.screen.waitFor(/FILTER export-7/);
});

test('the details of a client name the key that closes it', async t => {
	const {app, chosen} = mounted(t, 'clients');
	await app.screen.waitFor(/X close it/);
	app.screen.press('\r');
	await app.screen.waitFor(/└─ Esc closes, X closes it, y copies/);
	app.screen.press('X');
	await eventually('the dialog', () => chosen.length > 0 || undefined);
	assert.equal(chosen[0]?.action, 'client-kill');
	assert.equal(typeof chosen[0]?.clientId, 'number');
});

test('a row without a client or an action says so', async t => {
	const {app, chosen} = mounted(t, 'persistence');
	await app.screen.waitFor(/\? help/);
	app.screen.press('c');
	await app.screen.waitFor(/this row names no client/);
	app.screen.press('X');
	await app.screen.waitFor(/this row has no action of its own/);
	assert.deepEqual(chosen, []);
});

test('on Overview the key of the row action opens the remedy of line 2', async t => {
	const {app, chosen} = mounted(t, 'overview');
	await app.screen.waitFor(/next {2}X CLIENT KILL/);
	app.screen.press('X');
	await eventually('the dialog', () => chosen.length > 0 || undefined);
	assert.equal(chosen[0]?.action, 'client-kill-filter');
});

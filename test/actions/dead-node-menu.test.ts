import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {ActionsController} from '../../source/actions/actions-controller.js';
import type {Selection} from '../../source/actions/catalogue/action-row.js';
import {catalogue} from '../../source/actions/catalogue/catalogue.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {plainText} from '../../source/text/line.js';
import {emptyRecord, recordFrom} from '../harness/records.js';
import {workbench} from './workbench.js';

const info = {server: {redis_version: '7.2.5', run_id: 'a'.repeat(40)}, replication: {role: 'slave'}};
const replica = recordFrom({address: '10.0.1.12:6379', role: 'replica', info});
const failure = {layer: 'tcp', code: 'ECONNREFUSED', problem: 'refuses connections', state: 'down'} as const;
const dead = {...emptyRecord('10.0.1.11:6379'), role: 'primary' as const, reach: 'down' as const, failure};

/** The menu of a primary that is down, and how to press keys in it. */
function menuOfDead(t: TestContext, selection: Selection = {}) {
	const bench = workbench();
	const controller = new ActionsController({
		gate: bench.gate,
		folder: bench.stateFolder,
		osUser: 'alice',
		pid: process.pid,
		settingsOf: () => undefined,
		whyReadOnly: undefined,
		startsUnlocked: false,
		isProduction: false,
		columns: 80,
		rows: 24,
		announce: () => undefined,
	});
	t.after(async () => {
		await controller.close();
		bench.remove();
	});
	controller.see(dead);
	controller.see(replica);
	controller.open(dead, selection);
	const text = () => [controller.dialog()?.title, ...(controller.dialog()?.lines ?? []).map(plainText)].join('\n');
	return {controller, text, press: (key: string) => controller.press({kind: 'character', text: key})};
}

test('the menu of a node that is down says why once, and lists nothing that is not possible', t => {
	const {text, press} = menuOfDead(t);
	assert.match(text(), /Nothing can be sent to it: refuses connections/);
	assert.match(text(), new RegExp(`\\n${catalogue.length + 1} are not possible here: / lists them$`));
	assert.equal(text().split('\n').length, 3);
	press('S');
	assert.match(text(), /b {2}BGSAVE\n/, 'the rows of a group do not repeat the reason');
	press('q');
});

test('it offers the action on another node that helps, by its letter and by Enter', t => {
	const elsewhere = {node: '10.0.1.12:6379' as NodeAddress, action: 'promote'} as const;
	const menu = menuOfDead(t, {elsewhere});
	assert.match(menu.text(), /What helps: o {2}REPLICAOF NO ONE on 10\.0\.1\.12:6379/);
	menu.press('o');
	assert.match(menu.text(), /locked[\s\S]*REPLICAOF NO ONE on 10\.0\.1\.12:6379/);

	const byEnter = menuOfDead(t, {elsewhere});
	byEnter.controller.press({kind: 'named', name: 'enter'});
	assert.match(byEnter.text(), /locked[\s\S]*REPLICAOF NO ONE on 10\.0\.1\.12:6379/);
});

test('a node that answers has its own rows first, whatever helps elsewhere', t => {
	const {controller, text} = menuOfDead(t);
	controller.press({kind: 'named', name: 'escape'});
	controller.open(replica, {elsewhere: {node: dead.address, action: 'promote'}});
	assert.doesNotMatch(text(), /What helps|Nothing can be sent/);
	assert.match(text(), /BGSAVE/);
});

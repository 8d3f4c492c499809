import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {ActionsController} from '../../source/actions/actions-controller.js';
import {plainText} from '../../source/text/line.js';
import {recordFrom} from '../harness/records.js';
import {workbench} from './workbench.js';

/** The menu of actions of a server that answers, open, with a person who types. */
function openMenu(t: TestContext) {
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
	const record = recordFrom({info: {server: {redis_version: '7.2.5', run_id: 'a'.repeat(40)}}});
	controller.see(record);
	controller.open(record);
	const text = () => {
		const {title = '', lines = [], prompt = []} = controller.dialog() ?? {};
		return [title, ...lines.map(plainText), plainText(prompt)].join('\n');
	};
	const typeAtOnce = (keys: string | undefined) => controller.press({kind: 'bunch', text: keys});
	assert.match(text(), /^Actions on/);
	return {controller, text, typeAtOnce, sent: bench.sent};
}

test('letters that are typed faster than the menu opens choose its rows, and send nothing', t => {
	const {text, typeAtOnce, sent} = openMenu(t);
	typeAtOnce('Sb');
	assert.match(text(), /^Unlock actions|unlock/i);
	// What was typed after the row was chosen is not for the box that has just opened.
	typeAtOnce('bb');
	assert.match(text(), /unlock/i);
	assert.deepEqual(sent, []);
});

test('keys after the one that leaves the menu are dropped', t => {
	const group = openMenu(t);
	group.typeAtOnce('Sbqq');
	assert.match(group.text(), /unlock/i);

	const restart = openMenu(t);
	restart.typeAtOnce('Rqq');
	assert.match(restart.text(), /Restart/);

	const closed = openMenu(t);
	closed.typeAtOnce('qSb');
	assert.equal(closed.controller.isOpen, false);
});

test('a search that is typed at once finds its rows, also while its field is open', t => {
	const {text, typeAtOnce} = openMenu(t);
	typeAtOnce('/bg');
	assert.match(text(), /\/bg_/);
	typeAtOnce('save of all');
	assert.match(text(), /\/bgsave of all_/);
});

test('a text of a paste, and several keys that are no letters, open nothing', t => {
	for (const text of ['SbSbSb', 'Please Stop', undefined]) {
		const menu = openMenu(t);
		menu.typeAtOnce(text);
		assert.match(menu.text(), /^Actions on[\s\S]*(?:ignored|BGSAVE)/);
		assert.deepEqual(menu.sent, []);
	}
});

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type {ActionId} from '../../../source/actions/catalogue/catalogue.js';
import {type DialogKey, subjectOf} from '../../../source/actions/dialog/dialog-state.js';
import type {ActionPolicy} from '../../../source/actions/execute/guard.js';
import type {ActionPlan, Check} from '../../../source/domain/action.js';
import {plainText} from '../../../source/text/line.js';
import {PlayedDialog, unlocked} from '../../harness/played-dialog.js';
import {type RecordParts, recordFrom} from '../../harness/records.js';

const name = '10.0.1.11:6379';
const record = (parts: RecordParts = {}) => recordFrom({info: {server: {run_id: 'a'.repeat(40)}}, ...parts});
const locked: ActionPolicy = {...unlocked, unlockedUntilMs: undefined};

const character = (text: string): DialogKey => ({kind: 'character', text});
const bunch: DialogKey = {kind: 'bunch'};

const planOf = (id: ActionId, checks: readonly Check[] = []): ActionPlan => ({
	id,
	target: {address: record().address, runId: 'a'.repeat(40), role: 'primary'},
	command: id === 'bgsave' ? ['BGSAVE'] : ['SHUTDOWN', 'SAVE'],
	title: id,
	effects: ['something happens'],
	facts: [['target', name]],
	checks,
});

class Played extends PlayedDialog {
	get isSent() {
		return this.of('run').length > 0;
	}

	/** To the box of an action, past its dead time. */
	openBox(id: ActionId, checks: readonly Check[] = []): this {
		this.take({kind: 'opened', record: record()}).type(id === 'bgsave' ? 'Sb' : 'Ts');
		return this.take({kind: 'prepared', ticket: this.state.ticket, plan: planOf(id, checks)}).wait(300);
	}

	audits(): string[] {
		return this.effects.flatMap(effect =>
			effect.kind === 'audit' ? [`${effect.fact.phase}: ${effect.fact.detail}`] : [],
		);
	}

	text(): string {
		const dialog = this.drawn;
		return dialog === undefined ? '' : [dialog.title, ...dialog.lines.map(plainText), dialog.hint].join('\n');
	}
}

test('the menu opens a box, its letter sends', () => {
	const played = new Played().take({kind: 'opened', record: record()});
	assert.equal(played.kind, 'menu');
	played.press('down', 'enter');
	assert.equal(played.kind, 'preflighting');
	played.take({kind: 'prepared', ticket: 1, plan: planOf('shutdown-save')});
	assert.equal(played.kind, 'confirm');

	const bgsave = new Played().openBox('bgsave');
	assert.equal(bgsave.isSent, false);
	bgsave.type('b');
	assert.equal(bgsave.isSent, true);
	assert.equal(bgsave.kind, 'following');
	bgsave.type('bbb');
	assert.equal(bgsave.effects.filter(({kind}) => kind === 'run').length, 1);
});

test('an outage needs the exact name first', () => {
	const played = new Played().openBox('shutdown-save');
	played.type('s').press('backspace');
	assert.equal(played.isSent, false);
	played.type(name).wait(300).type('s');
	assert.equal(played.isSent, true);
});

for (const wrong of ['10.0.1.11:637', '10.0.1.11:63790', '10.0.1.12:6379', 'localhost', '']) {
	test(`a wrong name sends nothing: "${wrong}"`, () => {
		const played = new Played().openBox('shutdown-save').type(wrong).wait(300).type('s').wait(300).type('s');
		assert.equal(played.isSent, false);
	});
}

test('a name that goes on after it was full has to be mended', () => {
	const played = new Played().openBox('shutdown-save').type(`${name}0`).wait(300).type('s');
	assert.equal(played.isSent, false);
	played.press('backspace', 'backspace').wait(300).type('s');
	assert.equal(played.isSent, true);
});

test('the letter that follows the name at once is dropped', () => {
	const played = new Played().openBox('shutdown-save').type(`${name}s`);
	assert.equal(played.isSent, false);
	assert.match(played.text(), /too soon/);
	played.wait(300).type('s');
	assert.equal(played.isSent, true);
});

test('what would be lost is typed after the name', () => {
	const checks: Check[] = [{state: 'veto', text: 'a stale AOF', lossPhrase: 'lose 12 keys'}];
	const played = new Played().openBox('shutdown-save', checks).type(name).wait(300).type('s').wait(300);
	assert.equal(played.isSent, false);
	played.press('backspace').type('lose 12 keys').wait(300).type('s');
	assert.equal(played.isSent, true);
});

test('a veto that cannot be overridden never gets a box', () => {
	const played = new Played().openBox('bgsave', [{state: 'veto', text: 'it is loading'}]);
	assert.equal(played.kind, 'done');
	assert.match(played.text(), /refused, nothing was sent\n\[VETO\] it is loading/);
	assert.ok(played.effects.some(({kind}) => kind === 'release'));
	assert.deepEqual(played.audits(), ['refused: it is loading']);
});

test('Enter after a complete name neither cancels nor sends', () => {
	const checks: Check[] = [{state: 'veto', text: 'a stale AOF', lossPhrase: 'lose 12 keys'}];
	const played = new Played().openBox('shutdown-save', checks).type(name).press('enter').wait(300);
	assert.deepEqual([played.kind, played.isSent], ['confirm', false]);
	assert.match(played.text(), /Enter sends nothing, Esc cancels/);
	played.type('lose 12 keys').press('enter').wait(300).press('enter');
	assert.deepEqual([played.kind, played.isSent], ['confirm', false]);
	assert.match(played.text(), /Enter sends nothing: s does, Esc cancels/);
	assert.equal(played.type('s').isSent, true);
	const left = new Played().openBox('shutdown-save').type(name).wait(300).press('escape');
	assert.deepEqual([left.kind, left.isSent, left.audits()], ['closed', false, ['aborted: cancelled']]);
});

test('Enter after the name that unlocks changes nothing for five seconds', () => {
	const played = new Played({policy: locked}).take({kind: 'opened', record: record()}).type('Sb').wait(300).type(name);
	played.press('enter');
	assert.equal(played.kind, 'preflighting');
	played
		.take({kind: 'prepared', ticket: 1, plan: planOf('bgsave')})
		.wait(4400)
		.press('enter');
	assert.deepEqual([played.kind, played.isSent], ['confirm', false]);
	assert.match(played.text(), /Enter sends nothing, Esc cancels/);
	played.wait(600).press('enter');
	assert.deepEqual([played.kind, played.isSent], ['closed', false]);
	const next = new Played({policy: locked}).take({kind: 'opened', record: record()}).type('Sb').wait(300).type(name);
	next
		.take({kind: 'prepared', ticket: 1, plan: planOf('bgsave')})
		.wait(300)
		.press('escape');
	next.take({kind: 'opened', record: record()}).type('Sb');
	next
		.take({kind: 'prepared', ticket: 2, plan: planOf('bgsave')})
		.wait(300)
		.press('enter');
	assert.deepEqual([next.kind, next.isSent], ['closed', false], 'the box after the next one is as usual');
	const form = new Played({policy: locked}).take({kind: 'opened', record: record()}).type('Em').wait(300).type(name);
	assert.equal(form.press('enter').wait(4400).press('enter').kind, 'form');
	assert.equal(form.type('64mb').press('enter').kind, 'preflighting');
});

test('a few keys that come together are typed into a field, and never confirm by themselves', () => {
	const together = (text: string): DialogKey => ({kind: 'bunch', text});
	const played = new Played().openBox('shutdown-save').press(together('10.0'), together('.1.1')).type('1:');
	assert.equal(played.press(together('6379')).wait(300).isSent, false);
	assert.match(played.text(), /Esc; Ctrl-Y/);
	assert.equal(played.press(together('s')).isSent, false);
	assert.equal(played.type('s').isSent, true);

	assert.match(new Played().openBox('bgsave').press(together('b')).text(), /ignored/);
	assert.match(new Played().openBox('shutdown-save').press(together(name)).text(), /ignored/);
	const ended = new Played().openBox('shutdown-save').type(name.slice(0, -1)).press(together('9s')).wait(300);
	assert.equal(ended.isSent, false);
	const checks: Check[] = [{state: 'veto', text: 'a stale AOF', lossPhrase: 'lose 1'}];
	const short = new Played().openBox('shutdown-save', checks).type(name).press(together('lose'));
	assert.match(short.text(), /ignored/);
	const unlock = new Played({policy: locked}).take({kind: 'opened', record: record()}).type('Sb').wait(300);
	assert.equal(unlock.type(name.slice(0, -2)).press(together('79')).kind, 'preflighting');
});

for (const id of ['bgsave', 'shutdown-save'] as const) {
	test(`${id}: Enter is Cancel until a name is complete`, () => {
		const played = new Played().openBox(id);
		if (id === 'shutdown-save') {
			played.type(name.slice(0, -1)).wait(300);
		}

		played.press('enter');
		assert.equal(played.isSent, false);
		assert.equal(played.kind, 'closed');
		assert.deepEqual(played.audits(), ['aborted: cancelled']);
		assert.ok(played.effects.some(({kind}) => kind === 'release'));
	});
}

test('q is Cancel without a text field, and text with one', () => {
	assert.equal(new Played().openBox('bgsave').type('q').kind, 'closed');
	assert.equal(new Played().openBox('shutdown-save').type('q').kind, 'confirm');
});

test('a bunch of keys neither types nor confirms', () => {
	const pasted = new Played().openBox('bgsave').press(bunch);
	assert.equal(pasted.isSent, false);
	assert.equal(pasted.kind, 'confirm');
	assert.match(pasted.text(), /ignored/);

	const armed = new Played().openBox('shutdown-save').type(name).wait(300).press(bunch);
	assert.equal(armed.isSent, false);
	assert.equal(armed.type('s').isSent, true);
	assert.equal(new Played({policy: locked}).take({kind: 'opened', record: record()}).press(bunch).kind, 'menu');
});

test('keys that were typed ahead are dropped', () => {
	const played = new Played().take({kind: 'opened', record: record()}).type('Sb');
	played
		.take({kind: 'prepared', ticket: 1, plan: planOf('bgsave')})
		.wait(299)
		.type('b');
	assert.equal(played.isSent, false);
	assert.equal(played.wait(1).type('b').isSent, true);
});

test('a box expires 30 seconds after its last key', () => {
	const played = new Played().openBox('shutdown-save').wait(29_000).type('1').wait(29_999);
	assert.equal(played.kind, 'confirm');
	played.wait(1);
	assert.equal(played.kind, 'done');
	assert.deepEqual(played.audits(), ['aborted: no key for 30 seconds']);
	assert.equal(played.type('s').isSent, false);
});

const changes: ReadonlyArray<readonly [string, RecordParts, RegExp]> = [
	['another run_id', {info: {server: {run_id: 'b'.repeat(40)}}}, /restarted/],
	['another role', {role: 'replica'}, /is now replica/],
	['nothing answers', {reach: 'down'}, /is down/],
];
for (const [title, parts, why] of changes) {
	test(`a box closes when the monitor sees: ${title}`, () => {
		const played = new Played().openBox('bgsave').take({kind: 'seen', subject: subjectOf(record(parts))});
		assert.equal(played.kind, 'done');
		assert.match(played.text(), why);
		assert.match(played.audits().join(), why);
		assert.equal(played.type('b').isSent, false);
	});
}

test('what happens to another node, or nothing new, closes nothing', () => {
	const played = new Played().openBox('bgsave');
	played.take({kind: 'seen', subject: subjectOf(record())});
	played.take({kind: 'seen', subject: subjectOf(record({address: '10.0.1.12:6379', role: 'replica'}))});
	assert.equal(played.kind, 'confirm');
	played.take({kind: 'connection-lost'});
	assert.equal(played.kind, 'done');
});

test('a locked session: the name unlocks for 15 minutes and the unlock is audited', () => {
	const played = new Played({policy: locked}).take({kind: 'opened', record: record()}).type('Sb');
	assert.equal(played.kind, 'unlock');
	played.wait(300).type('10.0.1.99').press('escape');
	assert.equal(played.kind, 'closed');
	played.take({kind: 'opened', record: record()}).type('Sb').wait(300).type(name);
	assert.equal(played.kind, 'preflighting');
	assert.deepEqual(played.audits(), ['aborted: cancelled', 'unlocked: undefined']);

	played.press('escape').wait(15 * 60_000 - 1);
	assert.equal(played.take({kind: 'opened', record: record()}).type('Sb').kind, 'preflighting');
	played.press('escape').wait(1);
	assert.equal(played.take({kind: 'opened', record: record()}).type('Sb').kind, 'unlock');
});

test('Enter in the unlock box cancels even when the name is nearly there', () => {
	const played = new Played({policy: locked}).take({kind: 'opened', record: record()}).type('Sb').wait(300);
	played.type(name.slice(0, -1)).press('enter');
	assert.equal(played.kind, 'closed');
	assert.equal(
		played.effects.some(({kind}) => kind === 'prepare'),
		false,
	);
});

test('a box that was open when the session locked again sends nothing', () => {
	const played = new Played({policy: {...unlocked, unlockedUntilMs: 1000}}).openBox('bgsave').wait(700).type('b');
	assert.equal(played.isSent, false);
	assert.match(played.text(), /locked again/);
});

test('a group has a letter, an action has one in its group; the action of the selected row needs its own alone', () => {
	const played = new Played().take({kind: 'opened', record: record()});
	assert.match(played.text(), /^S Save$/m);
	assert.match(played.type('b').text(), /first the letter of a group, then b: S/);
	assert.equal(played.kind, 'menu');
	assert.match(played.type('S').text(), /^Save actions on .*[\s\S]*BGREWRITEAOF/);
	assert.doesNotMatch(played.text(), /SHUTDOWN SAVE/);
	assert.match(played.type('T').text(), /^Stop actions on .*[\s\S]*SHUTDOWN SAVE/);
	assert.match(played.press('escape').text(), /^Actions on /);
	assert.equal(played.type('Sb').kind, 'preflighting');

	const remedy = new Played().take({kind: 'opened', record: record(), selection: {action: 'set-maxmemory'}});
	assert.match(remedy.text(), /Selected row\n> m/);
	assert.equal(remedy.type('m').kind, 'form');
	assert.equal(new Played().take({kind: 'opened', record: record()}).press('escape').kind, 'closed');
});

test('read-only: the menu says why, and nothing opens', () => {
	const played = new Played({policy: {...unlocked, whyReadOnly: 'started with --read-only'}}).take({
		kind: 'opened',
		record: record(),
	});
	assert.match(played.text(), /started with --read-only/);
	played.type('Sb');
	assert.equal(played.kind, 'done');
	assert.deepEqual(played.audits(), ['refused: started with --read-only']);
});

test('a node that is down has every action greyed, with the reason', () => {
	const played = new Played().take({kind: 'opened', record: record({reach: 'down'})}).type('Ts');
	assert.equal(played.kind, 'menu');
	assert.match(played.text(), /not answering \(down\)/);
	assert.match(played.audits().join(), /refused: it is not answering/);
});

test('a box that the screen cannot hold is refused', () => {
	const small = new Played({columns: 40, rows: 10}).openBox('shutdown-save', [
		{state: 'warning', text: 'a long warning that takes some rows on so small a screen, and then some more of them'},
	]);
	assert.equal(small.kind, 'done');
	assert.match(small.audits().join(), /the dialog needs \d+x\d+ cells, the terminal has 40x10/);

	const shrunk = new Played().openBox('shutdown-save').take({kind: 'resized', columns: 20, rows: 5});
	assert.equal(shrunk.kind, 'done');
	assert.equal(shrunk.type('s').isSent, false);
});

test('a preflight that was given up opens no box, and neither does a late one', () => {
	const played = new Played().take({kind: 'opened', record: record()}).type('Sb').press('escape');
	played.take({kind: 'prepared', ticket: 1, plan: planOf('bgsave')});
	assert.equal(played.kind, 'closed');
	played.take({kind: 'opened', record: record()}).type('Ts');
	played.take({kind: 'prepared', ticket: 1, plan: planOf('bgsave')});
	assert.equal(played.kind, 'preflighting');
	played.take({kind: 'preparation-failed', ticket: played.state.ticket, why: 'NOPERM'});
	assert.match(played.text(), /NOPERM/);
});

test('an audit log that fails refuses the action and locks the session', () => {
	const played = new Played().openBox('bgsave').take({kind: 'audit-failed', why: 'the audit log cannot be written'});
	assert.equal(played.kind, 'done');
	assert.equal(played.state.policy.unlockedUntilMs, undefined);
	assert.equal(played.type('b').isSent, false);
});

test('a running action can be hidden, is shown again, and its end is told', () => {
	const played = new Played().openBox('bgsave').type('b').press('escape');
	assert.equal(played.kind, 'closed');
	const plan = planOf('bgsave');
	const running = {plan, outcome: {kind: 'replied', reply: 'Background saving started'}, problems: []} as const;
	played.take({kind: 'progressed', progress: {...running, verification: {kind: 'running', progress: '34%'}}});
	assert.equal(played.take({kind: 'opened', record: record()}).kind, 'following');
	assert.match(played.text(), /running: 34%/);
	played.take({kind: 'finished', progress: {...running, verification: {kind: 'proved', text: 'saved'}}});
	assert.equal(played.kind, 'done');
	assert.match(played.text(), /verified: saved/);
	assert.ok(played.effects.some(({kind}) => kind === 'announce'));
	assert.equal(played.press('enter').kind, 'closed');
});

test('no row of keys without the name and the letter ever sends an outage', () => {
	const anyKey = fc.oneof(
		fc.constantFrom(
			...(['enter', 'escape', 'backspace', 'up', 'down'] as const).map(
				(key): DialogKey => ({kind: 'named', name: key}),
			),
		),
		fc.constantFrom(...'sbq10.:6379k'.split('').map(character)),
		fc.constant(bunch),
	);
	fc.assert(
		fc.property(fc.array(fc.tuple(anyKey, fc.nat(2000)), {maxLength: 60}), presses => {
			const played = new Played().openBox('shutdown-save');
			const typed: string[] = [];
			for (const [key, waitMs] of presses) {
				played.press(key).wait(waitMs);
				typed.push(key.kind === 'character' ? key.text : '');
			}

			assert.ok(!played.isSent || typed.join('').includes(name));
		}),
	);
});

test('what is typed leads to the box and sends nothing; the search of the menu takes letters as text', () => {
	const form = new Played().take({kind: 'opened', record: record()}).type('Em').wait(300);
	assert.equal(form.kind, 'form');
	form.type('12x').press('enter');
	assert.equal(form.kind, 'form');
	assert.match(form.text(), /not yet right/);
	form.press('backspace', 'backspace', 'backspace', bunch).type('100');
	assert.match(form.text(), /reads it as: 100 bytes/);
	form.press('enter');
	assert.equal(form.kind, 'preflighting');
	assert.deepEqual(
		form.effects.findLast(({kind}) => kind === 'prepare'),
		{
			kind: 'prepare',
			ticket: 1,
			action: 'set-maxmemory',
			subject: subjectOf(record()),
			typed: {words: ['100'], shown: '100 bytes'},
		},
	);
	assert.equal(form.isSent, false);

	const expired = new Played().take({kind: 'opened', record: record()}).type('Em').wait(30_001);
	assert.equal(expired.kind, 'done');

	const search = new Played().take({kind: 'opened', record: record()}).type('/rewrite');
	assert.equal(search.kind, 'menu');
	assert.match(search.text(), /CONFIG REWRITE/);
	assert.doesNotMatch(search.text(), /SHUTDOWN SAVE/);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import {fitsScreen} from '../../../source/actions/dialog/dialog-content.js';
import type {Effect} from '../../../source/actions/dialog/dialog-state.js';
import type {ActionPlan} from '../../../source/domain/action.js';
import {plainText} from '../../../source/text/line.js';
import {PlayedDialog, type PlayedDialogOptions} from '../../harness/played-dialog.js';
import {recordFrom} from '../../harness/records.js';

const record = recordFrom({info: {server: {run_id: 'a'.repeat(40)}}});
const name = record.address;
const plan: ActionPlan = {
	id: 'shutdown-save',
	target: {address: name, runId: 'a'.repeat(40), role: 'primary'},
	command: ['SHUTDOWN', 'SAVE'],
	title: 'SHUTDOWN SAVE: save to disk and stop the server',
	effects: ['It stays down.'],
	facts: [['target', name]],
	checks: [],
	silence: {nodes: [name], lastsMs: 0},
};

/** The dialog of a shutdown, with somebody who presses keys. */
class Played extends PlayedDialog {
	constructor(
		{silencedUntilMs, ...options}: PlayedDialogOptions & {readonly silencedUntilMs?: number} = {
			alertmanager: 'am:9093',
		},
	) {
		super(options);
		this.take({kind: 'opened', record}).type('Ts');
		this.take({kind: 'prepared', ticket: this.state.ticket, plan, silencedUntilMs}).wait(300);
	}

	/** Types the name and presses the letter. */
	confirm(): this {
		return this.type(name).wait(300).type('s');
	}

	count(kind: Effect['kind']): number {
		return this.of(kind).length;
	}

	get fact(): string | undefined {
		return this.drawn?.facts.find(([label]) => label === 'silence')?.[1];
	}

	get prompt(): string {
		return plainText(this.drawn?.prompt ?? []);
	}
}

test('a silence is off unless Tab chooses its time', () => {
	const played = new Played();
	assert.equal(played.fact, 'none; Tab: 15 min in Alertmanager am:9093');
	const shown = ['15 min', '1 h', '4 h'].map(() => played.press('tab').fact?.split(',')[0]);
	assert.deepEqual(shown, ['15 min at most', '1 h at most', '4 h at most']);
	assert.match(played.press('tab').fact ?? '', /^none;/);
	played.confirm();
	assert.deepEqual([played.count('silence'), played.count('run')], [0, 1]);
});

test('without an Alertmanager, and for an action that makes no alerts, nothing is offered', () => {
	assert.equal(new Played({}).fact, undefined);
	const quiet = new Played();
	quiet.press('escape').take({kind: 'opened', record}).type('Ts');
	quiet.take({kind: 'prepared', ticket: quiet.state.ticket, plan: {...plan, silence: undefined}});
	assert.equal(quiet.fact, undefined);
});

test('the silence is set first, and the command is sent when it is there', () => {
	const played = new Played().press('tab').confirm();
	assert.equal(played.state.dialog.kind, 'silencing');
	assert.deepEqual([played.count('silence'), played.count('run')], [1, 0]);
	const {ticket} = played.state;
	played.take({kind: 'silenced', ticket: ticket - 1, problem: undefined});
	assert.equal(played.count('run'), 0);
	played.take({kind: 'silenced', ticket, problem: undefined});
	assert.equal(played.count('run'), 1);
	assert.equal(played.state.dialog.kind, 'following');
	played.take({kind: 'silenced', ticket, problem: undefined});
	assert.equal(played.count('run'), 1);
});

test('after a failure nothing is sent until the letter is pressed again', () => {
	const played = new Played().press('tab').confirm();
	played.take({kind: 'silenced', ticket: played.state.ticket, problem: 'Alertmanager am:9093 hangs'});
	assert.equal(played.fact, 'NOT SET: Alertmanager am:9093 hangs');
	assert.equal(played.prompt, 'press s to send it all the same; Tab tries the silence again');
	played.type('s');
	assert.equal(played.count('run'), 0, 'a letter that was typed ahead');
	played.wait(300).type('s');
	assert.deepEqual([played.count('silence'), played.count('run')], [1, 1]);
});

test('Tab tries the same silence again after a failure, and lifts what was set of it', () => {
	const played = new Played().press('tab', 'tab').confirm();
	played.take({kind: 'silenced', ticket: played.state.ticket, problem: 'one of two'}).wait(300).press('tab');
	assert.equal(played.count('lift-silence'), 1);
	assert.match(played.fact ?? '', /^1 h at most/);
	played.type('s');
	assert.deepEqual([played.count('silence'), played.count('run')], [2, 0]);
});

test('Escape while the silence is being set sends nothing, and its late reply changes nothing', () => {
	const played = new Played().press('tab').confirm();
	const {ticket} = played.state;
	played.press('escape');
	assert.equal(played.state.dialog.kind, 'closed');
	assert.equal(played.count('release'), 1);
	played.take({kind: 'silenced', ticket, problem: undefined});
	assert.equal(played.count('run'), 0);
});

test('a node that restarts while the silence is being set ends the action', () => {
	const played = new Played().press('tab').confirm();
	const subject = {address: name, runId: 'b'.repeat(40), role: 'primary', reach: 'up'} as const;
	played.take({kind: 'seen', subject});
	assert.equal(played.state.dialog.kind, 'done');
	assert.deepEqual([played.count('run'), played.count('release')], [0, 1]);
});

test('a node that is silenced already is said to be, and Tab changes nothing', () => {
	const played = new Played({alertmanager: 'am:9093', silencedUntilMs: Date.UTC(2026, 10, 23, 14, 15)});
	assert.equal(played.fact, 'until 14:15:00 UTC, set before');
	played.press('tab').confirm();
	assert.deepEqual([played.count('silence'), played.count('run')], [0, 1]);
});

test('where the terminal has no line for it, the silence is left out and the action is not', () => {
	const sizes = Array.from({length: 12}, (_, index) => index + 4);
	const kinds = (alertmanager?: string) =>
		sizes.map(rows => new Played({rows, ...(alertmanager !== undefined && {alertmanager})}).state.dialog.kind);
	assert.deepEqual(kinds('am:9093'), kinds());
	const played = sizes.map(rows => new Played({alertmanager: 'am:9093', rows}));
	assert.ok(played.some(({state, fact}) => state.dialog.kind === 'confirm' && fact === undefined));
	assert.ok(played.some(({state, fact}) => state.dialog.kind === 'confirm' && fact !== undefined));
});

test('every stage fits a terminal of 80 columns, with several Alertmanagers of long names', () => {
	const alertmanager = ['alertmanager-0', 'alertmanager-1'].map(each => `${each}.monitoring.svc.cluster.local:9093`);
	const played = new Played({alertmanager: alertmanager.join(', ')});
	const fits = () => {
		const drawn = played.drawn;
		assert.ok(drawn !== undefined && fitsScreen(drawn, played.state), JSON.stringify(drawn));
	};
	fits();
	played.press('tab');
	fits();
	played.confirm();
	fits();
	played.take({kind: 'silenced', ticket: played.state.ticket, problem: `Alertmanager ${'x'.repeat(200)} hangs`});
	fits();
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {dialogSize} from '../../../source/actions/dialog/dialog-content.js';
import type {Effect} from '../../../source/actions/dialog/dialog-state.js';
import type {ActionOutcome, ActionPlan, Verification} from '../../../source/domain/action.js';
import {parseClusterNodes} from '../../../source/parse/cluster-nodes.js';
import {plainText} from '../../../source/text/line.js';
import {PlayedDialog, unlocked} from '../../harness/played-dialog.js';
import {recordFrom, sampledAtMs} from '../../harness/records.js';

const name = '10.0.1.11:6379';
const runId = 'a'.repeat(40);
const record = recordFrom({info: {server: {run_id: runId}}});

class Played extends PlayedDialog {
	/** Presses keys, a second apart. */
	pressSlowly(...texts: string[]): this {
		for (const text of texts) {
			this.nowMs += 1000;
			this.press(text === 'enter' || text === 'copy' ? text : {kind: 'character', text});
		}

		return this;
	}

	text(): string {
		const drawn = this.drawn;
		assert.ok(drawn !== undefined);
		const {columns, rows} = dialogSize(drawn);
		assert.ok(columns <= 80 && rows <= 24, `${columns}x${rows}`);
		const facts = drawn.facts.map(([label, value]) => `${label} ${value}`);
		const lines = [...drawn.lines, drawn.prompt ?? []].map(plainText);
		return [drawn.title, ...facts, ...lines, drawn.hint].join('\n');
	}
}

const plan: ActionPlan = {
	id: 'set-appendonly',
	target: {address: record.address, runId, role: 'primary'},
	command: ['CONFIG', 'SET', 'appendonly', 'no'],
	title: 'CONFIG SET appendonly',
	effects: ['something happens'],
	facts: [
		['target', name],
		['sends', 'CONFIG SET appendonly no'],
	],
	checks: [],
	revert: ['CONFIG', 'SET', 'appendonly', 'yes'],
};

const replied: ActionOutcome = {kind: 'replied', reply: 'OK'};
const proved: Verification = {kind: 'proved', text: 'it is so'};

/** From the form to the end of an action that was sent. */
function ended(parts: Partial<ActionPlan>, outcome: ActionOutcome, verification: Verification | undefined): Played {
	const whole = {...plan, ...parts};
	const played = new Played().take({kind: 'opened', record}).pressSlowly('E', 'a', 'n', 'o', 'enter');
	const [{ticket}] = played.of('prepare') as [Extract<Effect, {kind: 'prepare'}>];
	played.take({kind: 'prepared', ticket, plan: whole});
	played.pressSlowly(...name, 'a');
	assert.equal(played.of('run').length, 1);
	return played.take({kind: 'finished', progress: {plan: whole, outcome, verification, problems: []}});
}

test('an action can be undone from the end of its dialog: u opens the undo', () => {
	const played = ended({}, replied, proved);
	assert.match(played.text(), /u undoes it: CONFIG SET appendonly yes/);
	assert.match(played.text(), /y copies the undo/);
	played.pressSlowly('y');
	assert.deepEqual(played.of('copy'), [{kind: 'copy', text: 'CONFIG SET appendonly yes'}]);
	assert.match(played.text(), /copied: CONFIG SET appendonly yes/);
	played.pressSlowly('u');
	const [going] = played.of('go-on');
	assert.deepEqual(going?.offer.choice, {action: 'set-appendonly', value: 'yes', isSettled: true});
	assert.equal(going?.offer.node, record.address);
	// No form: the value is known. A box it must be all the same.
	played.take({kind: 'chosen', record, choice: going?.offer.choice ?? assert.fail()});
	assert.deepEqual(played.of('prepare').at(-1)?.typed?.words, ['yes']);
	assert.equal(played.of('run').length, 1);
});

test('what was refused, not sent or failed offers no undo', () => {
	for (const [outcome, verification] of [
		[{kind: 'refused', reply: 'ERR'}, undefined],
		[{kind: 'not-sent', why: 'gone'}, undefined],
		[replied, {kind: 'failed', text: 'it is not so'}],
	] as const) {
		const played = ended({}, outcome, verification);
		assert.doesNotMatch(played.text(), /undoes it/);
		played.pressSlowly('u');
		assert.deepEqual(played.of('go-on'), []);
	}
});

test('the other end of a migration is a box of its own, a key away', () => {
	const node = '10.0.1.12:6379' as typeof record.address;
	const action = 'cluster-setslot-stable' as const;
	const follow = {action, node, nodeId: 'b'.repeat(40), value: '5061', text: 'does the same at the other end'};
	const played = ended({follow, revert: undefined}, replied, proved);
	assert.match(played.text(), /o does the same at the other end, 10\.0\.1\.12:6379/);
	played.pressSlowly('o');
	const [going] = played.of('go-on');
	assert.deepEqual(going?.offer, {
		letter: 'o',
		text: 'does the same at the other end, 10.0.1.12:6379',
		node,
		nodeId: 'b'.repeat(40),
		choice: {action, value: '5061', isSettled: true},
	});
});

test('a locked session asks for the name first, also of what was decided on already; Ctrl-Y copies it meanwhile', () => {
	const played = new Played({policy: {...unlocked, unlockedUntilMs: undefined}});
	played.take({kind: 'chosen', record, choice: {action: 'set-appendonly', value: 'yes', isSettled: true}});
	assert.match(played.text(), /Actions are locked/);
	played.pressSlowly('copy');
	assert.deepEqual(played.of('copy'), [{kind: 'copy', text: 'CONFIG SET appendonly yes'}]);
	played.pressSlowly(...name);
	assert.equal(played.of('prepare').length, 1);
	assert.deepEqual(played.of('prepare')[0]?.typed?.words, ['yes']);
});

test('read-only refuses it, and the command can still be copied', () => {
	const played = new Played({policy: {...unlocked, whyReadOnly: 'redis-top was started with --read-only'}});
	played.take({kind: 'chosen', record, choice: {action: 'set-appendonly', value: 'yes', isSettled: true}});
	assert.match(played.text(), /--read-only/);
	played.pressSlowly('y');
	assert.deepEqual(played.of('copy'), [{kind: 'copy', text: 'CONFIG SET appendonly yes'}]);
	assert.deepEqual(played.of('prepare'), []);
});

const clusterReplica = recordFrom({
	role: 'replica',
	info: {
		server: {run_id: runId},
		cluster: {cluster_enabled: 1},
		replication: {role: 'slave', master_link_status: 'down'},
	},
	clusterNodes: {
		atMs: sampledAtMs,
		value: parseClusterNodes(
			[
				`${'a'.repeat(40)} 10.0.1.11:6379@16379 myself,slave ${'b'.repeat(40)} 0 0 2 connected`,
				`${'b'.repeat(40)} 10.0.1.12:6379@16379 master,fail - 0 0 1 disconnected 0-16383`,
			].join('\n'),
		),
	},
});

for (const [who, policy] of [
	['an operator', unlocked],
	['a read-only session', {...unlocked, whyReadOnly: 'redis-top was started with --read-only'}],
] as const) {
	test(`TAKEOVER is text for ${who}: its danger stands there, y copies it, and nothing sends it`, () => {
		const played = new Played({policy}).take({kind: 'opened', record: clusterReplica}).pressSlowly('Y', 't');
		const text = played.text();
		assert.match(text, /^text CLUSTER FAILOVER TAKEOVER$/m);
		assert.match(text, /TWO OWNERS/);
		assert.match(text, /primary 10\.0\.1\.12:6379, master,fail, link down/);
		assert.match(text, /never sends it/);
		played.pressSlowly('y');
		assert.deepEqual(played.of('copy'), [{kind: 'copy', text: 'CLUSTER FAILOVER TAKEOVER'}]);
		played.pressSlowly('K', 'enter');
		assert.equal(played.state.dialog.kind, 'closed');
		assert.deepEqual(
			played.effects.filter(({kind}) => kind === 'prepare' || kind === 'run'),
			[],
		);
	});
}

test('TAKEOVER is greyed with the reason where it makes no sense', () => {
	const played = new Played().take({kind: 'opened', record}).pressSlowly('/', ...'takeover');
	assert.match(played.text(), /t {2}CLUSTER FAILOVER TAKEOVER.*: it is no cluster node/);
});

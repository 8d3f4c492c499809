import assert from 'node:assert/strict';
import {appendFileSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import {type ActionId, catalogue, groupLetters, groupOf} from '../../source/actions/catalogue/catalogue.js';
import type {SettingId} from '../../source/actions/catalogue/config-actions.js';
import {shownCommands} from '../../source/actions/catalogue/shown-commands.js';
import {ActionController} from '../../source/actions/dialog/action-controller.js';
import {type DialogContent, dialogSize} from '../../source/actions/dialog/dialog-content.js';
import {commandText} from '../../source/text/command-words.js';
import {plainText} from '../../source/text/line.js';
import {settingRows} from '../actions/setting-cases.js';
import {gateInto, idOf, type World, type WorldKind, worldOf} from '../harness/action-worlds.js';
import {type AppScreen, mountOnScreen} from '../harness/app-screen.js';
import {eventually} from '../harness/eventually.js';
import {FakeClock} from '../harness/fake-clock.js';
import {type Sections, stateOf} from '../harness/records.js';

const [columns, rows] = [80, 24];

/** An IPv6 address and a cloud's host name: the longest names that an operator types to confirm. */
const hostStarts = ['2001:db8:85a3::8a2e:370:', 'sessions-eu-west-1-prod.abc123.0001.use1.internal-'] as const;

type Way = {readonly world: WorldKind; readonly typed?: string; readonly sends: string; readonly info?: Sections};

const primary = (sends: string, typed?: string, info?: Sections): Way => ({
	world: 'primary',
	sends,
	...(typed === undefined ? {} : {typed}),
	...(info === undefined ? {} : {info}),
});
const failingOver = {replication: {master_failover_state: 'waiting-for-sync'}};
const stopping = {server: {shutdown_in_milliseconds: 9000}};
const unlimited = {memory: {maxmemory: 0}};
/** The simulated server as a Redis that has HOTKEYS. */
const redis86 = {server: {redis_version: '8.6.0', valkey_version: ''}};
const savedWell = {persistence: {rdb_last_bgsave_status: 'ok'}};

const settingWays = Object.fromEntries(
	settingRows.map(([id, {name, typed, held, longest = {typed, held}}]) => [
		id,
		primary(`CONFIG SET ${name} ${longest.held}`, longest.typed),
	]),
) as Record<SettingId, Way>;

/** The simulated deployment for each action, and the text that is typed into its form. */
const ways = (host: string): Readonly<Record<ActionId, Way>> => ({
	bgsave: primary('BGSAVE'),
	'bgsave-schedule': primary('BGSAVE SCHEDULE', undefined, {persistence: {aof_rewrite_in_progress: 1}}),
	bgrewriteaof: primary('BGREWRITEAOF'),
	'shutdown-save': primary('SHUTDOWN SAVE', undefined, savedWell),
	'shutdown-nosave': primary('SHUTDOWN NOSAVE'),
	'shutdown-now': primary('SHUTDOWN NOW'),
	'shutdown-force': primary('SHUTDOWN SAVE FORCE'),
	'shutdown-safe': primary('SHUTDOWN SAVE SAFE'),
	'shutdown-failover': {world: 'cluster-primary', sends: 'SHUTDOWN SAVE FAILOVER'},
	'shutdown-abort': primary('SHUTDOWN ABORT', undefined, stopping),
	...settingWays,
	'config-rewrite': primary('CONFIG REWRITE'),
	resetstat: primary('CONFIG RESETSTAT'),
	'client-kill': primary('CLIENT KILL ID 4711', '4711'),
	'client-kill-filter': primary('CLIENT KILL USER application-sessions-eu SKIPME yes', 'user application-sessions-eu'),
	'client-unblock': primary('CLIENT UNBLOCK 4711 ERROR', '4711 error'),
	'client-pause': primary('CLIENT PAUSE 30000 WRITE', '30000'),
	'client-unpause': primary('CLIENT UNPAUSE'),
	'slowlog-reset': primary('SLOWLOG RESET'),
	'latency-reset': primary('LATENCY RESET'),
	'commandlog-reset': primary('COMMANDLOG RESET large-request', 'large-request'),
	'memory-purge': primary('MEMORY PURGE'),
	'hotkeys-start': primary('HOTKEYS START METRICS 2 CPU NET COUNT 10 SAMPLE 10 DURATION 15', '15', redis86),
	'script-kill': {world: 'busy', sends: 'SCRIPT KILL'},
	'function-kill': {world: 'busy', sends: 'FUNCTION KILL'},
	replicaof: primary(`REPLICAOF ${host}12 6379`, `[${host}12]:6379`),
	promote: {world: 'replica', sends: 'REPLICAOF NO ONE'},
	failover: primary('FAILOVER TO 2001:db8:85a3::8a2e:370:12 6379 TIMEOUT 10000', '[2001:db8:85a3::8a2e:370:12]:6379'),
	'failover-force': primary(
		'FAILOVER TO 2001:db8:85a3::8a2e:370:14 6379 TIMEOUT 10000 FORCE',
		'[2001:db8:85a3::8a2e:370:14]:6379',
	),
	'failover-abort': primary('FAILOVER ABORT', undefined, failingOver),
	'cluster-failover': {world: 'cluster-replica', sends: 'CLUSTER FAILOVER'},
	'cluster-failover-force': {world: 'cluster-replica', sends: 'CLUSTER FAILOVER FORCE'},
	'cluster-forget': {world: 'cluster-primary', typed: idOf(19), sends: `CLUSTER FORGET ${idOf(19)}, to all 3 nodes`},
	'cluster-setslot-stable': {world: 'cluster-primary', typed: '5061', sends: 'CLUSTER SETSLOT 5061 STABLE'},
	'sentinel-failover': {world: 'sentinel', typed: 'sessions-eu-west-1', sends: 'SENTINEL FAILOVER sessions-eu-west-1'},
	'sentinel-reset': {world: 'sentinel', typed: 'sessions-eu-west-1', sends: 'SENTINEL RESET sessions-eu-west-1'},
});

/** A controller on a simulated server, at 80x24; keys come one at a time. */
function controllerIn(world: World) {
	const clock = new FakeClock();
	const {gate, sent, settingsOf} = gateInto(world, clock);
	const controller = new ActionController({
		gate,
		settingsOf,
		whyReadOnly: undefined,
		startsUnlocked: true,
		isProduction: false,
		columns,
		rows,
		announce: () => undefined,
		onChange: () => undefined,
	});
	const press = async (...keys: readonly string[]) => {
		await clock.advance(400);
		for (const key of keys) {
			controller.press(key === 'enter' ? {kind: 'named', name: 'enter'} : {kind: 'character', text: key});
		}
	};
	const until = (what: string, holds: (dialog: DialogContent) => boolean) =>
		eventually(what, async () => {
			await clock.advance(20);
			const dialog = controller.dialog();
			return dialog !== undefined && holds(dialog) ? dialog : undefined;
		});
	return {controller, sent, press, until, clock};
}

const isAsking = ({hint}: DialogContent) => hint.startsWith('> Cancel <');
const isEnded = ({hint}: DialogContent) => hint.startsWith('Enter or Esc closes');

/** The layout adds blanks between words. */
const singleSpaced = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

/** The screen shows the whole text of the box: nothing is cut or outside of the screen. */
async function assertWhole(app: AppScreen, dialog: DialogContent): Promise<string[]> {
	const size = dialogSize(dialog);
	const all = [dialog.title, dialog.hint, ...dialog.facts.map(fact => fact.join(' ')), ...dialog.lines.map(plainText)];
	assert.ok(size.columns <= columns && size.rows <= rows, `${size.columns}x${size.rows}: ${all.join('\n')}`);
	app.showDialog(dialog);
	const {title, facts, lines, prompt, typed, hint, secondsLeft} = dialog;
	const expected = [
		...facts.map(([label, value]) => `${label} ${value}`),
		...[...lines, ...(prompt === undefined ? [] : [prompt])].map(plainText),
		...(typed === undefined ? [] : [`> ${typed}_`]),
	].map(singleSpaced);
	const ruled = [`┌─ ${title} `, `└─ ${hint}${secondsLeft === undefined ? '' : `, ${secondsLeft} s`} `];
	const isMissing = (shown: readonly string[]) => {
		const top = shown.find(row => row.includes(`┌─ ${title} `)) ?? '';
		const left = top.indexOf(`┌─ ${title} `);
		const right = top.indexOf('┐', left);
		const inside = shown.map(row => singleSpaced(row.slice(left + 1, right)));
		return [
			...expected.filter(text => !inside.includes(text)),
			...ruled.filter(rule => !shown.some(row => row.includes(rule))),
		];
	};

	await app.screen.waitFor(shown => isMissing(shown).length === 0, {what: [...expected, ...ruled].join('\n')});
	return app.screen.lines();
}

/** A wrapped command without its line breaks. */
function sentIn({facts}: DialogContent): string {
	const start = facts.findIndex(([label]) => label === 'sends');
	const rest = facts.slice(start + 1).findIndex(([label]) => label !== '');
	const end = rest === -1 ? facts.length : start + 1 + rest;
	return facts
		.slice(start, end)
		.map(([, value]) => value)
		.join(' ');
}

/** The path of a file that gets all screens, for a developer to read; undefined without it. */
const kept = process.env.REDIS_TOP_SCREENS;
const keep = (name: string, screen: readonly string[]) => {
	if (kept !== undefined) {
		appendFileSync(kept, `${name}\n${screen.join('\n')}\n\n`);
	}
};

async function tryBox(app: AppScreen, id: ActionId, way: Way, host: string): Promise<'box' | 'refused'> {
	const world = worldOf(way.world, host, way.info);
	const {controller, sent, press, until, clock} = controllerIn(world);
	const row = catalogue.find(candidate => candidate.id === id);
	assert.ok(row);
	controller.open(world.record);
	await assertWhole(app, controller.dialog() ?? assert.fail());
	await press(groupLetters[groupOf(id)], row.letter);
	if (row.parameter !== undefined) {
		const form = await until(`the form of ${id}`, ({hint}) => hint.startsWith('Esc cancels'));
		keep(`${id}: form`, await assertWhole(app, form));
		assert.ok(form.facts.some(([label, value]) => label === 'sends' && value.startsWith(commandText(row.command))));
		await clock.advance(400);
		for (const _ of form.typed ?? '') {
			controller.press({kind: 'named', name: 'backspace'});
		}

		await press(...(way.typed ?? assert.fail(`nothing is typed for ${id}`)));
		keep(`${id}: form, typed`, await assertWhole(app, controller.dialog() ?? assert.fail()));
		await press('enter');
	}

	const dialog = await until(`the box of ${id}`, shown => isAsking(shown) || isEnded(shown));
	keep(id, await assertWhole(app, dialog));
	if (isEnded(dialog)) {
		assert.match(dialog.title, /refused, nothing was sent$/);
		assert.ok(dialog.lines.length > 0, 'it says why');
	} else {
		assert.equal(sentIn(dialog), way.sends);
		assert.ok(dialog.lines.length > 0, 'it says what will happen');
		assert.ok(dialog.prompt !== undefined, 'it says what to press');
		const isCut = dialog.facts.some(([, value]) => value.endsWith('...'));
		assert.ok(
			!isCut || dialogSize(dialog).rows >= rows - 4,
			'facts are cut only where there is no room for all of them',
		);
	}

	await press('enter');
	assert.deepEqual(sent, [], 'Enter never executes');
	assert.equal(controller.isOpen, false);
	await controller.close();
	return isEnded(dialog) ? 'refused' : 'box';
}

/** Actions that the simulated deployments refuse. */
const refusedHere: ReadonlySet<ActionId> = new Set([]);

for (const host of hostStarts) {
	test(`the box of every action fits 80x24, shows its command whole, and Enter sends nothing: ${host}…`, async (t: TestContext) => {
		const app = mountOnScreen(t, {state: stateOf([worldOf('primary', host).record]), nowMs: 0, columns, rows});
		const every = Object.entries(ways(host)) as Array<[ActionId, Way]>;
		assert.deepEqual(new Set(every.map(([id]) => id)), new Set(catalogue.map(({id}) => id)));
		for (const [id, way] of every) {
			await t.test(id, async () => {
				assert.equal(await tryBox(app, id, way, host), refusedHere.has(id) ? 'refused' : 'box');
			});
		}
	});
}

test('an action that is only shown fits 80x24 too, with its whole text', async (t: TestContext) => {
	for (const host of hostStarts) {
		const world = worldOf('cluster-replica', host);
		const app = mountOnScreen(t, {state: stateOf([world.record]), nowMs: 0, columns, rows});
		for (const {letter, command} of shownCommands) {
			const {controller, sent, press} = controllerIn(world);
			controller.open(world.record);
			await press(groupLetters['To copy'], letter);
			const dialog = controller.dialog() ?? assert.fail();
			keep(commandText(command), await assertWhole(app, dialog));
			assert.ok(dialog.facts.some(([label, value]) => label === 'text' && value === commandText(command)));
			await press('y', 'enter');
			assert.deepEqual(sent, []);
			await controller.close();
		}
	}
});

test('a terminal that is too small for a box shows a line that says so', async () => {
	const world = worldOf('primary', hostStarts[0], unlimited);
	const {controller, press, until, sent} = controllerIn(world);
	controller.open(world.record);
	await press(groupLetters.Save, 'b');
	await until('the box', isAsking);
	controller.resize(60, 12);
	const dialog = controller.dialog() ?? assert.fail();
	assert.match(dialog.title, /refused, nothing was sent/);
	assert.match(dialog.lines.map(plainText).join(' '), /the dialog needs \d+x\d+ cells, the terminal has 60x12/);
	assert.deepEqual(sent, []);
	await controller.close();
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {changeableIds} from '../../source/keys/key-changes.js';
import {type Keyboard, keyboardWith, usualKeyboard} from '../../source/keys/keyboard.js';
import type {MonitorState} from '../../source/state/monitor-state.js';
import {panelKeys, panelTable} from '../../source/state/panel-table.js';
import {newView} from '../../source/state/reduce-view.js';
import {plainTable, type TableView} from '../../source/state/view-state.js';
import {unicodeGlyphs} from '../../source/text/glyphs.js';
import {plainText} from '../../source/text/line.js';
import {helpFacts} from '../../source/views/boxes/help-rows.js';
import {panels} from '../../source/views/panels.js';
import {screenLines} from '../../source/views/screen.js';
import {panelInput, type ScreenInput} from '../../source/views/screen-input.js';
import {mountOnScreen} from '../harness/app-screen.js';
import {findingOf} from '../harness/findings.js';
import {clientOf, recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

const nowMs = sampledAtMs + 300;

/** Changeable bindings have keys that no text contains by chance. */
const otherKeys = [...'αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΦΨΩЖЗИЛПФЦЧШЩЫЮЯ'];
const rebound = keyboardWith(new Map(changeableIds.map((id, index) => [id, [otherKeys[index] ?? '']] as const)));
const withoutKeys = keyboardWith(new Map(changeableIds.map(id => [id, []] as const)));

const slowlog = {
	atMs: sampledAtMs,
	value: {
		entries: [
			{id: 1, atMs: sampledAtMs, durationMicroseconds: 20_000, arguments: ['GET'], clientAddress: '-', clientName: '-'},
		],
		lost: 0,
		perMinute: 1,
	},
};
const busy = recordFrom({
	info: {clients: {connected_clients: 9000, maxclients: 10_000}, server: {run_id: 'aa', redis_version: '7.2.5'}},
	clients: {atMs: sampledAtMs, value: [clientOf({id: 77, name: 'worker', flags: '-'})]},
	slowlog,
});
const gone = recordFrom({address: '10.0.1.12:6379', goneSinceMs: sampledAtMs - 1000, slowlog});
const sentinel = recordFrom({address: '10.0.1.21:26379', role: 'sentinel', info: {server: {run_id: 'bb'}}});
const findings = [
	findingOf('per.misconf', 'critical', busy.address, {action: 'bgsave'}),
	findingOf('cli.max', 'warning', busy.address),
];
const several: MonitorState = {
	...stateOf([busy, gone]),
	findings,
	audit: {entries: [], broken: 0, fixes: [], problem: undefined},
};
const states: readonly MonitorState[] = [several, stateOf([sentinel])];
const tables: readonly TableView[] = [plainTable, {...plainTable, filter: 'nothing like it'}];

/** Every panel in each state, whole screens, with the details of each row. */
function texts(keyboard: Keyboard): string[] {
	return states.flatMap(state =>
		panels.flatMap(panel =>
			tables.flatMap(table => {
				const view = {...newView(panel.id, 1000), tables: {[panel.id]: table}};
				const input: ScreenInput = {
					state,
					view,
					deployment: 'replicated',
					lock: {kind: 'locked'},
					nowMs,
					liveNowMs: nowMs,
					keyboard,
					glyphs: unicodeGlyphs,
					columns: 200,
					rows: 40,
				};
				const rows = panel.rowKeys(panelInput(input));
				const details = rows.flatMap(key => panel.details?.(panelInput(input), key) ?? []).map(fact => fact.join(' '));
				return [...screenLines(input).map(plainText), ...details];
			}),
		),
	);
}

const namedKeys = /\b(?:Enter|Esc|Space|Tab|PgUp|PgDn|Home|End|Ctrl-[A-Z]|arrows)\b/;
/** A single letter: the name of a key or the article `A`. A panel's key before its title stays as it is. */
const panelTitles = panelTable.map(({title}) => title).join('|');
const letters = new RegExp(String.raw`(?<=^|[\s(;,])[A-Za-z](?=$|[\s);,:])(?! (?:sentinel|panel|${panelTitles}))`, 'g');

test('with changed keys no panel, details box or last line names a default key', () => {
	const usual = texts(usualKeyboard);
	assert.ok(usual.some(text => /only R reads it/.test(text)));
	assert.ok(usual.some(text => /X opens its dialog/.test(text)));
	assert.ok(usual.some(text => /x takes it off/.test(text)));
	assert.ok(usual.some(text => /v all nodes/.test(text)));
	assert.ok(usual.some(text => /n, or Enter on a list of nodes/.test(text)));
	assert.ok(usual.some(text => /A opens the actions/.test(text)));
	// These letters are no keys: the article, the letters of an action and of its group, the marks of a note and of a client.
	const notKeys = new Set(['a', 'b', 'S', 'i', 'N']);
	for (const keyboard of [rebound, withoutKeys]) {
		for (const text of texts(keyboard)) {
			assert.doesNotMatch(text, namedKeys);
			const left = [...text.matchAll(letters)].map(([letter]) => letter).filter(letter => !notKeys.has(letter));
			assert.deepEqual(left, [], text);
		}
	}
});

test('with changed keys the help names no default key, except while a text is typed', () => {
	const typed = /in the help, search it; Enter keeps, Esc clears|fg|Ctrl-Y there/;
	for (const [keys, text] of helpFacts(rebound, 1000)) {
		assert.match(keys.replace(panelKeys, '').replace(/^[A-Z]{3,}$/, ''), /^[^A-Za-z]*$/);
		assert.doesNotMatch(text.replace(typed, ''), namedKeys);
	}
});

test('the help lists an action whose key a config file gives to another one', () => {
	const facts = helpFacts(keyboardWith(new Map([['pause', ['p']]])), 1000);
	assert.deepEqual(
		facts.filter(([keys]) => keys === 'no key').map(([, text]) => text.replace(/^.*\(/, '(')),
		['(the config file gives p to pause)'],
	);
	assert.equal(
		helpFacts(usualKeyboard, 1000).some(([keys]) => keys === 'no key'),
		false,
	);
});

test('boxes name the keys in force', async t => {
	const {screen} = mountOnScreen(t, {state: several, panel: 'clients', nowMs, keyboard: rebound});
	const key = (id: string) => rebound.shown(id);
	await screen.waitFor(/worker/);
	screen.press(key('details'));
	await screen.waitFor(new RegExp(`${key('back')} closes, ${key('row-action')} closes it, ${key('copy-row')} copies`));
	screen.press(key('back'));
	await screen.waitFor(lines => !lines.join('').includes('copies'));
	screen.press(key('help'));
	await screen.waitFor(
		new RegExp(`${key('filter')} searches, ${key('back')} closes, 1-22 of \\d+, ${key('up')} ${key('down')} move`),
	);
	assert.doesNotMatch(screen.text(), /arrows/);
});

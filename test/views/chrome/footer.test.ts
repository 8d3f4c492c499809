import assert from 'node:assert/strict';
import {test} from 'node:test';
import {keyboardWith, usualKeyboard} from '../../../source/keys/keyboard.js';
import {panelIds, panelRow, panelTable} from '../../../source/state/panel-table.js';
import {newView} from '../../../source/state/reduce-view.js';
import {plainTable, type ViewState} from '../../../source/state/view-state.js';
import {lineWidth} from '../../../source/text/fit.js';
import {asciiGlyphs, unicodeGlyphs} from '../../../source/text/glyphs.js';
import {plainText} from '../../../source/text/line.js';
import {type FooterInput, footerLine} from '../../../source/views/chrome/footer.js';

const liveNowMs = Date.UTC(2026, 10, 23, 14, 2, 31);
const clients = newView('clients', 1000);
const start: FooterInput = {
	view: clients,
	keyboard: usualKeyboard,
	glyphs: unicodeGlyphs,
	liveNowMs,
	findings: 3,
	nodes: 6,
	canSort: true,
	box: undefined,
};

const shown = (change: Partial<FooterInput>, width: number): string =>
	plainText(footerLine({...start, ...change}, width)).trimEnd();

const withView = (change: Partial<ViewState>, width: number): string => shown({view: {...clients, ...change}}, width);

test('a panel whose letter a config file gives away is named without a key', () => {
	const keyboard = keyboardWith(new Map([['pause', ['a']]]));
	assert.deepEqual(
		[40, 120].map(width => shown({keyboard}, width)),
		[
			' 1 2 3 4 5 6 7 8 9·3 0 K  ? help A act',
			' 1Over 2Mem 3Repl 4Cli 5Cmd 6Slow 7Disk 8Clus 9Find·3 0Ev KKeys Audit  ? help / filter s sort n node A act q quit',
		],
	);
});

test('the last line names the panels, the findings and the first keys, at each width', () => {
	assert.deepEqual(
		[40, 80, 120, 200].map(width => shown({}, width)),
		[
			' 1 2 3 4 5 6 7 8 9·3 0 K a  ? help A act',
			' 1Over 2Mem 3Repl 4Cli 5Cmd 6Slow 7Disk 8Clus 9Find·3 0Ev  ? help n node A act',
			' 1Over 2Mem 3Repl 4Cli 5Cmd 6Slow 7Disk 8Clus 9Find·3 0Ev KKeys aAudit  ? help / filter s sort n node A act q quit',
			' 1 Overview 2 Memory 3 Replication 4 Clients 5 Commands and latency 6 Slow log 7 Persistence 8 Cluster 9 Findings·3 0 Events K Keys a Audit  ? help Enter details / filter s sort n node A act q quit',
		],
	);
});

test('at every width from 80 the help, the actions and the next node are named, whatever the panel', () => {
	for (const panel of panelIds) {
		for (let width = 80; width <= 200; width++) {
			const text = shown({view: newView(panel, 1000), findings: 99}, width);
			assert.match(text, /\? help/);
			assert.match(text, /A act/);
			assert.match(text, /n node/);
		}
	}
});

test('no line is wider than the screen, and every panel has a tab with its key', () => {
	for (let width = 1; width <= 200; width++) {
		assert.ok(lineWidth(footerLine(start, width)) <= width);
	}

	const tabs = footerLine(start, 200).filter(({target}) => target?.panel !== undefined);
	assert.deepEqual([...new Set(tabs.map(({target}) => target?.panel))], [...panelIds]);
	assert.ok(tabs.some(({text, tone}) => tone === 'selected' && text.includes(panelRow('clients').title)));
});

test('short names of panels are distinct', () => {
	assert.equal(new Set(panelTable.map(({short}) => short)).size, panelTable.length);
});

const modes: ReadonlyArray<readonly [name: string, shown: string, expected: RegExp]> = [
	['paused', withView({pausedAtMs: liveNowMs - 14_000}, 80), /^ PAUSED {2}Space goes on 1 2 3 .* 9·3 0 K a/],
	['a baseline', withView({baselineAtMs: liveNowMs - 60_000}, 120), /^ CHANGES since 14:01:31Z {2}b ends 1Over/],
	['a filter', withView({tables: {clients: {...plainTable, filter: 'api'}}}, 80), /^ FILTER api {2}Esc clears 1 2 3 /],
	['the help', shown({box: 'help'}, 80), /^ HELP {2}Esc closes {2}\/ searches/],
	['details', shown({box: 'details'}, 80), /^ DETAILS {2}Esc closes {2}y copies/],
	['an action', shown({box: 'action'}, 80), /^ ACTION {2}the box names its keys/],
];

for (const [name, text, expected] of modes) {
	test(`the last line knows ${name}`, () => assert.match(text, expected));
}

test('in the history the last line says how far back, where in it, and how to leave', () => {
	const past = {...start, view: {...clients, shownAtMs: liveNowMs - 130_000}, historyFromMs: liveNowMs - 720_000};
	assert.equal(
		plainText(footerLine(past, 80)),
		' HISTORY −2m10s of 12m00s  ▕─────────█──▏  , . sample  [ ] minute  End live',
	);
	assert.equal(
		plainText(footerLine({...past, glyphs: asciiGlyphs}, 60)),
		' HISTORY -2m10s of 12m00s  , . sample  [ ] minute  End live',
	);
});

test('before the own history the last line says where the moment comes from', () => {
	const past = {
		...start,
		view: {...clients, shownAtMs: liveNowMs - 7_200_000},
		historyFromMs: liveNowMs - 720_000,
		earlierName: 'Prometheus',
	};
	assert.equal(plainText(footerLine(past, 80)), ' HISTORY −2h00m from Prometheus  , . sample  [ ] step  End live');
});

test('a notice covers the tabs while it lasts', () => {
	const notice = {text: 'written', tone: 'plain', untilMs: liveNowMs + 1} as const;
	assert.equal(withView({notice}, 80), ' written');
	assert.match(withView({notice: {...notice, untilMs: liveNowMs}}, 80), /1Over/);
});

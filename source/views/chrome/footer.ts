import type {KeyBinding} from '../../keys/key-binding.js';
import type {Keyboard} from '../../keys/keyboard.js';
import {cutLine, lineWidth} from '../../text/fit.js';
import {type Line, type Span, span} from '../../text/line.js';
import {actionWord, type RowKeys} from '../row-keys.js';
import {boxLine, historyLine, type ModeInput, modeLine, type OpenBox} from './mode.js';
import {tabBars} from './tab-bar.js';

export type FooterInput = ModeInput & {
	/** The number of causes with severity warning or critical. The tab bar shows this number. */
	readonly findings: number;
	readonly nodes: number;
	/** Whether the panel has a list with more than one order. */
	readonly canSort: boolean;
	/** What the keyboard keys for the selected row do, such as "close this client". */
	readonly row?: RowKeys;
	/** Whether the node in focus refuses its credentials, so that a password may help. */
	readonly wantsPassword?: boolean;
	readonly box: OpenBox | undefined;
};

/**
The last line of the screen. It shows the text being typed, else a notice while it lasts, else the keys of the open box,
else the keys of the wall display. At a past moment it says how to move in the history. Otherwise it has the modes in
force, the tab bar, and the most important keys that fit.
*/
export function footerLine(input: FooterInput, width: number): Line {
	const {view, keyboard, liveNowMs, box, glyphs} = input;
	if (view.filterDraft !== undefined) {
		const typed: Line = [
			span('/', 'key'),
			span(view.filterDraft),
			span('_', 'accent'),
			span('   Enter keeps it, Esc clears it', 'dim'),
		];
		return cutLine(typed, width, glyphs.ellipsis);
	}

	if (view.timeDraft !== undefined) {
		const typed: Line = [
			span(' go to ', 'key'),
			span(view.timeDraft),
			span('_', 'accent'),
			span('   03:12, -5m or 2026-11-23T03:12Z; Enter goes, Esc does not', 'dim'),
		];
		return cutLine(typed, width, glyphs.ellipsis);
	}

	if (view.notice !== undefined && liveNowMs < view.notice.untilMs) {
		return cutLine([span(` ${view.notice.text}`, view.notice.tone)], width, glyphs.ellipsis);
	}

	if (box !== undefined) {
		return cutLine(boxLine(box, keyboard), width, glyphs.ellipsis);
	}

	if (view.isWall) {
		return wallKeys(keyboard, width);
	}

	return view.shownAtMs === undefined || view.replay !== undefined
		? panelsLine(input, width)
		: cutLine(historyLine(input, width), width);
}

/** The keys that the last line names on the wall display, in the order of the line. */
const wallWords = [
	['help', 'help'],
	['wall', 'panels'],
	['dump', 'dump'],
	['quit', 'quit'],
] as const;

/** Why the wall display has so few keys, longest text first. The longest text that fits is shown. */
const wallNotes = ['the wall is view-only: nothing on it can change a server', 'nothing here can change a server', ''];

function wallKeys({shown}: Keyboard, width: number): Line {
	const keys = wallWords
		.filter(([id]) => shown(id) !== '')
		.flatMap(([id, word]): Span[] => [span(` ${shown(id)} `, 'key'), span(`${word} `, 'dim')]);
	const room = width - lineWidth(keys) - 2;
	return cutLine([...keys, span(`  ${wallNotes.find(note => note.length <= room) ?? ''}`, 'dim')], width);
}

/**
Number of keyboard keys that the last line must name beside the tab bar: usually help, actions, and the next node or
quitting. The tab bar is shortened until these keys fit.
*/
const neededKeys = 3;

/**
The last line with the modes in force, the tab bar and the keyboard keys. The tab bar gets shorter before a mode or one
of the `neededKeys` first keys is left out.
*/
function panelsLine(input: FooterInput, width: number): Line {
	const {view, findings, glyphs, keyboard} = input;
	const mode = modeLine(input);
	const ranked = namedBindings(input);
	const needed = keySpans(ranked.toSorted((a, b) => (a.footerRank ?? 0) - (b.footerRank ?? 0)).slice(0, neededKeys));
	const bars = tabBars({
		shown: view.panel,
		findings,
		dot: glyphs.isAscii ? ':' : '·',
		hasKey: key => keyboard.bindingOf(key)?.id === 'panel',
	});
	const room = width - lineWidth(mode) - lineWidth(needed) - 1;
	const bar = bars.find(each => lineWidth(each) <= room) ?? bars.at(-1) ?? [];
	const start = [...mode, ...bar, span(' ')];
	return cutLine([...start, ...keysThatFit(ranked, width - lineWidth(start))], width, glyphs.ellipsis);
}

/**
The key bindings that the last line may name: those with a word for the line (`footer`) that work on the shown panel.
*/
const namedBindings = ({
	view,
	keyboard,
	nodes,
	canSort,
	wantsPassword = false,
	row,
}: FooterInput): readonly KeyBinding[] =>
	keyboard.bindings
		.map(binding =>
			binding.id === 'row-action' && row?.action !== undefined ? {...binding, footer: actionWord(row.action)} : binding,
		)
		.filter(
			({id, footer}) =>
				footer !== undefined &&
				(id !== 'next-node' || nodes > 1) &&
				(id !== 'sort' || canSort) &&
				(id !== 'password' || wantsPassword) &&
				(id !== 'row-action' || row?.action !== undefined) &&
				(id !== 'client' || row?.hasClient === true) &&
				(id !== 'what-if' || view.panel === 'replication' || view.panel === 'cluster') &&
				(id !== 'actions' || view.replay === undefined),
		);

function keysThatFit(all: readonly KeyBinding[], width: number): Line {
	let shown = all;
	let spans = keySpans(shown);
	while (lineWidth(spans) > width && shown.length > 1) {
		const last = Math.max(...shown.map(({footerRank = 0}) => footerRank));
		shown = shown.filter(({footerRank = 0}) => footerRank !== last);
		spans = keySpans(shown);
	}

	return spans;
}

const keySpans = (shown: readonly KeyBinding[]): Line =>
	shown.flatMap(({shown: keys, footer = ''}): Span[] => [
		span(` ${keys.split(' ')[0] ?? ''}`, 'key'),
		span(` ${footer}`, 'dim'),
	]);

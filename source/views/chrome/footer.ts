import type {Keyboard} from '../../keys/keyboard.js';
import type {ViewState} from '../../state/view-state.js';
import {cutLine, lineWidth} from '../../text/fit.js';
import {type Line, type Span, span} from '../../text/line.js';

/**
The last line of the screen: the filter while it is typed, else a notice while it lasts. Otherwise the most important
keys that fit.
*/
export function footerLine(view: ViewState, keyboard: Keyboard, nowMs: number, width: number): Line {
	if (view.filterDraft !== undefined) {
		const typed: Line = [
			span('/', 'key'),
			span(view.filterDraft),
			span('_', 'accent'),
			span('   Enter keeps it, Esc clears it', 'dim'),
		];
		return cutLine(typed, width);
	}

	if (view.notice !== undefined && nowMs < view.notice.untilMs) {
		return cutLine([span(` ${view.notice.text}`, view.notice.tone)], width);
	}

	return view.isWall ? wallKeys(keyboard, width) : keysLine(keyboard, width);
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

function keysLine({bindings}: Keyboard, width: number): Line {
	let shown = bindings.filter(({footer}) => footer !== undefined);
	const render = () =>
		shown.flatMap(({shown: key, footer = ''}): Span[] => [span(` ${key}`, 'key'), span(` ${footer} `, 'dim')]);
	let spans = render();
	while (lineWidth(spans) > width && shown.length > 1) {
		const lowest = Math.max(...shown.map(({footerRank = 0}) => footerRank));
		shown = shown.filter(({footerRank = 0}) => footerRank !== lowest);
		spans = render();
	}

	return cutLine(spans, width);
}

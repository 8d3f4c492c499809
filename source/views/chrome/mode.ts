import type {Keyboard} from '../../keys/keyboard.js';
import {tableOf, type ViewState} from '../../state/view-state.js';
import {lineWidth} from '../../text/fit.js';
import type {Glyphs} from '../../text/glyphs.js';
import {type Line, type Span, span} from '../../text/line.js';
import {seconds, utcClock} from '../../text/units.js';

/** The box over the panel: an overlay of the view, or the dialog of an action. */
export type OpenBox = NonNullable<ViewState['overlay']>['kind'] | 'action';

export type ModeInput = {
	readonly view: ViewState;
	readonly keyboard: Keyboard;
	readonly glyphs: Glyphs;
	readonly liveNowMs: number;
	/**
	The oldest moment of the history of the node in focus, in milliseconds since the epoch; undefined if the node has no
	history.
	*/
	readonly historyFromMs?: number | undefined;
	/**
	The program that supplies the shown moment if it is older than this run's history, such as Prometheus. Undefined while
	the shown moment is part of this run's history.
	*/
	readonly earlierName?: string | undefined;
};

/** Keyboard keys with their effects, such as ` Space goes on`. A binding without a keyboard key is left out. */
const keysWith = ({shown}: Keyboard, ...pairs: ReadonlyArray<readonly [id: string, does: string]>): Span[] =>
	pairs
		.map(([id, does]) => [shown(id).split(' ')[0] ?? '', does] as const)
		.filter(([key]) => key !== '')
		.flatMap(([key, does]) => [span(`  ${key}`, 'key'), span(` ${does}`, 'dim')]);

/** The modes in force, which are pause, baseline and filter, each with the keyboard key that ends it. */
export function modeLine({view, keyboard}: Pick<ModeInput, 'view' | 'keyboard'>): Line {
	const {filter} = tableOf(view, view.panel);
	return [
		...(view.pausedAtMs === undefined ? [] : [span(' PAUSED', 'warning'), ...keysWith(keyboard, ['pause', 'goes on'])]),
		...(view.baselineAtMs === undefined
			? []
			: [
					span(` CHANGES since ${utcClock(view.baselineAtMs)}Z`, 'warning'),
					...keysWith(keyboard, ['baseline', 'ends']),
				]),
		...(filter === '' ? [] : [span(' FILTER ', 'warning'), span(filter), ...keysWith(keyboard, ['back', 'clears'])]),
	];
}

/**
Possible widths of the bar that shows where the shown moment lies in the history, widest first, in cells. With 0 there
is no bar.
*/
const trackWidths = [24, 12, 0];

function track(share: number, width: number, {isAscii}: Glyphs): string {
	const at = Math.round(Math.min(1, Math.max(0, share)) * (width - 1));
	const [left, fill, here, right] = isAscii ? ['[', '-', '#', ']'] : ['▕', '─', '█', '▏'];
	return width === 0 ? '' : `  ${left}${fill.repeat(at)}${here}${fill.repeat(width - 1 - at)}${right}`;
}

/**
The last line of the screen at a past moment: the moment's age, its place in the history, and keyboard keys. These keys
move in the history or return to the present.
*/
export function historyLine(input: ModeInput, width: number): Line {
	const {view, keyboard, glyphs, liveNowMs, historyFromMs, earlierName} = input;
	const shownAtMs = view.shownAtMs ?? liveNowMs;
	const minus = glyphs.isAscii ? '-' : '−';
	const whole = historyFromMs === undefined || earlierName !== undefined ? undefined : liveNowMs - historyFromMs;
	const backMs = Math.max(0, liveNowMs - shownAtMs);
	const of =
		whole === undefined ? (earlierName === undefined ? '' : ` from ${earlierName}`) : ` of ${seconds(whole / 1000)}`;
	const {shown} = keyboard;
	const steps = (back: string, forward: string, what: string): Span[] =>
		shown(back) === '' && shown(forward) === ''
			? []
			: [span(`  ${shown(back)} ${shown(forward)}`.trimEnd(), 'key'), span(` ${what}`, 'dim')];
	const forms = trackWidths.map((trackWidth): Line => {
		const bar = whole === undefined || whole <= 0 ? '' : track(1 - backMs / whole, trackWidth, glyphs);
		return [
			span(` HISTORY ${minus}${seconds(backMs / 1000)}${of}`, 'warning'),
			span(bar, 'accent'),
			...steps('sample-back', 'sample-forward', 'sample'),
			...steps('minute-back', 'minute-forward', earlierName === undefined ? 'minute' : 'step'),
			...keysWith(keyboard, ['live', 'live']),
		].filter(({text}) => text !== '');
	});
	return forms.find(form => lineWidth(form) <= width) ?? forms.at(-1) ?? [];
}

/**
The last line of the screen while a box is open: the box's name and its keys. For an action's dialog it names no keys,
because they differ from step to step; the dialog's frame names them.
*/
export function boxLine(box: OpenBox, keyboard: Keyboard): Line {
	switch (box) {
		case 'help':
			return [
				span(' HELP', 'title'),
				...keysWith(keyboard, ['back', 'closes'], ['filter', 'searches'], ['up', 'up'], ['down', 'down']),
			];
		case 'palette':
			return [span(' PALETTE', 'title'), span('  Tab completes, Enter opens, Esc closes', 'dim')];
		case 'password':
			return [span(' PASSWORD', 'title'), span('  what is typed is never shown or written', 'dim')];
		case 'details':
			return [
				span(' DETAILS', 'title'),
				...keysWith(keyboard, ['back', 'closes'], ['copy-row', 'copies'], ['up', 'up'], ['down', 'down']),
			];
		case 'action':
			return [
				span(' ACTION', 'title'),
				span('  the box names its keys; nothing is sent before it is confirmed', 'dim'),
			];
	}
}

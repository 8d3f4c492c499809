import type {ThemeName} from '../state/view-state.js';
import type {Line, Span, Tone} from '../text/line.js';

/** SGR parameters, such as `1;91`. Source: ECMA-48, section 8.3.117. For 38;5 and 48;5: xterm's control sequences. */
type Style = string;

export type Theme = {
	/** The style of each tone. A tone without a style is drawn as plain text. */
	readonly tones: Readonly<Partial<Record<Tone, Style>>>;
	/**
	The style that is added to the cells of the row under the cursor. A background colour keeps the text colours. Inverse
	turns the text colour into the background, so that a severity stays visible as a block.
	*/
	readonly cursor: Style;
	/** The colour of the background that the theme is made for, as #rrggbb; tests compute contrasts with it. */
	readonly background: string;
};

/**
Tones that keep their colour on the row under the cursor. All other tones would be hard to read on the cursor's
background.
*/
const keptUnderCursor: ReadonlySet<Tone> = new Set<Tone>(['accent', 'ok', 'warning', 'critical', 'key', 'title']);

/**
The styles of each theme. `dark`, `light`, `high-contrast` and `mono` use only the sixteen standard colours, so that the
terminal's own palette applies. `soft` and `color-blind` use the 256 colours of xterm. No meaning depends on the
difference between red and green. Without colours, words and glyphs carry every meaning.
*/
export const themes: Readonly<Record<ThemeName, Theme>> = {
	// Muted colours on a dark background; the cursor is a lighter background. It is the default where the terminal does not
	// say that its background is light, so titles, keys and the selected row must be readable on a light one as well.
	soft: {
		tones: {
			dim: '38;5;245',
			label: '38;5;109',
			title: '1',
			border: '38;5;240',
			accent: '38;5;110',
			ok: '38;5;108',
			warning: '38;5;179',
			critical: '1;38;5;210',
			'critical-bar': '1;38;5;231;48;5;124',
			'warning-bar': '38;5;16;48;5;179',
			selected: '1;38;5;253;48;5;236',
			key: '1;38;5;180',
		},
		cursor: '1;38;5;253;48;5;236',
		background: '#1c1c1c',
	},
	// The colours of Okabe and Ito, which people with every common kind of colour blindness tell apart:
	// https://jfly.uni-koeln.de/color/
	'color-blind': {
		tones: {
			dim: '38;5;246',
			label: '38;5;74',
			title: '1',
			border: '38;5;242',
			accent: '38;5;117',
			ok: '38;5;43',
			warning: '38;5;214',
			critical: '1;4;38;5;208',
			'critical-bar': '1;38;5;231;48;5;130',
			'warning-bar': '38;5;16;48;5;214',
			selected: '1;38;5;255;48;5;237',
			key: '1;38;5;229',
		},
		cursor: '1;38;5;255;48;5;237',
		background: '#000000',
	},
	dark: {
		tones: {
			dim: '2',
			label: '36',
			title: '1',
			border: '2',
			accent: '96',
			ok: '36',
			warning: '33',
			critical: '1;91',
			'critical-bar': '1;41;97',
			'warning-bar': '43;30',
			selected: '7',
			key: '1',
		},
		cursor: '1;7',
		background: '#000000',
	},
	// The theme avoids yellow and the bright colours, because they are unreadable on white. The bars are inverse, because
	// bright white is a grey in some light palettes.
	light: {
		tones: {
			dim: '2',
			label: '34',
			title: '1',
			border: '2',
			accent: '1;34',
			ok: '34',
			warning: '1;35',
			critical: '1;31',
			'critical-bar': '1;7;31',
			'warning-bar': '1;7;35',
			selected: '7',
			key: '1',
		},
		cursor: '1;7',
		background: '#ffffff',
	},
	// This theme has no dim text. A critical text is an inverse block instead of another shade.
	'high-contrast': {
		tones: {
			label: '97',
			title: '1;97',
			accent: '1;96',
			ok: '1;97',
			warning: '1;93',
			critical: '1;7;91',
			'critical-bar': '1;41;97',
			'warning-bar': '43;30',
			selected: '1;7',
			key: '1;97',
		},
		cursor: '1;7',
		background: '#000000',
	},
	// No colours at all: bold, underlined and inverse carry the meanings.
	mono: {
		tones: {
			dim: '2',
			title: '1',
			border: '2',
			accent: '1',
			warning: '1;4',
			critical: '1;7',
			'critical-bar': '1;7',
			'warning-bar': '7',
			selected: '7',
			key: '1',
		},
		cursor: '7',
		background: '#000000',
	},
};

export type Paint = (spans: Line) => string;

/** Paints a line without escape sequences. */
export const paintPlain: Paint = spans => spans.map(({text}) => text).join('');

/**
Block characters and blanks, of which meters, sparklines and large letters are made, or a line that is drawn with dots,
such as the limit of a chart with its label.
*/
const drawn = /^[ ▀-█]+$|┈/;

/** An attribute of SGR that shows the text in the colour of the background, and the background in that of the text. */
const inverse = /(?:^|;)7(?=;|$)/;

/**
The style of a span: the style of its tone, and the style that the cursor adds. What is drawn with
characters is not inverse: `█` would have the colour of the background, and the full end of a meter would look empty.
*/
export function styleOf({text, tone, isUnderCursor}: Span, {tones, cursor}: Theme): Style {
	const own = tones[tone] ?? '';
	if (isUnderCursor !== true) {
		return inverse.test(own) && text.trim() !== '' && drawn.test(text) ? own.replace(inverse, '') : own;
	}

	// The tone's own colour comes last, so that it has precedence over the cursor's.
	return joinedStyles(cursor, keptUnderCursor.has(tone) ? own : '');
}

/** Joins two styles. An attribute that both have appears once. */
const joinedStyles = (first: Style, second: Style): Style => {
	const attributes = (style: Style) => style.match(/[34]8;5;\d+|\d+/g) ?? [];
	return [...new Set([...attributes(first), ...attributes(second)])].join(';');
};

export function paintWith(name: ThemeName): Paint {
	const theme = themes[name];
	return spans => {
		let painted = '';
		for (const span of spans) {
			const style = styleOf(span, theme);
			painted += style === '' ? span.text : `\u001B[${style}m${span.text}\u001B[0m`;
		}

		return painted;
	};
}

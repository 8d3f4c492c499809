import {styleText} from 'node:util';
import type {ThemeName} from '../state/view-state.js';
import type {Line, Tone} from '../text/line.js';

type Style = Parameters<typeof styleText>[0];

/** The style of each tone. A tone without a style is drawn as plain text. */
type Styles = Readonly<Partial<Record<Tone, Style>>>;

/**
The styles of each theme. They use only the sixteen standard colours, so that the terminal's own palette applies. No
meaning depends on the difference between red and green. Without colours, words and glyphs carry every meaning.
*/
const themes: Readonly<Record<ThemeName, Styles>> = {
	dark: {
		dim: 'dim',
		label: 'cyan',
		title: 'bold',
		border: 'dim',
		accent: 'cyanBright',
		ok: 'blueBright',
		warning: 'yellow',
		critical: ['bold', 'redBright'],
		'critical-bar': ['bold', 'bgRed', 'whiteBright'],
		'warning-bar': ['bgYellow', 'black'],
		selected: 'inverse',
		key: 'bold',
	},
	// Yellow and the bright colours are unreadable on white.
	light: {
		dim: 'dim',
		label: 'blue',
		title: 'bold',
		border: 'dim',
		accent: ['bold', 'blue'],
		ok: 'blue',
		warning: ['bold', 'magenta'],
		critical: ['bold', 'red'],
		'critical-bar': ['bold', 'bgRed', 'whiteBright'],
		'warning-bar': ['bold', 'bgMagenta', 'whiteBright'],
		selected: 'inverse',
		key: 'bold',
	},
	// This theme has no dim text. A critical text is an inverse block instead of another shade.
	'high-contrast': {
		label: 'whiteBright',
		title: ['bold', 'whiteBright'],
		accent: ['bold', 'cyanBright'],
		ok: ['bold', 'whiteBright'],
		warning: ['bold', 'yellowBright'],
		critical: ['bold', 'inverse', 'redBright'],
		'critical-bar': ['bold', 'bgRed', 'whiteBright'],
		'warning-bar': ['bold', 'bgYellow', 'black'],
		selected: ['bold', 'inverse'],
		key: ['bold', 'whiteBright'],
	},
	mono: {
		dim: 'dim',
		title: 'bold',
		border: 'dim',
		accent: 'bold',
		warning: ['bold', 'underline'],
		critical: ['bold', 'inverse'],
		'critical-bar': ['bold', 'inverse'],
		'warning-bar': 'inverse',
		selected: 'inverse',
		key: 'bold',
	},
};

export type Paint = (spans: Line) => string;

/** Paints a line without escape sequences. */
export const paintPlain: Paint = spans => spans.map(({text}) => text).join('');

/** The sequences that begin and end a style. Node returns them only around a text. */
function sequences(style: Style): readonly [string, string] {
	const [open = '', close = ''] = styleText(style, '\0', {validateStream: false}).split('\0');
	return [open, close];
}

export function paintWith(theme: ThemeName): Paint {
	const byTone = new Map(
		Object.entries(themes[theme]).map(([tone, style]) => [tone as Tone, sequences(style)] as const),
	);
	return spans => {
		let painted = '';
		for (const {text, tone} of spans) {
			const style = byTone.get(tone);
			painted += style === undefined ? text : `${style[0]}${text}${style[1]}`;
		}

		return painted;
	};
}

import {styleText} from 'node:util';
import type {ThemeName} from '../state/view-state.js';
import type {Line, Tone} from '../text/line.js';

type Style = Parameters<typeof styleText>[0];

/** The style of each tone; a tone without a style is plain. */
type Styles = Readonly<Partial<Record<Tone, Style>>>;

/**
Only the sixteen standard colours, so that the terminal's own palette applies. No meaning rests on red against green.
Words and glyphs carry every meaning without colours.
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
		selected: 'inverse',
		key: 'bold',
	},
	// No dim text; a critical text is an inverse block instead of a shade.
	'high-contrast': {
		label: 'whiteBright',
		title: ['bold', 'whiteBright'],
		accent: ['bold', 'cyanBright'],
		ok: ['bold', 'whiteBright'],
		warning: ['bold', 'yellowBright'],
		critical: ['bold', 'inverse', 'redBright'],
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
		selected: 'inverse',
		key: 'bold',
	},
};

export type Paint = (spans: Line) => string;

/** Paints without escape sequences. */
export const paintPlain: Paint = spans => spans.map(({text}) => text).join('');

/** The opening and closing sequence of a style; Node gives them only around a text. */
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

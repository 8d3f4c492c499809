import {styleText} from 'node:util';
import type {ThemeName} from '../state/view-state.js';
import type {Line, Tone} from '../text/line.js';

type Style = Parameters<typeof styleText>[0];

/** Meaning → look; a tone that is left out is plain. */
type Styles = Readonly<Partial<Record<Tone, Style>>>;

/**
The sixteen colours that every terminal has, so that the user's own palette decides what they look like; never red
against green. Words and glyphs carry the meaning without any of it.
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
	// Yellow and the bright colours can't be read on white.
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
	// Nothing dim; what matters is a block, not a shade.
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

/** No escape sequences at all. */
export const paintPlain: Paint = spans => spans.map(({text}) => text).join('');

/** Opening and closing sequence of a style, found by styling a mark. */
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

import {styleText} from 'node:util';
import type {Line, Tone} from '../text/line.js';

type Style = Parameters<typeof styleText>[0];

/** Meaning → look. Never red against green; the words and glyphs carry the meaning without any of it. */
const styles: Readonly<Record<Tone, Style | undefined>> = {
	plain: undefined,
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
};

export type Paint = (spans: Line) => string;

/** No escape sequences at all. */
export const paintPlain: Paint = spans => spans.map(({text}) => text).join('');

/** Opening and closing sequence of a style, found by styling a mark. */
function sequences(style: Style): readonly [string, string] {
	const [open = '', close = ''] = styleText(style, '\0', {validateStream: false}).split('\0');
	return [open, close];
}

const byTone = new Map(
	Object.entries(styles).flatMap(([tone, style]) => (style === undefined ? [] : [[tone as Tone, sequences(style)]])),
);

/** The sixteen colours that every terminal has, so that the user's own palette decides what they look like. */
export const paintColored: Paint = spans => {
	let painted = '';
	for (const {text, tone} of spans) {
		const style = byTone.get(tone);
		painted += style === undefined ? text : `${style[0]}${text}${style[1]}`;
	}

	return painted;
};

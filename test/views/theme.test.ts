import assert from 'node:assert/strict';
import {test} from 'node:test';
import {themeNames} from '../../source/state/view-state.js';
import {type Span, span, type Tone} from '../../source/text/line.js';
import {paintWith, styleOf, themes} from '../../source/views/theme.js';

type Rgb = readonly [number, number, number];

/** The sixteen standard colours of xterm. Source: XTerm-col.ad of its source. */
const standard: readonly Rgb[] = [
	[0, 0, 0],
	[205, 0, 0],
	[0, 205, 0],
	[205, 205, 0],
	[0, 0, 238],
	[205, 0, 205],
	[0, 205, 205],
	[229, 229, 229],
	[127, 127, 127],
	[255, 0, 0],
	[0, 255, 0],
	[255, 255, 0],
	[92, 92, 255],
	[255, 0, 255],
	[0, 255, 255],
	[255, 255, 255],
];

/** A colour of xterm's 256: the sixteen, a cube of 6 × 6 × 6, and 24 greys. */
function paletteColor(index: number): Rgb {
	const known = standard[index];
	if (known !== undefined) {
		return known;
	}

	if (index >= 232) {
		const grey = 8 + 10 * (index - 232);
		return [grey, grey, grey];
	}

	const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
	const cube = index - 16;
	return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

const hex = (text: string): Rgb => [1, 3, 5].map(at => Number.parseInt(text.slice(at, at + 2), 16)) as unknown as Rgb;

/** Relative luminance. Source: WCAG 2.2. */
function luminance(color: Rgb): number {
	const [red = 0, green = 0, blue = 0] = color.map(part => {
		const share = part / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: Rgb, other: Rgb): number {
	const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
	return (light + 0.05) / (dark + 0.05);
}

/** The colours of a text with these SGR parameters on the background of the theme. Dim is half way to the background. */
function colorsOf(style: string, background: Rgb): {readonly text: Rgb; readonly behind: Rgb} {
	const usual: Rgb = luminance(background) > 0.5 ? [0, 0, 0] : [229, 229, 229];
	let [text, behind] = [usual, background];
	const attributes: readonly string[] = style.match(/[34]8;5;\d+|\d+/g) ?? [];
	for (const attribute of attributes) {
		const [, plane, index] = /^([34])8;5;(\d+)$/.exec(attribute) ?? [];
		const code = Number(attribute);
		if (plane !== undefined) {
			const color = paletteColor(Number(index));
			[text, behind] = plane === '3' ? [color, behind] : [text, color];
		} else if (code >= 30 && code <= 37) {
			text = paletteColor(code - 30);
		} else if (code >= 40 && code <= 47) {
			behind = paletteColor(code - 40);
		} else if (code >= 90 && code <= 97) {
			text = paletteColor(code - 90 + 8);
		}
	}

	if (attributes.includes('2')) {
		text = text.map((part, at) => (part + (behind[at] ?? 0)) / 2) as unknown as Rgb;
	}

	return attributes.includes('7') ? {text: behind, behind: text} : {text, behind};
}

const tones: readonly Tone[] = [
	'plain',
	'dim',
	'label',
	'title',
	'accent',
	'ok',
	'warning',
	'critical',
	'critical-bar',
	'warning-bar',
	'selected',
	'key',
];

/** Least contrast of a text, and of what is meant to step back. Source: WCAG 2.2, 1.4.3 and 1.4.11. */
const leastContrast = 4.5;
const leastOfDim = 3;

for (const name of themeNames) {
	const theme = themes[name];
	const background = hex(theme.background);

	test(`${name}: every tone can be read, also under the cursor`, () => {
		for (const tone of tones) {
			for (const isUnderCursor of [false, true]) {
				const {text, behind} = colorsOf(styleOf({...span('x', tone), isUnderCursor}, theme), background);
				const ratio = contrast(text, behind);
				const least = tone === 'dim' && !isUnderCursor ? leastOfDim : leastContrast;
				assert.ok(ratio >= least, `${tone}${isUnderCursor ? ' under the cursor' : ''}: ${ratio.toFixed(2)}`);
			}
		}
	});

	test(`${name}: a severity looks different from plain text and from the other severity, also under the cursor`, () => {
		for (const isUnderCursor of [false, true]) {
			const styles = (['plain', 'warning', 'critical'] as const).map(tone =>
				styleOf({...span('x', tone), isUnderCursor}, theme),
			);
			assert.equal(new Set(styles).size, styles.length, styles.join(' | '));
		}
	});

	test(`${name}: the row under the cursor stands out`, () => {
		assert.notEqual(styleOf({...span('x'), isUnderCursor: true}, theme), styleOf(span('x'), theme));
	});
}

test('soft: titles, keys and the selected row can be read on a light background as well', () => {
	const white: Rgb = [255, 255, 255];
	const ratio = (style: string) => {
		const {text, behind} = colorsOf(style, white);
		return contrast(text, behind);
	};
	assert.ok(ratio(styleOf(span('x', 'title'), themes.soft)) >= leastContrast);
	assert.ok(ratio(styleOf(span('x', 'selected'), themes.soft)) >= leastContrast);
	for (const tone of tones) {
		assert.ok(ratio(styleOf({...span('x', tone), isUnderCursor: true}, themes.soft)) >= leastContrast, tone);
	}

	assert.ok(ratio(styleOf(span('x', 'key'), themes.soft)) >= 2, 'key');
});

test('block characters are never inverse, because a full meter would look empty and large letters like holes', () => {
	for (const name of ['high-contrast', 'mono'] as const) {
		for (const text of ['███', ' ▀▄█ █', '▁▂▇', ' 90% ┈┈┈']) {
			assert.doesNotMatch(styleOf(span(text, 'critical'), themes[name]), /(?:^|;)7(?:;|$)/, `${name}: ${text}`);
		}

		for (const text of ['109% !!', '   ']) {
			assert.match(styleOf(span(text, 'critical'), themes[name]), /(?:^|;)7(?:;|$)/, `${name}: ${text}`);
		}
	}
});

test('mono has no colour', () => {
	const paint = paintWith('mono');
	const spans = tones.map((tone): Span => span('x', tone));
	assert.doesNotMatch(paint(spans), /\u{1B}\[(?:\d+;)*(?:3\d|4\d|9\d)/u);
});

test('each span ends its style', () => {
	for (const name of themeNames) {
		assert.match(paintWith(name)([span('a', 'critical'), span('b')]), /a\u{1B}\[0mb$/u);
	}
});

import {cellWidth} from '../../source/text/cell-width.js';

/** The colours of a terminal: of text, of its background, and the sixteen standard colours. */
export type Palette = {
	readonly foreground: string;
	readonly background: string;
	readonly standard: readonly string[];
};

export const darkPalette: Palette = {
	foreground: '#d0d4dc',
	background: '#14161b',
	standard: [
		'#2a2e37',
		'#e5534b',
		'#57ab5a',
		'#c69026',
		'#539bf5',
		'#b083f0',
		'#39c5cf',
		'#adbac7',
		'#6b7380',
		'#ff7b72',
		'#7ee787',
		'#e3b341',
		'#79c0ff',
		'#d2a8ff',
		'#76e3ea',
		'#f0f3f6',
	],
};

export const lightPalette: Palette = {
	foreground: '#1f2328',
	background: '#ffffff',
	standard: [
		'#24292f',
		'#cf222e',
		'#116329',
		'#7d4e00',
		'#0550ae',
		'#8250df',
		'#1b7c83',
		'#57606a',
		'#6e7781',
		'#a40e26',
		'#1a7f37',
		'#633c01',
		'#0969da',
		'#a475f9',
		'#3192aa',
		'#8c959f',
	],
};

/** Size of a cell, in pixels. */
const cell = {width: 8, height: 17, baseline: 13};

/** Cells of a text element. Viewers differ in how they spread a long text over its width. */
const longestStretch = 16;

type Look = {readonly fill: string; readonly back: string; readonly isBold: boolean; readonly isDim: boolean};

/** A screen as the emulator gives it, row by row and cell by cell. */
export type ScreenCells = ReadonlyArray<readonly string[]>;

/** A picture of one screen. A screen reader says the title. */
export function screenSvg(cells: ScreenCells, palette: Palette, title: string): string {
	return document(cells, palette, title, screenBody(cells, palette));
}

/** A moving picture: each screen is shown for so many seconds, over and over. */
export function movingSvg(
	screens: readonly ScreenCells[],
	secondsEach: number,
	palette: Palette,
	title: string,
): string {
	const [first = []] = screens;
	const total = screens.length * secondsEach;
	const share = 100 / screens.length;
	const style = `<style>@keyframes turn{0%{visibility:visible}${share}%{visibility:hidden}}
.screen{visibility:hidden;animation:turn ${total}s step-end infinite}</style>`;
	const frames = screens.map(
		(cells, index) =>
			`<g class="screen" style="animation-delay:${index * secondsEach}s">${screenBody(cells, palette)}</g>`,
	);
	return document(first, palette, title, `${style}\n${frames.join('\n')}`);
}

function document(cells: ScreenCells, palette: Palette, title: string, body: string): string {
	const width = (cells[0]?.length ?? 0) * cell.width + 24;
	const height = cells.length * cell.height + 24;
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${palette.background}"/>
<g transform="translate(12 12)" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="13" xml:space="preserve">
${body}
</g>
</svg>
`;
}

const screenBody = (cells: ScreenCells, palette: Palette): string =>
	cells.map((row, index) => rowBody(row, index, palette)).join('\n');

/** The row's backgrounds and its text, one element for each stretch of cells that look the same. */
function rowBody(row: readonly string[], index: number, palette: Palette): string {
	const parts: string[] = [];
	for (let start = 0; start < row.length; ) {
		const look = lookOf(row[start] ?? ' ', palette);
		let end = start + 1;
		while (end < row.length && end - start < longestStretch && isSame(lookOf(row[end] ?? ' ', palette), look)) {
			end++;
		}

		const text = row.slice(start, end).map(textOf).join('');
		const x = start * cell.width;
		const width = (end - start) * cell.width;
		if (look.back !== palette.background) {
			const y = index * cell.height;
			parts.push(`<rect x="${x}" y="${y}" width="${width}" height="${cell.height}" fill="${look.back}"/>`);
		}

		if (text.trim() !== '') {
			// Blanks at the ends are left out, because viewers disagree about their width.
			const shown = text.trim();
			const left = x + (text.length - text.trimStart().length) * cell.width;
			const wide = cellWidth(shown) * cell.width;
			const style = `${look.isBold ? ' font-weight="bold"' : ''}${look.isDim ? ' opacity="0.6"' : ''}`;
			const y = index * cell.height + cell.baseline;
			// The width is fixed, because fonts differ in the width of line and block characters.
			parts.push(
				`<text x="${left}" y="${y}" textLength="${wide}" fill="${look.fill}"${style}>${escaped(shown)}</text>`,
			);
		}

		start = end;
	}

	return parts.join('');
}

const isSame = (one: Look, other: Look): boolean =>
	one.fill === other.fill && one.back === other.back && one.isBold === other.isBold && one.isDim === other.isDim;

/** The character of a cell, without its style; empty for the second half of a wide character. */
const textOf = (look: string): string => (look.startsWith(' ') ? ' ' : (look.split(' ')[0] ?? ''));

function lookOf(look: string, palette: Palette): Look {
	const marks = look.startsWith(' ') ? look.slice(2).split(' ') : look.split(' ').slice(1);
	const on = marks.indexOf('on');
	const back = on < 0 ? palette.background : colourOf(marks[on + 1], palette, palette.background);
	const ink = marks.find((mark, index) => mark.includes(':') && (on < 0 || index !== on + 1));
	const fill = ink === undefined ? palette.foreground : colourOf(ink, palette, palette.foreground);
	const isInverse = marks.includes('inverse');
	return {
		fill: isInverse ? back : fill,
		back: isInverse ? fill : back,
		isBold: marks.includes('bold'),
		isDim: marks.includes('dim'),
	};
}

/** Bits of xterm's colour modes: one of the sixteen standard colours, one of 256, or red, green and blue. */
const modes = {standard: 0x1000000, palette: 0x2000000, rgb: 0x3000000};

function colourOf(text: string | undefined, palette: Palette, otherwise: string): string {
	const [mode = 0, value = 0] = (text ?? '').split(':').map(Number);
	if (mode === modes.rgb) {
		return `#${value.toString(16).padStart(6, '0')}`;
	}

	if (mode !== modes.standard && mode !== modes.palette) {
		return otherwise;
	}

	return palette.standard[value] ?? indexedColour(value);
}

/** The colours 16 to 255 of a terminal: a cube of 6 × 6 × 6, then 24 greys. Source: xterm's 256colres.pl. */
function indexedColour(value: number): string {
	const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
	const cube = value - 16;
	const parts =
		value >= 232
			? [8 + 10 * (value - 232), 8 + 10 * (value - 232), 8 + 10 * (value - 232)]
			: [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
	return `#${parts.map(part => part.toString(16).padStart(2, '0')).join('')}`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

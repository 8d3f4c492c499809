import type {Glyphs} from './glyphs.js';

/** Pixels of each letter: five rows of three pixels, or of five pixels for M and W. `#` is a set pixel. */
const letters: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
	`
0 ### #.# #.# #.# ###|1 .#. ##. .#. .#. ###|2 ### ..# ### #.. ###|3 ### ..# .## ..# ###|4 #.# #.# ### ..# ..#
5 ### #.. ### ..# ###|6 ### #.. ### #.# ###|7 ### ..# .#. .#. .#.|8 ### #.# ### #.# ###|9 ### #.# ### ..# ###
A .#. #.# ### #.# #.#|B ##. #.# ##. #.# ##.|C .## #.. #.. #.. .##|D ##. #.# #.# #.# ##.|E ### #.. ##. #.. ###
F ### #.. ##. #.. #..|G .## #.. #.# #.# .##|H #.# #.# ### #.# #.#|I ### .#. .#. .#. ###|J ..# ..# ..# #.# .#.
K #.# #.# ##. #.# #.#|L #.. #.. #.. #.. ###|M #...# ##.## #.#.# #...# #...#|N #..# ##.# #.## #..# #..#
O .#. #.# #.# #.# .#.|P ##. #.# ##. #.. #..|Q .#. #.# #.# .#. ..#|R ##. #.# ##. #.# #.#|S .## #.. .#. ..# ##.
T ### .#. .#. .#. .#.|U #.# #.# #.# #.# ###|V #.# #.# #.# #.# .#.|W #...# #...# #.#.# ##.## #...#|X #.# #.# .#. #.# #.#
Y #.# #.# .#. .#. .#.|Z ### ..# .#. #.. ###|. . . . . #|: . # . # .|, .. .. .. .# #.|- ... ... ### ... ...|% #.# ..# .#. #.. #.#
/ ..# ..# .#. #.. #..|+ ... .#. ### .#. ...|< ..# .#. #.. .#. ..#|> #.. .#. ..# .#. #..|= ... ### ... ### ...|! # # # . #
? ##. ..# .#. ... .#.|( .# #. #. #. .#|) #. .# .# .# #.|' # # . . .|_ ... ... ... ... ###|[ ## #. #. #. ##|] ## .# .# .# ##
`
		.trim()
		.split(/[\n|]/)
		.map(entry => {
			const [letter = '', ...rows] = entry.split(' ');
			return [letter, rows] as const;
		}),
);

const blank: readonly string[] = ['..', '..', '..', '..', '..'];
/** The pixels of a character that the font does not have. */
const unknownLetter: readonly string[] = ['...', '.#.', '###', '.#.', '...'];

/** Pixel rows of a text in capitals, with one pixel between letters. `≤`, `≥` and `µ` become `<`, `>` and `u`. */
function pixelRows(text: string): readonly string[] {
	const shapes = [...text.replaceAll('≤', '<').replaceAll('≥', '>').replaceAll('µ', 'u').toUpperCase()].map(letter =>
		letter === ' ' ? blank : (letters[letter] ?? unknownLetter),
	);
	return Array.from({length: 5}, (_, row) => shapes.map(shape => shape[row] ?? '').join('.'));
}

/** The size of a pixel. `small` is one cell wide and half a cell high; the other sizes are in whole cells. */
export type BigSize = 'small' | {readonly across: number; readonly down: number};

/** Width of a text in cells. */
export function bigWidth(text: string, size: BigSize): number {
	const pixels = pixelRows(text)[0]?.length ?? 0;
	return size === 'small' ? pixels : pixels * size.across;
}

/** Height of a size in lines. ASCII has no half blocks, so the small size needs five lines as well. */
export const bigHeight = (size: BigSize, {isAscii}: Glyphs): number =>
	size === 'small' ? (isAscii ? 5 : 3) : 5 * size.down;

/** A text in large letters, as one string for each line. */
export function bigText(text: string, size: BigSize, {isAscii}: Glyphs): string[] {
	const rows = pixelRows(text);
	if (size !== 'small' || isAscii) {
		const [set, unset] = isAscii ? ['#', ' '] : ['█', ' '];
		const {across, down} = size === 'small' ? {across: 1, down: 1} : size;
		return rows.flatMap(row => {
			const drawn = [...row].map(pixel => (pixel === '#' ? set : unset).repeat(across)).join('');
			return Array.from({length: down}, () => drawn);
		});
	}

	return [0, 2, 4].map(top => {
		const lower = rows[top + 1] ?? '';
		return [...(rows[top] ?? '')].map((upper, column) => halfBlock(upper === '#', lower[column] === '#')).join('');
	});
}

function halfBlock(isUpper: boolean, isLower: boolean): string {
	if (isUpper) {
		return isLower ? '█' : '▀';
	}

	return isLower ? '▄' : ' ';
}

/** A text broken into at most `lines` lines of at most `width` cells in large letters; `..` stands for omitted text. */
export function bigLines(text: string, size: BigSize, width: number, lines: number): string[] {
	const found: string[] = [];
	let current = '';
	for (const word of text.split(' ')) {
		const longer = current === '' ? word : `${current} ${word}`;
		if (current !== '' && bigWidth(longer, size) > width) {
			found.push(current);
			current = word;
		} else {
			current = longer;
		}
	}

	found.push(current);
	const kept = found.slice(0, lines);
	return kept.map((line, index) => {
		const isCut = index === lines - 1 && found.length > lines;
		return cutBig(isCut ? `${line}..` : line, size, width);
	});
}

function cutBig(line: string, size: BigSize, width: number): string {
	let shown = line;
	while (shown !== '' && bigWidth(shown, size) > width) {
		shown = shown.endsWith('..') ? `${shown.slice(0, -3)}..` : `${shown.slice(0, -1)}..`;
		if (shown === '..') {
			return bigWidth(shown, size) > width ? '' : shown;
		}
	}

	return shown;
}

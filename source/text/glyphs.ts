/** The characters of frames, meters, sparklines and trees. A character has the same width in every set. */
export type Glyphs = {
	readonly isAscii: boolean;
	/** The characters that fill the area of a chart: braille dots, or the eighth blocks that are also in `spark`. */
	readonly plot: 'braille' | 'blocks';
	readonly horizontal: string;
	readonly vertical: string;
	readonly topLeft: string;
	readonly topRight: string;
	readonly bottomLeft: string;
	readonly bottomRight: string;
	/** The glyphs of a sparkline, lowest to highest; a blank stands for a gap. */
	readonly spark: readonly string[];
	readonly meterFull: string;
	readonly meterEmpty: string;
	/** The mark of cut text; one cell. */
	readonly ellipsis: string;
	readonly branch: string;
	readonly lastBranch: string;
	readonly up: string;
	readonly down: string;
};

export const unicodeGlyphs: Glyphs = {
	isAscii: false,
	plot: 'braille',
	horizontal: '─',
	vertical: '│',
	topLeft: '┌',
	topRight: '┐',
	bottomLeft: '└',
	bottomRight: '┘',
	spark: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
	meterFull: '█',
	meterEmpty: '░',
	ellipsis: '…',
	branch: '├─',
	lastBranch: '└─',
	up: '↑',
	down: '↓',
};

/** The glyphs for a terminal with a usual font: frames have round corners. */
export const roundedGlyphs: Glyphs = {
	...unicodeGlyphs,
	topLeft: '╭',
	topRight: '╮',
	bottomLeft: '╰',
	bottomRight: '╯',
};

/** The glyphs for a terminal whose font has no braille, such as the Linux console. */
export const blockGlyphs: Glyphs = {...unicodeGlyphs, plot: 'blocks'};

export const asciiGlyphs: Glyphs = {
	isAscii: true,
	plot: 'blocks',
	horizontal: '-',
	vertical: '|',
	topLeft: '+',
	topRight: '+',
	bottomLeft: '+',
	bottomRight: '+',
	spark: ['_', '.', '-', '=', '+', '*', '#', '@'],
	meterFull: '#',
	meterEmpty: '.',
	ellipsis: '~',
	branch: '|-',
	lastBranch: '`-',
	up: '^',
	down: 'v',
};

/** The glyphs of a screen. The font of the Linux console has neither braille nor round corners. */
export const screenGlyphs = (isAscii: boolean, term: string | undefined): Glyphs =>
	isAscii ? asciiGlyphs : term === 'linux' ? blockGlyphs : roundedGlyphs;

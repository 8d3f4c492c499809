/** The characters of frames, meters, sparklines and trees. Both sets have the same widths. */
export type Glyphs = {
	readonly isAscii: boolean;
	readonly horizontal: string;
	readonly vertical: string;
	readonly topLeft: string;
	readonly topRight: string;
	readonly bottomLeft: string;
	readonly bottomRight: string;
	/** Lowest to highest; a blank stands for a gap. */
	readonly spark: readonly string[];
	readonly meterFull: string;
	readonly meterEmpty: string;
	/** Stands for cut text; one cell. */
	readonly ellipsis: string;
	readonly branch: string;
	readonly lastBranch: string;
	readonly up: string;
	readonly down: string;
};

export const unicodeGlyphs: Glyphs = {
	isAscii: false,
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

export const asciiGlyphs: Glyphs = {
	isAscii: true,
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

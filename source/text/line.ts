import type {NodeAddress} from '../domain/node.js';

/**
The meaning of a text; the theme maps it to colours. Meanings must be readable without colours, so a `warning` or
`critical` span always has a glyph or a word as well.
*/
export type Tone =
	| 'plain'
	| 'dim'
	| 'label'
	| 'title'
	| 'border'
	| 'accent'
	| 'ok'
	| 'warning'
	| 'critical'
	| 'selected'
	/** The verdict while something is wrong, as a bar of the whole width. */
	| 'critical-bar'
	| 'warning-bar'
	| 'key';

/**
What a span shows or what a click on it does. The target stays with the span through frames and cards. So neither the
row under a click nor the nodes on the screen have to be found in the drawn text.
*/
export type Target = {
	/** The key of the list row that a click selects. */
	readonly row?: string;
	/** The id of the list column whose title the span is. */
	readonly column?: string;
	/** The id of the panel that a click opens. */
	readonly panel?: string;
	/** The node that the span is about. */
	readonly node?: NodeAddress | undefined;
};

export type Span = {
	readonly text: string;
	readonly tone: Tone;
	readonly target?: Target;
	/** True in the selected row of a list. The theme then adds a background, and the tone stays visible. */
	readonly isUnderCursor?: boolean;
};

/** One line of the screen. Lines are cut, never wrapped. */
export type Line = readonly Span[];

export const span = (text: string, tone: Tone = 'plain'): Span => ({text, tone});

/** A line of one span. */
export const line = (text: string, tone: Tone = 'plain'): Line => [{text, tone}];

/** The line with a target on each span. A field of the target that a span already has is kept. */
export const withTarget = (spans: Line, target: Target): Line =>
	spans.map(each => ({...each, target: {...target, ...each.target}}));

export const blankLine: Line = [];

/** The text of the line without tones. */
export const plainText = (spans: Line): string => spans.map(({text}) => text).join('');

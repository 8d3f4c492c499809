import type {NodeAddress} from '../domain/node.js';

/**
What a piece of text means; the theme says how that looks. Without colour a meaning must still be readable, so a
`warning` or `critical` span always has its own glyph or word in the text.
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
	| 'key';

/**
What a span stands for beside its text. Lines carry it wherever they are composed into, so that a click and the polling need not
read it out of what was drawn.
*/
export type Target = {
	/** The key of the list's row that a click selects. */
	readonly row?: string;
	/** The id of the panel that a click opens. */
	readonly panel?: string;
	/** The node that the span shows something of. */
	readonly node?: NodeAddress | undefined;
};

export type Span = {readonly text: string; readonly tone: Tone; readonly target?: Target};

/** One row of the screen. Its cells' widths are its business: no line is wrapped, only cut. */
export type Line = readonly Span[];

export const span = (text: string, tone: Tone = 'plain'): Span => ({text, tone});

/** A line of one span. */
export const line = (text: string, tone: Tone = 'plain'): Line => [{text, tone}];

/** The line with a target; what a span of it already stands for stays. */
export const withTarget = (spans: Line, target: Target): Line =>
	spans.map(each => ({...each, target: {...target, ...each.target}}));

export const blankLine: Line = [];

/** The line's text without its tones. */
export const plainText = (spans: Line): string => spans.map(({text}) => text).join('');

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

export type Span = {readonly text: string; readonly tone: Tone};

/** One row of the screen. Its cells' widths are its business: no line is wrapped, only cut. */
export type Line = readonly Span[];

export const span = (text: string, tone: Tone = 'plain'): Span => ({text, tone});

/** A line of one span. */
export const line = (text: string, tone: Tone = 'plain'): Line => [{text, tone}];

export const blankLine: Line = [];

/** The line's text without its tones. */
export const plainText = (spans: Line): string => spans.map(({text}) => text).join('');

import {isSingleCelled} from './single-cells.js';

type Grapheme = Pick<Intl.SegmentData, 'segment' | 'index'>;

let segmenter: Intl.Segmenter | undefined;

/** Text of printable ASCII and the escape character, in which every character is one grapheme. */
const ofSingles = /^[\u001B -~]*$/;

/**
Splits text into graphemes. The segmenter is made on first use, because making it takes 10 ms, and nearly every text
does without the segmenter.
*/
export function graphemesOf(text: string): Iterable<Grapheme> {
	if (isSingleCelled(text) || ofSingles.test(text)) {
		return Array.from(text, (segment, index) => ({segment, index}));
	}

	segmenter ??= new Intl.Segmenter('en', {granularity: 'grapheme'});
	return segmenter.segment(text);
}

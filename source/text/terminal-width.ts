import stringWidth, {type Options} from 'string-width';
import {isSingleCelled} from './single-cells.js';

/** SGR sequences, the only escape sequences of our lines. */
const styleSequences = /\u001B\[[\d;]*m/g;

/**
Replaces Ink's `string-width` in the bundle. Escape sequences take no cells, and text of single-celled characters is not
split into graphemes.
*/
export default function terminalWidth(text: string, options?: Options): number {
	const bare = text.includes('\u001B') ? text.replaceAll(styleSequences, '') : text;
	return isSingleCelled(bare) ? bare.length : stringWidth(text, options);
}

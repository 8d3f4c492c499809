import stringWidth, {type Options} from 'string-width';
import {isSingleCelled} from './cell-width.js';

/** Colours and attributes, the only sequences that our own rows carry. */
const styleSequences = /\u001B\[[\d;]*m/g;

/**
`string-width` for Ink, which the bundle points here: escape sequences take no cells, and text of single-celled
characters is not taken apart.
*/
export default function terminalWidth(text: string, options?: Options): number {
	const bare = text.includes('\u001B') ? text.replaceAll(styleSequences, '') : text;
	return isSingleCelled(bare) ? bare.length : stringWidth(text, options);
}

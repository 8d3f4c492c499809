import stringWidth from 'string-width';
import {isSingleCelled} from './single-cells.js';

/** Width of the text in terminal cells: 2 for wide characters, 0 for combining ones. Escape sequences count as text. */
export function cellWidth(text: string): number {
	return isSingleCelled(text) ? text.length : stringWidth(text, {countAnsiEscapeCodes: true});
}

import type {Keyboard} from '../../keys/keyboard.js';
import {wrapWords} from '../../text/wrap-words.js';

/**
The help as label and value pairs, the descriptions wrapped to `valueWidth` characters.

@param search Only the keys with each of its words, whatever their case; all for an empty one.
*/
export function helpFacts({bindings}: Keyboard, valueWidth: number, search = ''): Array<readonly [string, string]> {
	const words = search.toLowerCase().split(' ').filter(Boolean);
	return bindings
		.filter(({shown, description}) => {
			const text = `${shown} ${description}`.toLowerCase();
			return words.every(word => text.includes(word));
		})
		.flatMap(({shown, description}) =>
			wrapWords(description, Math.max(10, valueWidth)).map((text, index) => [index === 0 ? shown : '', text] as const),
		);
}

import {bindings} from '../keys/bindings.js';
import {wrapWords} from '../text/wrap-words.js';

/** The help as label and value pairs, the descriptions wrapped to `valueWidth` characters. */
export function helpFacts(valueWidth: number): Array<readonly [string, string]> {
	return bindings.flatMap(({shown, description}) =>
		wrapWords(description, Math.max(10, valueWidth)).map((text, index) => [index === 0 ? shown : '', text] as const),
	);
}

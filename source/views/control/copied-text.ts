import type {Keyboard} from '../../keys/keyboard.js';
import {plainText} from '../../text/line.js';
import type {Panel, PanelInput} from '../panel.js';

/** A panel as plain text, drawn as on a screen of `columns` by `rows` cells. */
export function panelText(
	panel: Panel,
	input: PanelInput,
	{columns, rows}: {readonly columns: number; readonly rows: number},
): string {
	const lines = panel.draw(input, {width: columns, height: Math.max(1, rows - 3)});
	return lines.map(spans => plainText(spans).trimEnd()).join('\n');
}

/** The details of a list row, as lines `label: value`. Undefined when the row has left the list or has no details. */
export const rowText = (panel: Panel, input: PanelInput, rowKey: string): string | undefined =>
	panel
		.details?.(input, rowKey)
		?.map(([label, value]) => `${label}: ${value}`)
		.join('\n');

export type CopiedThing = 'row' | 'panel';

/** The notice that is shown after a copy. `text` is undefined when there was nothing to copy. */
export function copyNotice(
	what: CopiedThing,
	text: string | undefined,
	isTooLong: boolean,
	keyboard: Keyboard,
): string {
	if (text === undefined) {
		return 'there is no row to copy';
	}

	if (isTooLong) {
		return `too long for the clipboard: ${keyboard.shown('dump')} writes it to a file`;
	}

	return `${what} copied (${text.length} characters)`;
}

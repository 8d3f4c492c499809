import type {Dialog, DialogKey} from './dialog-state.js';

/**
Largest number of characters in one read that count as typed by hand. A busy machine may deliver a few keys in one read.
A paste delivers all its characters in one read.
*/
export const typedTogether = 4;

/** The phrase that the dialog's field wants, or `any` for free text; undefined while there is no field to type into. */
export function fieldOf(dialog: Dialog): string | undefined {
	switch (dialog.kind) {
		case 'unlock':
			return dialog.name;
		case 'confirm':
			return dialog.armedAtMs === undefined ? dialog.phrases[dialog.phraseIndex] : undefined;
		case 'form':
			return 'any';
		default:
			return undefined;
	}
}

/** The text of a field after a key was pressed. */
export function retype(typed: string, key: DialogKey): string {
	if (key.kind === 'character') {
		return typed + key.text;
	}

	return key.kind === 'named' && key.name === 'backspace' ? [...typed].slice(0, -1).join('') : typed;
}

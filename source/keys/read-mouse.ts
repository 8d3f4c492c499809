/** What the mouse did. Columns and rows are cells, counted from 0. */
export type MouseAction =
	| {readonly kind: 'wheel'; readonly by: 1 | -1}
	| {readonly kind: 'click'; readonly column: number; readonly row: number}
	/** A release, a drag or another button, which have no effect. */
	| {readonly kind: 'other'};

/**
Reads a report of xterm's mouse mode 1006, without its escape character.
Source: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "Extended coordinates".
*/
export function readMouse(input: string): MouseAction {
	const [, button = '', column = '', row = '', ending] = /^\[<(\d+);(\d+);(\d+)([Mm])$/.exec(input) ?? [];
	const code = Number(button);
	if (code === 64 || code === 65) {
		return {kind: 'wheel', by: code === 64 ? -1 : 1};
	}

	// Shift, Alt and Control add 4, 8 and 16. Clicks with them belong to the terminal, for example to select text.
	return code === 0 && ending === 'M'
		? {kind: 'click', column: Math.max(0, Number(column) - 1), row: Math.max(0, Number(row) - 1)}
		: {kind: 'other'};
}

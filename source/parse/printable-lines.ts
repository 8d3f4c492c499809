import {sanitize} from '../text/sanitize.js';

/** Anything but printable ASCII and line ends. A carriage return counts as a line end only before a line feed. */
const needsEscapes = /[^ -~\r\n]|\r(?!\n)/;

/**
A reply of many lines with every line made printable, still separated by `\n` or `\r\n`.

Nearly every reply is plain ASCII, so that is tested first, for all of it at once: an INFO reply of 6 KB then costs one
scan. Escapes contain none of the separators that replies use (`:`, `=`, `,`, space), so lines can be split afterwards.
*/
export function printableLines(reply: string): string {
	if (!needsEscapes.test(reply)) {
		return reply;
	}

	return reply
		.split('\n')
		.map(line => sanitize(line.endsWith('\r') ? line.slice(0, -1) : line))
		.join('\n');
}

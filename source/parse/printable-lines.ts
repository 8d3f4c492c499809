import {sanitize} from '../text/sanitize.js';

/**
Matches any character except printable ASCII and line ends. A carriage return is a line end only before a line feed.
*/
const needsEscapes = /[^ -~\r\n]|\r(?!\n)/;

/**
Makes every line of a reply printable. The lines stay separated by `\n` or `\r\n`.

Nearly every reply is plain ASCII (INFO: 6 KB), so one scan tests the whole reply first. Escapes contain none of the
separators of replies (`:`, `=`, `,`, space). Lines can therefore be split afterwards.
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

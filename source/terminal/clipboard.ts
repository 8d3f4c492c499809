import process from 'node:process';

/**
Longest base64 text in one OSC 52 sequence, in characters. Terminals accept about 75 KB, and k9s has the same limit.
*/
const longestPayload = 74_994;

/**
The sequence that copies a text to the terminal's clipboard (OSC 52). Inside tmux, the sequence is wrapped in tmux's
passthrough sequence, with doubled escape characters. Undefined when the text is too long.
*/
export function clipboardSequence(
	text: string,
	environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
	const payload = Buffer.from(text, 'utf8').toString('base64');
	if (payload.length > longestPayload) {
		return undefined;
	}

	const sequence = `\u001B]52;c;${payload}\u0007`;
	return environment.TMUX === undefined
		? sequence
		: `\u001BPtmux;${sequence.replaceAll('\u001B', '\u001B\u001B')}\u001B\\`;
}

/** Copies a text to the terminal's clipboard. Returns false when the text is longer than terminals take. */
export function copyToClipboard(text: string): boolean {
	const sequence = clipboardSequence(text, process.env);
	if (sequence !== undefined) {
		process.stdout.write(sequence);
	}

	return sequence !== undefined;
}

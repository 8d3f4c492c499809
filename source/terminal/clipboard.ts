/** Terminals take about 75 KB of base64 in one OSC 52; k9s caps at 74,994 characters. */
const longestPayload = 74_994;

/**
The sequence that puts text into the clipboard of the terminal (OSC 52), also through tmux, which wants it wrapped and
its escapes doubled. Undefined when the text is too long to be carried.
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

/** The part of stdin that is read. */
export type ReadableInput = {read(size?: number): unknown};

/** Of xterm's mouse mode 1006. */
const report = /\u001B(\[<\d+;\d+;\d+[Mm])/g;

/** What stands between the marks of a paste is text, whatever it looks like; a paste may go on in the next chunk. */
const pasted = /\u001B\[200~[\s\S]*?(?:\u001B\[201~|$)/g;

/**
Hands over the terminal's mouse reports, without their escape character, as they are read by whoever reads: Ink, which
drops them, and has no other way to get at them. Returns what ends it.
*/
export function watchMouseReports(input: ReadableInput, onReport: (report: string) => void): () => void {
	const {read} = input;
	input.read = size => {
		const chunk = read.call(input, size);
		if (typeof chunk === 'string' && chunk.includes('\u001B[<')) {
			for (const [, text = ''] of chunk.replace(pasted, '').matchAll(report)) {
				onReport(text);
			}
		}

		return chunk;
	};

	return () => {
		input.read = read;
	};
}

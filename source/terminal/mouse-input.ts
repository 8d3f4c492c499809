/** The part of stdin that is needed to read mouse reports. */
export type ReadableInput = {read(size?: number): unknown};

/** A mouse report of xterm's mouse mode 1006. */
const report = /\u001B(\[<\d+;\d+;\d+[Mm])/g;

/** The text of a bracketed paste, which never is a report. It may continue in the next chunk. */
const pasted = /\u001B\[200~[\s\S]*?(?:\u001B\[201~|$)/g;

/**
Calls `onReport` with each mouse report, without its escape character. The function wraps `input.read`, because Ink
reads stdin and drops mouse reports. Returns a function that restores `input.read`.
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

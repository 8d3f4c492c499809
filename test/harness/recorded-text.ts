import {readFileSync} from 'node:fs';
import {RecordingFile} from '../../source/record/recording-file.js';

/** The whole content of a recording as one text: its first line, and everything that is compressed in the file. */
export function recordedText(path: string): string {
	const bytes = readFileSync(path);
	const file = new RecordingFile(path);
	try {
		// A block decodes its entries only when they are read, so they are read here.
		const blocks = file.blocks.map((_, index) => {
			const block = file.block(index);
			return {state: block?.state, entries: block?.entries};
		});
		const plain = (_: string, value: unknown) =>
			value instanceof Map ? [...value] : value instanceof Error ? value.message : value;
		return [bytes.toString('latin1'), JSON.stringify([blocks, file.changes()], plain)].join('\n');
	} finally {
		file.close();
	}
}

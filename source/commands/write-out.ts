import process from 'node:process';

/**
Writes a text to stdout. Resolves when the reader has taken the text, so that a slow pipe slows redis-top and doesn't
fill its memory.
*/
export async function writeOut(text: string): Promise<void> {
	await new Promise<void>(resolve => {
		process.stdout.write(text, () => resolve());
	});
}

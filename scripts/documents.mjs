// Writes the manual page and the shells' completions, from the program's tables of commands, flags and keys.
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {bundle} from './bundle.mjs';

/** The path of the completions of each shell. Packages install a file under the name that the shell looks for. */
export const completionFiles = {bash: 'redis-top.bash', zsh: '_redis-top', fish: 'redis-top.fish'};

/** Writes `redis-top.1` and `completions/` into a folder. */
export async function writeDocuments(folder, version) {
	const work = mkdtempSync(path.join('node_modules', '.documents-'));
	try {
		await bundle({entryPoints: ['source/arguments/man-page.ts', 'source/arguments/completion.ts'], outdir: work});
		const {manPage} = await import(path.resolve(work, 'man-page.js'));
		const {completionScript} = await import(path.resolve(work, 'completion.js'));
		mkdirSync(path.join(folder, 'completions'), {recursive: true});
		writeFileSync(path.join(folder, 'redis-top.1'), manPage(version));
		for (const [shell, file] of Object.entries(completionFiles)) {
			writeFileSync(path.join(folder, 'completions', file), `${completionScript(shell)}\n`);
		}
	} finally {
		rmSync(work, {recursive: true, force: true});
	}
}

// The manual page and the shells' completions, made of the program's own tables of commands, flags and keys.
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {bundle} from './bundle.mjs';

/** Where each shell's packages put such a file, by the name that the shell wants it to have. */
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

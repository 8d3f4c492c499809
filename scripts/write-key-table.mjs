// Writes the table of keys into the README, between its marks.
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {bundle} from './bundle.mjs';

process.chdir(path.resolve(import.meta.dirname, '..'));
const outdir = mkdtempSync(path.join('node_modules', '.keys-'));
try {
	await bundle({entryPoints: ['source/keys/key-table.ts'], outdir});
	const {keyTableMarkdown} = await import(path.resolve(outdir, 'key-table.js'));
	const readme = readFileSync('README.md', 'utf8');
	const table = `<!-- keys -->\n${keyTableMarkdown()}\n<!-- /keys -->`;
	writeFileSync('README.md', readme.replace(/<!-- keys -->[\s\S]*<!-- \/keys -->/, table));
} finally {
	rmSync(outdir, {recursive: true, force: true});
}

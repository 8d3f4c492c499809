// Builds dist/: the program as it is shipped, its manual page and its completions.
import {chmodSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {bundleProgram} from './bundle.mjs';
import {writeDocuments} from './documents.mjs';

process.chdir(path.resolve(import.meta.dirname, '..'));
const {version} = JSON.parse(readFileSync('package.json', 'utf8'));
rmSync('dist', {recursive: true, force: true});
await bundleProgram({outdir: 'dist', version});
await writeDocuments('dist', version);
chmodSync('dist/cli.cjs', 0o755);

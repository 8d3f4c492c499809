// Stages incidents on real servers, and writes pictures of the screens to docs/pictures/.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {bundle} from './bundle.mjs';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);

// The folder is inside the project, so that packages which are not bundled are found in its node_modules.
const outdir = mkdtempSync(path.join(root, 'node_modules', '.pictures-'));
try {
	await bundle({
		entryPoints: ['test/pictures/pictures.ts'],
		outdir,
		external: ['@lydell/node-pty', 'esbuild', 'typescript'],
	});
	const {status} = spawnSync(process.execPath, [path.join(outdir, 'pictures.js'), ...process.argv.slice(2)], {
		stdio: 'inherit',
	});
	process.exitCode = status ?? 1;
} finally {
	rmSync(outdir, {recursive: true, force: true});
}

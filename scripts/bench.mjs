// Measures the program against its budgets and compares it with similar programs. Usage: `bench.mjs [PART…] [--quick]
// [--only PART,…] [--program FILE]`. The parts are startup, footprint, bytes, neighbours (htop, btop, top), cost and
// scale. The measuring neither passes nor fails: a figure over its budget is marked.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {bundle} from './bundle.mjs';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);

// The folder is inside the project, so that packages which are not bundled are found in its node_modules.
const outdir = mkdtempSync(path.join(root, 'node_modules', '.bench-'));
try {
	await bundle({
		entryPoints: ['test/bench/bench.ts'],
		outdir,
		external: ['@lydell/node-pty', 'esbuild', 'typescript'],
	});
	// An interrupt goes to the whole foreground process group. This process waits until the child has ended, and then
	// removes its folder.
	process.on('SIGINT', () => {});
	const {status} = spawnSync(process.execPath, [path.join(outdir, 'bench.js'), ...process.argv.slice(2)], {
		stdio: 'inherit',
	});
	process.exitCode = status ?? 1;
} finally {
	rmSync(outdir, {recursive: true, force: true});
}

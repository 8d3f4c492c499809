// Measures the program against its budgets and against its neighbours. `bench.mjs [PART…] [--quick] [--only PART,…] [--program FILE]`;
// the parts are startup, footprint, bytes, neighbours (htop, btop, top), cost and scale. Nothing here passes or fails: a figure over its budget is marked.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {bundle} from './bundle.mjs';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);

// Inside the project, so that what is not bundled is found in its node_modules.
const outdir = mkdtempSync(path.join(root, 'node_modules', '.bench-'));
try {
	await bundle({
		entryPoints: ['test/bench/bench.ts'],
		outdir,
		external: ['@lydell/node-pty', 'esbuild', 'typescript'],
	});
	// An interrupt goes to the whole foreground group: this process waits for the other and then cleans up.
	process.on('SIGINT', () => {});
	const {status} = spawnSync(process.execPath, [path.join(outdir, 'bench.js'), ...process.argv.slice(2)], {
		stdio: 'inherit',
	});
	process.exitCode = status ?? 1;
} finally {
	rmSync(outdir, {recursive: true, force: true});
}

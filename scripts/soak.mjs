// Lets the monitor run for accelerated hours and shows what it holds on to: `soak.mjs [--hours N] [--minutes N]`, 24 accelerated
// hours or as many as fit into 10 minutes by default. Ends with 1 when something grows.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {bundle} from './bundle.mjs';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);

// Inside the project, so that what is not bundled is found in its node_modules.
const outdir = mkdtempSync(path.join(root, 'node_modules', '.soak-'));
try {
	await bundle({entryPoints: ['test/soak/soak.ts'], outdir, external: ['@lydell/node-pty', 'esbuild', 'typescript']});
	// An interrupt goes to the whole foreground group: this process waits for the other and then cleans up.
	process.on('SIGINT', () => {});
	const {status} = spawnSync(process.execPath, [path.join(outdir, 'soak.js'), ...process.argv.slice(2)], {
		stdio: 'inherit',
		env: {...process.env, NODE_ENV: 'production'},
	});
	process.exitCode = status ?? 1;
} finally {
	rmSync(outdir, {recursive: true, force: true});
}

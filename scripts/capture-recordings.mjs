// Stages the incidents of test/recordings/incidents.ts on real servers. Keeps a recording of each incident, and the
// findings of this version for it. Usage: `capture-recordings.mjs [--expect]`. With `--expect`, the recordings stay as
// they are, and only the findings are written again.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {bundle} from './bundle.mjs';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);
// The folder is inside the project, so that packages which are not bundled are found in its node_modules.
const outdir = mkdtempSync(path.join(root, 'node_modules', '.capture-'));
try {
	await bundle({entryPoints: ['test/recordings/capture.ts'], outdir, external: ['esbuild', 'typescript']});
	const {status} = spawnSync(process.execPath, [path.join(outdir, 'capture.js'), ...process.argv.slice(2)], {
		stdio: 'inherit',
	});
	process.exitCode = status ?? 1;
} finally {
	rmSync(outdir, {recursive: true, force: true});
}

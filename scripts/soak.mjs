// Runs the monitor for many accelerated hours and shows what grows. Exits with 1 when something grows.
// `--planned` does planned work on a real cluster instead. It exits with 1 when `watch` finds anything above severity
// info. `--outside` lets Prometheus, Alertmanager, webhook and Grafana fail in every way. It exits with 1 when something
// grows, or does not work again at the end. `--help` prints all flags.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {bundle} from './bundle.mjs';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);

// The folder is inside the project, so that packages which are not bundled are found in its node_modules.
const outdir = mkdtempSync(path.join(root, 'node_modules', '.soak-'));
try {
	const parts = {'--planned': 'planned-work', '--outside': 'outside'};
	const part = Object.entries(parts).find(([flag]) => process.argv.includes(flag))?.[1] ?? 'soak';
	const external = ['@lydell/node-pty', 'esbuild', 'typescript'];
	const threads = 'thread-times-worker';
	await bundle({
		entryPoints: {[part]: `test/soak/${part}.ts`, [threads]: `test/soak/planned/${threads}.ts`},
		outdir,
		external,
	});
	// An interrupt goes to the whole foreground process group. This process waits until the child has ended, and then
	// removes its folder.
	process.on('SIGINT', () => {});
	const {status} = spawnSync(process.execPath, [path.join(outdir, `${part}.js`), ...process.argv.slice(2)], {
		stdio: 'inherit',
		env: {...process.env, NODE_ENV: 'production'},
	});
	process.exitCode = status ?? 1;
} finally {
	rmSync(outdir, {recursive: true, force: true});
}

// Bundles the tests with the program's own settings and runs them: `test.mjs [FILE…]`, all of test/ without one.
// With `--standalone` the end-to-end tests, on the standalone executable.
import {spawnSync} from 'node:child_process';
import {globSync, mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {bundle} from './bundle.mjs';
import {ensureServer, fetchServer, servers} from './fetch-servers.mjs';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);

const files = process.argv.slice(2).filter(argument => !argument.startsWith('-'));
const isStandalone = process.argv.includes('--standalone');
const options = process.argv.slice(2).filter(argument => argument.startsWith('-') && argument !== '--standalone');
const pattern = isStandalone ? 'test/e2e/*.test.ts' : 'test/**/*.test.{ts,tsx}';
const entryPoints = files.length > 0 ? files : globSync(pattern).sort();

await provideServers();

// Inside the project, so that what is not bundled is found in its node_modules.
const outdir = mkdtempSync(path.join(root, 'node_modules', '.test-'));
try {
	await bundle({
		entryPoints,
		outdir,
		external: ['@lydell/node-pty', 'esbuild', 'typescript'],
	});
	const environment = {...process.env, TZ: 'UTC', ...(isStandalone && {REDIS_TOP_PROGRAM: await executable(outdir)})};
	const bundled = globSync('**/*.test.js', {cwd: outdir}).map(file => path.join(outdir, file));
	const {status} = spawnSync(
		process.execPath,
		['--test', '--test-concurrency=2', '--enable-source-maps', ...options, ...bundled],
		{stdio: 'inherit', env: environment},
	);
	process.exitCode = status ?? 1;
} finally {
	rmSync(outdir, {recursive: true, force: true});
}

/** With the version that the tests expect of the program. */
async function executable(folder) {
	const {buildStandalone} = await import('./standalone.mjs');
	const {thisPlatform} = await import('./fetch-node.mjs');
	return buildStandalone(thisPlatform, {outdir: folder, version: '0.0.0-test'});
}

/**
One server there must be. A whole run also wants every version that can be had, and says which it does without.
`REDIS_TOP_SERVERS` names a folder that has them already.
*/
async function provideServers() {
	if (process.env.REDIS_TOP_SERVERS) {
		return;
	}

	try {
		await ensureServer();
	} catch (error) {
		process.stderr.write(`${error.message}\n`);
		process.exit(69);
	}

	for (const {name} of files.length > 0 ? [] : servers) {
		await fetchServer(name).catch(error => {
			process.stderr.write(`tested without: ${error.message}\n`);
		});
	}
}

// Bundles the tests with the program's own settings and runs them: `test.mjs [FILE…]`, all of test/ without one.
// With `--standalone` the end-to-end tests, on the standalone executable.
import {spawnSync} from 'node:child_process';
import {globSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
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
	const failed = path.join(outdir, 'failed');
	let status = run(bundled, failed, environment);
	const again = status === 0 ? [] : endToEndAgain(bundled, failed);
	if (again.length > 0) {
		process.stdout.write(`# again, by themselves: ${again.map(file => path.relative(outdir, file)).join(' ')}\n`);
		status = run(again, failed, environment, 1);
	}

	process.exitCode = status;
} finally {
	rmSync(outdir, {recursive: true, force: true});
}

/** Runs bundled tests; the files in which one fails are written to `failed`. Returns the exit code. */
function run(bundled, failed, env, concurrency = 2) {
	const reporter = path.join(root, 'scripts', 'failed-files.mjs');
	const reporters = [
		...[`--test-reporter=${process.stdout.isTTY ? 'spec' : 'tap'}`, '--test-reporter-destination=stdout'],
		...[`--test-reporter=${reporter}`, `--test-reporter-destination=${failed}`],
	];
	const {status} = spawnSync(
		process.execPath,
		['--test', `--test-concurrency=${concurrency}`, '--enable-source-maps', ...reporters, ...options, ...bundled],
		{stdio: 'inherit', env},
	);
	return status ?? 1;
}

/**
Real servers, clusters and terminals share two cores with whatever else runs: what failed end to end in a whole run is run
once more, one file at a time, and that counts. Both runs are printed. Empty where anything else failed too, or so much
that it is no accident.
*/
function endToEndAgain(bundled, failed) {
	const names = readFileSync(failed, 'utf8')
		.split('\n')
		.filter(name => name !== '');
	const isEndToEnd = name => path.basename(path.dirname(name)) === 'e2e';
	if (files.length > 0 || names.length > 3 || !names.every(isEndToEnd)) {
		return [];
	}

	// A failure is placed in the source or in the bundle of it.
	const stems = new Set(names.map(name => path.basename(name).replace(/\.[jt]sx?$/, '')));
	return bundled.filter(file => isEndToEnd(file) && stems.has(path.basename(file, '.js')));
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

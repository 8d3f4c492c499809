// Bundles the tests with the program's own settings and runs them. `test.mjs` describes the arguments.
import {spawnSync} from 'node:child_process';
import {existsSync, globSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {bundle} from './bundle.mjs';
import {ensureServer, fetchServer, servers} from './fetch-servers.mjs';

/**
Time after which a test file counts as hung and fails, in milliseconds. The slowest file takes two minutes on two idle
cores. Node can end only whole files, not single tests. The unfinished test is named at the end of the run.
*/
const fileDeadlineMs = 15 * 60_000;

/** A test that imports one of these files, directly or through other files, is no unit test. */
const unitTestsDoWithout = [
	// This script starts real servers.
	'scripts/fetch-servers.mjs',
	'test/harness/servers.ts',
	// This file opens a real terminal.
	'test/harness/pty.ts',
	// This script builds the program.
	'scripts/bundle.mjs',
	'test/harness/program.ts',
];

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);

const words = process.argv.slice(2);
const isStandalone = words.includes('--standalone');
const isUnit = words.includes('--unit');
const files = words.filter(word => !word.startsWith('-'));
const options = words.filter(word => word.startsWith('-') && word !== '--standalone' && word !== '--unit');
const pattern = isStandalone ? 'test/e2e/*.test.ts' : 'test/**/*.test.{ts,tsx}';
const entryPoints = files.length > 0 ? files : globSync(pattern).sort();

if (!isUnit) {
	await provideServers();
}

// The folder is inside the project, so that packages which are not bundled are found in its node_modules.
const outdir = mkdtempSync(path.join(root, 'node_modules', '.test-'));
try {
	const {metafile} = await bundle({
		entryPoints,
		outdir,
		external: ['@lydell/node-pty', 'esbuild', 'typescript'],
	});
	// Modules that a test imports only while it runs are entry points of the bundle too.
	const bundled = Object.entries(metafile.outputs).filter(
		([file, {entryPoint}]) => entryPoint !== undefined && file.endsWith('.test.js'),
	);
	const sources = new Map(bundled.map(([file, {entryPoint}]) => [path.resolve(file), entryPoint]));
	const tests = [...sources.keys()].filter(file => !isUnit || isUnitTest(metafile, sources.get(file))).sort();
	// If it got no file, Node's test runner would search for test files by itself.
	if (tests.length === 0) {
		throw new Error(`no ${isUnit ? 'unit ' : ''}test to run`);
	}

	const environment = {
		...process.env,
		TZ: 'UTC',
		// Processes that the kernel of this machine killed earlier must not become findings in these tests
		// (source/host/oom-kills.ts).
		REDIS_TOP_KERNEL_LOG: '/dev/null',
		...(isStandalone && {REDIS_TOP_PROGRAM: await executable(outdir)}),
	};
	// Unit tests share nothing. All other tests share ports, terminals, and the time that a cluster gives its nodes. They
	// wait more than they compute: two cores run four files at a time.
	const first = run(tests, environment, isUnit ? os.availableParallelism() : 4);
	const again = serverTestsAgain(first, file => isUnitTest(metafile, sources.get(file)));
	if (again.length > 0) {
		process.stdout.write(`# again, by themselves: ${again.map(file => sources.get(file)).join(' ')}\n`);
	}

	const second = again.length > 0 ? run(again, environment, 1) : undefined;
	tell(first, second, again, sources);
	process.exitCode = (second ?? first).status;
} finally {
	rmSync(outdir, {recursive: true, force: true});
}

/** Runs bundled tests. Returns the exit code, and the summary of the run from `test-outcome.mjs`. */
function run(tests, env, concurrency) {
	const reporter = path.join(root, 'scripts', 'test-outcome.mjs');
	const outcome = path.join(outdir, 'outcome');
	const reporters = [
		...[`--test-reporter=${process.stdout.isTTY ? 'spec' : 'tap'}`, '--test-reporter-destination=stdout'],
		...[`--test-reporter=${reporter}`, `--test-reporter-destination=${outcome}`],
	];
	const limits = [`--test-concurrency=${concurrency}`, `--test-timeout=${fileDeadlineMs}`];
	const {status} = spawnSync(
		process.execPath,
		['--test', ...limits, '--enable-source-maps', ...reporters, ...options, ...tests],
		{stdio: 'inherit', env},
	);
	return {status: status ?? 1, ...JSON.parse(readFileSync(outcome, 'utf8'))};
}

/**
The test files to run a second time after a whole run, one file at a time. Only the second result of such a file counts,
and both are printed. In the first run, real servers, clusters and terminals share two busy cores. Empty if a unit test
failed, or if too many files failed for a coincidence.
*/
function serverTestsAgain({failedFiles}, isUnitFile) {
	const isAccident = files.length === 0 && failedFiles.length <= 3 && !failedFiles.some(isUnitFile);
	return isAccident ? failedFiles : [];
}

/**
Prints the last lines of the run: which tests hung or failed, which files passed only on their second try, and how many
tests passed and failed. The end of a log then names what failed in thousands of tests.
*/
function tell(first, second, again, sources) {
	const last = second ?? first;
	const name = ({file, title}) => `${sources.get(file) ?? path.relative(root, file)}: ${title}`;
	const lines = last.unfinished.map(test => `# not finished: ${name(test)}`);
	lines.push(...last.failedTests.map(test => `# failed: ${name(test)}`));
	const flaky = again.filter(file => !last.failedFiles.includes(file));
	if (flaky.length > 0) {
		lines.push(`# passed only on the second try: ${flaky.map(file => sources.get(file)).join(' ')}`);
	}

	const before = Object.entries(second === undefined ? {} : first.passedByFile)
		.filter(([file]) => !again.includes(file))
		.reduce((sum, [, passed]) => sum + passed, 0);
	lines.push(`${before + last.passed} passed, ${last.failed} failed`);
	process.stdout.write(`${lines.join('\n')}\n`);
}

/**
Whether a test needs only its own process. False if it imports a file of `unitTestsDoWithout`, directly or through other
files.
*/
function isUnitTest({inputs}, entryPoint) {
	const missing = unitTestsDoWithout.find(file => !existsSync(file));
	if (missing !== undefined) {
		throw new Error(`${missing} is not there any more: see unitTestsDoWithout`);
	}

	const seen = new Set([entryPoint]);
	for (const file of seen) {
		for (const {path: imported, external} of inputs[file]?.imports ?? []) {
			if (external !== true) {
				seen.add(imported);
			}
		}
	}

	return !unitTestsDoWithout.some(file => seen.has(file));
}

/** Builds the standalone executable with the version that the tests expect. */
async function executable(folder) {
	const {buildStandalone} = await import('./standalone.mjs');
	const {thisPlatform} = await import('./fetch-node.mjs');
	return buildStandalone(thisPlatform, {outdir: folder, version: '0.0.0-test'});
}

/**
Makes sure that there is at least one server to test with. A run of all tests fetches every version that can be fetched,
and names the missing ones. `REDIS_TOP_SERVERS` names a folder that has the servers already.
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

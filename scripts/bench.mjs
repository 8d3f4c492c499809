// Measures the program against its budgets and compares it with similar programs.
//
// The parts are startup, footprint, bytes, neighbours (htop, btop, top), cost, scale, record and fleet. Figures that
// depend on the machine are multiples of what Node, htop or redis-cli take in the same run. A measurement neither
// passes nor fails: a figure over its budget is marked. `compare` builds a commit and measures both programs in turn.
// Every result is appended to bench/results.ndjson.
import {execFileSync, spawnSync} from 'node:child_process';
import {copyFileSync, cpSync, mkdtempSync, rmSync, symlinkSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {bundle} from './bundle.mjs';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);

const [first, commit = '-', ...others] = process.argv.slice(2);
// Without a commit nothing is built: the bench prints its usage.
const isComparison = first === 'compare' && !commit.startsWith('-');
if (isComparison && !isCommit(commit)) {
	console.error(`bench.mjs: there is no commit ${commit}`);
	process.exit(64);
}

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
	const words = isComparison
		? ['--against', builtCommit(commit), '--commit', commit, ...others]
		: process.argv.slice(2);
	const {status} = spawnSync(process.execPath, [path.join(outdir, 'bench.js'), ...words], {stdio: 'inherit'});
	process.exitCode = status ?? 1;
} finally {
	rmSync(outdir, {recursive: true, force: true});
}

function isCommit(name) {
	return spawnSync('git', ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]).status === 0;
}

/**
Builds a commit with the commit's own scripts and the packages that are installed now. Returns the folder of the built
program.
*/
function builtCommit(commit) {
	// The folder is outside of node_modules. Inside, the commit's own files would be taken for files of a package.
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-commit-'));
	const checkout = path.join(folder, 'checkout');
	execFileSync('git', ['worktree', 'add', '--quiet', '--detach', checkout, commit], {stdio: 'inherit'});
	try {
		symlinkSync(path.join(root, 'node_modules'), path.join(checkout, 'node_modules'));
		execFileSync(process.execPath, [path.join(checkout, 'scripts', 'build.mjs')], {cwd: checkout, stdio: 'inherit'});
		const program = path.join(outdir, 'program');
		cpSync(path.join(checkout, 'dist'), program, {recursive: true});
		// The package.json tells Node that the program's files are ES modules.
		copyFileSync(path.join(root, 'package.json'), path.join(program, 'package.json'));
		return program;
	} finally {
		execFileSync('git', ['worktree', 'remove', '--force', checkout]);
		rmSync(folder, {recursive: true, force: true});
	}
}

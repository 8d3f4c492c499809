import {createHash} from 'node:crypto';
import {
	globSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {pathToFileURL} from 'node:url';

type BundleProgram = (options: {readonly outdir: string; readonly version: string}) => Promise<unknown>;

/** The version that the program under test prints. */
export const programVersion = '0.0.0-test';

/** Time after which a built program is removed if no run has used it since, in milliseconds. */
const keptMs = 3_600_000;

let folder: Promise<string> | undefined;

/**
The folder of the program as it is shipped: `cli.cjs` and `demo-keeper.js`, bundled and minified with the product's own
settings. The folder's name is a hash of the sources, so the program is never stale. The first test file that needs the
program builds it.
*/
export function builtProgram(): Promise<string> {
	folder ??= build();
	return folder;
}

async function build(): Promise<string> {
	// The folder is inside the project, so that packages which are not bundled are found in its node_modules.
	const cache = path.resolve('node_modules', '.cache', 'program');
	const built = path.join(cache, sourcesHash());
	if (!exists(built)) {
		mkdirSync(cache, {recursive: true});
		const work = mkdtempSync(path.join(cache, '.'));
		try {
			// The path is computed, because the tests' bundler would otherwise put the bundler itself into the bundle.
			const script = pathToFileURL(path.resolve('scripts', 'bundle.mjs')).href;
			const {bundleProgram} = (await import(script)) as {readonly bundleProgram: BundleProgram};
			await bundleProgram({outdir: work, version: programVersion});
			rename(work, built);
		} finally {
			rmSync(work, {recursive: true, force: true});
		}
	}

	utimesSync(built, new Date(), new Date());
	removeOld(cache);
	return built;
}

function sourcesHash(): string {
	const hash = createHash('sha256');
	for (const file of [...globSync('source/**/*').sort(), ...globSync('scripts/*.mjs').sort(), 'package-lock.json']) {
		if (statSync(file, {throwIfNoEntry: false})?.isFile()) {
			hash.update(`${file}\0`).update(readFileSync(file));
		}
	}

	return hash.digest('hex').slice(0, 16);
}

const exists = (file: string): boolean => statSync(file, {throwIfNoEntry: false}) !== undefined;

/** Renames a folder. If the destination exists, nothing is done: another test file has built the same content. */
function rename(from: string, to: string): void {
	try {
		renameSync(from, to);
	} catch (error) {
		if (!exists(to)) {
			throw error;
		}
	}
}

function removeOld(cache: string): void {
	for (const name of readdirSync(cache)) {
		const file = path.join(cache, name);
		const changedAtMs = statSync(file, {throwIfNoEntry: false})?.mtimeMs ?? Number.POSITIVE_INFINITY;
		if (Date.now() - changedAtMs > keptMs) {
			rmSync(file, {recursive: true, force: true});
		}
	}
}

/**
The command that runs the program: this Node, with the bundle's path as its first argument. `REDIS_TOP_PROGRAM` names an
executable to test instead.
*/
export async function programCommand(): Promise<{readonly file: string; readonly args: readonly string[]}> {
	const executable = process.env.REDIS_TOP_PROGRAM;
	if (executable) {
		return {file: executable, args: []};
	}

	return {file: process.execPath, args: [path.join(await builtProgram(), 'cli.cjs')]};
}

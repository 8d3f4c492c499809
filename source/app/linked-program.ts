import {readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import vm from 'node:vm';

/** The build's description of the linked program: a hash of its scripts, and the script of each chunk. */
export type LinkTable = {
	readonly id: string;
	readonly chunks: Readonly<Record<string, string>>;
};

type Exports = Readonly<Record<string, unknown>>;

/** A chunk into which esbuild split the program, as `scripts/link-program.mjs` writes it into a script. */
type Chunk = {
	/** The names of the chunks that must run before this chunk. */
	readonly needs: readonly string[];
	readonly run: (
		require: NodeJS.Require,
		url: string,
		chunks: Readonly<Record<string, Exports>>,
		load: (name: string) => Promise<Exports>,
	) => Promise<Exports>;
};

type LoadedScript = {
	readonly script: vm.Script;
	readonly chunks: Readonly<Record<string, Chunk>>;
	/** The file of the script's compiled code; undefined if there is no folder for compiled code. */
	readonly compiledFile: string | undefined;
	/** Whether V8 accepted the compiled code of an earlier start. */
	readonly isCompiled: boolean;
};

export type LinkedProgramOptions = {
	readonly table: LinkTable;
	/** The URL of the program's file. The scripts are beside it. */
	readonly url: string;
	/** The folder for compiled code; undefined if compiled code is not kept. */
	readonly folder: string | undefined;
	/**
	The command that runs, such as `check`. Each command has its own compiled code, because each calls other functions.
	*/
	readonly kind: string;
};

/**
Time after the start when the compiled code is written, in milliseconds. The screen is complete by then. `app/heap.ts`
changes V8's flags later: V8 accepts compiled code only under the flags with which it was made.
*/
const keepAfterMs = 3000;

/**
The program in chunks, as `scripts/link-program.mjs` writes it. The compiled code of the functions that a start calls is
kept for the next start, if there is a folder for it.
*/
export class LinkedProgram {
	readonly #options: LinkedProgramOptions;
	readonly #require: NodeJS.Require;
	readonly #scripts = new Map<string, LoadedScript>();
	readonly #loading = new Map<string, Promise<Exports>>();
	readonly #exports: Record<string, Exports> = {};

	constructor(options: LinkedProgramOptions) {
		this.#options = options;
		this.#require = createRequire(options.url);
		const {folder} = options;
		if (folder !== undefined) {
			const keep = () => {
				clearTimeout(timer);
				process.off('exit', keep);
				this.#keepCompiled(folder);
			};

			const timer = setTimeout(keep, keepAfterMs).unref();
			process.on('exit', keep);
		}
	}

	/**
	Runs a chunk unless it has run before. Resolves with the chunk's exports.

	@throws {Error} For a chunk that the program doesn't have.
	*/
	async load(name: string): Promise<Exports> {
		const loading = this.#loading.get(name) ?? this.#run(name);
		this.#loading.set(name, loading);
		return loading;
	}

	async #run(name: string): Promise<Exports> {
		const file = this.#options.table.chunks[name] ?? '';
		const script = this.#scripts.get(file) ?? this.#read(file);
		this.#scripts.set(file, script);
		const chunk = script.chunks[name];
		if (chunk === undefined) {
			throw new Error(`redis-top has no part ${name}`);
		}

		for (const need of chunk.needs) {
			this.#exports[need] ??= await this.load(need);
		}

		return chunk.run(this.#require, this.#options.url, this.#exports, async other => this.load(other));
	}

	#read(name: string): LoadedScript {
		const {url, folder, kind, table} = this.#options;
		const filename = fileURLToPath(new URL(`${name}.js`, url));
		const compiledFile = folder && path.join(folder, `${table.id}-${process.version}-${process.arch}-${kind}-${name}`);
		const cachedData = compiledFile === undefined ? undefined : contentOf(compiledFile);
		// The text has only ASCII characters. Read as UTF-8, it would take twice the time.
		const script = new vm.Script(readFileSync(filename, 'latin1'), {filename, cachedData});
		const isCompiled = cachedData !== undefined && script.cachedDataRejected === false;
		return {script, chunks: script.runInThisContext(), compiledFile, isCompiled};
	}

	/**
	Writes the compiled code of all scripts if one of them had none. Removes the code of other versions of redis-top. All
	scripts are written, because compiled code has only functions that were called. An earlier start may have called
	fewer functions.
	*/
	#keepCompiled(folder: string): void {
		const scripts = [...this.#scripts.values()];
		if (scripts.every(({isCompiled}) => isCompiled)) {
			return;
		}

		try {
			for (const {script, compiledFile = ''} of scripts) {
				const written = `${compiledFile}.${process.pid}`;
				writeFileSync(written, script.createCachedData(), {mode: 0o600});
				renameSync(written, compiledFile);
			}

			for (const other of readdirSync(folder)) {
				if (!other.startsWith(this.#options.table.id)) {
					rmSync(path.join(folder, other), {recursive: true, force: true});
				}
			}
		} catch {
			// The error is ignored: without compiled code the program only starts more slowly.
		}
	}
}

function contentOf(file: string): Buffer | undefined {
	try {
		return readFileSync(file);
	} catch {
		return undefined;
	}
}

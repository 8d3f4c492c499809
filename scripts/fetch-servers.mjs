#!/usr/bin/env node
// Real Redis and Valkey servers, side by side, without root: unpacked from Debian's packages into a cache folder, each
// with its own C library, so that nothing on the system changes.
//
//   fetch-servers.mjs [--one | --all] [NAME…]
//
// Plain Node from 18 on and no packages: it runs before `npm ci` has brought anything.
import {execFile} from 'node:child_process';
import {accessSync, constants, readFileSync, rmSync, statSync} from 'node:fs';
import {chmod, cp, lstat, mkdir, mkdtemp, readdir, readlink, rename, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {promisify} from 'node:util';
import {downloadPackages, packageSource} from './debian-packages.mjs';

const run = promisify(execFile);

/** What can be had: one version of each line, by the release of Debian that carries it. */
export const servers = [
	{name: 'redis-7.0', suite: 'bookworm', program: 'redis-server'},
	{name: 'redis-8.0', suite: 'trixie', program: 'redis-server'},
	{name: 'valkey-8.1', suite: 'trixie', program: 'valkey-server'},
	{name: 'valkey-9.1', suite: 'sid', program: 'valkey-server'},
];

/** Where fetched servers are kept: `$REDIS_TOP_CACHE`, else `redis-top/servers` in the user's cache folder. */
export function cacheFolder() {
	const {REDIS_TOP_CACHE, XDG_CACHE_HOME} = process.env;
	return REDIS_TOP_CACHE || path.join(XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'redis-top', 'servers');
}

/**
A server's program: the one in the cache, else fetched into it. Safe to call from several processes at once.

@param {string} name As in `servers`, `redis-8.0`.
@returns {Promise<string>} The program's path.
@throws {Error} With one line that says what is wrong and what to install instead.
*/
export async function fetchServer(name) {
	const server = servers.find(candidate => candidate.name === name);
	if (server === undefined) {
		throw new Error(`${name} is not one of ${servers.map(({name}) => name).join(', ')}`);
	}

	const destination = path.join(cacheFolder(), name);
	const program = path.join(destination, 'bin', server.program);
	if (isExecutable(program)) {
		return program;
	}

	if (!isDebian()) {
		throw new Error(installHint());
	}

	await mkdir(cacheFolder(), {recursive: true});
	// Beside its destination, so that the last step is a rename: whoever sees the folder sees it complete.
	const work = await mkdtemp(path.join(cacheFolder(), `.${name}-`));
	const removeWork = () => rmSync(work, {recursive: true, force: true});
	process.once('exit', removeWork);
	try {
		process.stderr.write(`fetching ${name} from Debian's packages (${server.suite}) …\n`);
		const packages = await downloadPackages(work, await packageSource(), server);
		const unpacked = path.join(work, 'unpacked');
		for (const file of packages) {
			await run('dpkg-deb', ['--extract', file, unpacked]);
		}

		const tree = path.join(work, 'tree');
		await keepServer(unpacked, tree, server.program);
		await run(path.join(tree, 'bin', server.program), ['--version']);
		await rename(tree, destination).catch(error => {
			// Another process was first.
			if (!isExecutable(program)) {
				throw error;
			}
		});
	} catch (error) {
		throw new Error(`${name} cannot be fetched: ${reasonOf(error)}`, {cause: error});
	} finally {
		process.off('exit', removeWork);
		removeWork();
	}

	return program;
}

/**
Any server to work with: the one on the PATH, else one from the cache, else one fetched into it.

@returns {Promise<string>} The program's path.
@throws {Error} With one line that says what to install.
*/
export async function ensureServer() {
	const onPath = ['redis-server', 'valkey-server'].map(programOnPath).find(program => program !== undefined);
	const cached = servers.map(({name, program}) => path.join(cacheFolder(), name, 'bin', program)).find(isExecutable);
	if (onPath !== undefined || cached !== undefined) {
		return onPath ?? cached;
	}

	// The machine's own release first: its packages are the likeliest to be near.
	const release = osRelease().get('VERSION_CODENAME');
	const [first, ...others] = [...servers].sort(
		(left, right) => Number(right.suite === release) - Number(left.suite === release),
	);
	try {
		return await fetchServer(first.name);
	} catch (error) {
		// Without any package source the other releases fail alike: the first reason is the one to read.
		for (const {name} of isDebian() ? others : []) {
			const program = await fetchServer(name).catch(() => undefined);
			if (program !== undefined) {
				return program;
			}
		}

		throw error;
	}
}

/** The path of a program that a shell would find, or undefined. */
export function programOnPath(program) {
	return (process.env.PATH ?? '')
		.split(path.delimiter)
		.filter(folder => folder !== '')
		.map(folder => path.join(folder, program))
		.find(isExecutable);
}

function isExecutable(file) {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}

function osRelease() {
	try {
		const lines = readFileSync('/etc/os-release', 'utf8').matchAll(/^(\w+)="?(.*?)"?$/gm);
		return new Map([...lines].map(([, name, value]) => [name, value]));
	} catch {
		return new Map();
	}
}

const isDebian = () => osRelease().get('ID') === 'debian' && programOnPath('apt-get') !== undefined;

function installHint() {
	const hints = {
		darwin: 'brew install redis',
		ubuntu: 'sudo apt-get install redis-server',
		debian: 'apt-get install redis-server',
		fedora: 'sudo dnf install valkey',
		rhel: 'sudo dnf install valkey',
		alpine: 'apk add valkey',
		arch: 'sudo pacman -S valkey',
		suse: 'sudo zypper install valkey',
	};
	const release = osRelease();
	const names = [process.platform, release.get('ID') ?? '', ...(release.get('ID_LIKE') ?? '').split(' ')];
	const hint = names.map(name => hints[name]).find(command => command !== undefined);
	return `no redis-server or valkey-server on the PATH; install one: ${hint ?? 'https://valkey.io/topics/installation/'}`;
}

/**
Of everything unpacked, keeps the server's programs and the shared libraries: `bin/` (what to start), `libexec/` (the
programs), `lib/` (the libraries, the loader among them). Nothing else, least of all a setuid program.
*/
async function keepServer(unpacked, tree, program) {
	for (const folder of ['bin', 'lib', 'libexec']) {
		await mkdir(path.join(tree, folder), {recursive: true});
	}

	for (const base of ['lib', 'usr/lib']) {
		for (const folder of await folders(path.join(unpacked, base))) {
			await keepLibraries(folder, path.join(tree, 'lib'));
		}
	}

	const loader = (await readdir(path.join(tree, 'lib'))).find(name => /^ld-linux.*\.so\.\d+$/.test(name));
	if (loader === undefined) {
		throw new Error('its C library has no loader');
	}

	const family = `${program.split('-')[0]}-`;
	const binaries = path.join(unpacked, 'usr', 'bin');
	for (const name of (await readdir(binaries)).filter(name => name.startsWith(family))) {
		await cp(path.join(binaries, name), path.join(tree, 'libexec', name), {verbatimSymlinks: true});
		const wrapper = path.join(tree, 'bin', name);
		await writeFile(
			wrapper,
			`#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd)
exec "$here/lib/${loader}" --argv0 "$0" --library-path "$here/lib" "$here/libexec/${name}" "$@"
`,
		);
		await chmod(wrapper, 0o755);
	}
}

/** The folders in `base` that are named for a machine (`x86_64-linux-gnu`). */
async function folders(base) {
	const entries = await readdir(base, {withFileTypes: true}).catch(() => []);
	return entries
		.filter(entry => entry.isDirectory() && /-linux-gnu/.test(entry.name))
		.map(entry => path.join(base, entry.name));
}

async function keepLibraries(folder, destination) {
	for (const name of (await readdir(folder)).filter(name => /\.so(?:\.|$)/.test(name))) {
		const file = path.join(folder, name);
		const isLink = (await lstat(file)).isSymbolicLink();
		const isNeighbour = isLink && !(await readlink(file)).includes('/');
		const isCopied = !isLink || isNeighbour || statSync(file, {throwIfNoEntry: false})?.isFile() === true;
		if (isCopied) {
			await cp(file, path.join(destination, name), {dereference: !isNeighbour, verbatimSymlinks: isNeighbour});
		}
	}
}

/** One line: what apt complains of, else the error's own words. */
function reasonOf(error) {
	const complaints = /^E: .*$/gm;
	const lines = String(error.stderr ?? '').match(complaints);
	return (lines?.[0].slice(3) ?? error.message ?? String(error)).split('\n')[0];
}

async function main(words) {
	const known = new Set(['--one', '--all', ...servers.map(({name}) => name)]);
	const unknownName = words.find(word => !known.has(word));
	if (unknownName !== undefined || words.length === 0) {
		const names = servers.map(({name}) => name).join(' | ');
		process.stderr.write(`usage: fetch-servers.mjs [--one | --all] [${names}]…\n`);
		process.exitCode = 64;
		return;
	}

	const names = words.includes('--all') ? servers.map(({name}) => name) : words.filter(word => !word.startsWith('-'));
	if (words.includes('--one')) {
		process.stdout.write(`${await ensureServer()}\n`);
	}

	for (const name of names) {
		process.stdout.write(`${await fetchServer(name)}\n`);
	}
}

// By name: bundled into a test this module's address is that test's own.
if (path.basename(process.argv[1] ?? '') === 'fetch-servers.mjs') {
	// A signal ends the process by itself and skips the 'exit' event, which removes what is half unpacked.
	process.once('SIGINT', () => process.exit(130));
	process.once('SIGTERM', () => process.exit(143));
	main(process.argv.slice(2)).catch(error => {
		process.stderr.write(`${error.message}\n`);
		process.exitCode = 1;
	});
}

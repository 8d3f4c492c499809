#!/usr/bin/env node
// Fetches real Redis and Valkey servers without root. They are unpacked from Debian's packages into a cache folder.
// Each has its own C library, so that nothing on the system changes.
//
//   fetch-servers.mjs [--one | --all] [NAME…]
//
// This file needs plain Node from 18 on and no packages: it runs before `npm ci` has installed anything.
import {execFile} from 'node:child_process';
import {accessSync, constants, readFileSync, rmSync, statSync} from 'node:fs';
import {chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rename, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {promisify} from 'node:util';
import {downloadPackages, packageSource} from './debian-packages.mjs';

const run = promisify(execFile);

/**
The servers that can be fetched: one version of each release line, and the release of Debian that contains that version.
*/
export const servers = [
	{name: 'redis-7.0', suite: 'bookworm', program: 'redis-server'},
	{name: 'redis-8.0', suite: 'trixie', program: 'redis-server'},
	{name: 'valkey-8.1', suite: 'trixie', program: 'valkey-server'},
	{name: 'valkey-9.1', suite: 'sid', program: 'valkey-server'},
];

/** The program with which `npm run bench` compares redis-top. It comes from Debian's packages, too. */
const htop = {name: 'htop', suite: 'bookworm', program: 'htop'};

/**
Programs that run beside redis-top in the tests and the demo.

- `also`: further programs of the same package
- `only`: the dependencies to fetch. Go programs need only the C library; their packages' other dependencies are for web
  pages
- `data`: files that the program reads at a fixed place
*/
export const neighbours = [
	{name: 'prometheus', suite: 'bookworm', program: 'prometheus', also: ['promtool'], only: ['libc6']},
	{
		name: 'alertmanager',
		suite: 'bookworm',
		program: 'prometheus-alertmanager',
		also: ['amtool'],
		only: ['libc6'],
		data: {folder: '/usr/share/prometheus/alertmanager', files: ['default.tmpl', 'email.tmpl']},
	},
	{name: 'redis-exporter', suite: 'bookworm', program: 'prometheus-redis-exporter', only: ['libc6']},
];

/** The folder of fetched servers: `$REDIS_TOP_CACHE`, else `redis-top/servers` in the user's cache folder. */
export function cacheFolder() {
	const {REDIS_TOP_CACHE, XDG_CACHE_HOME} = process.env;
	return REDIS_TOP_CACHE || path.join(XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'redis-top', 'servers');
}

/**
Returns the program of a server. It is fetched unless the cache has it. Several processes may call this function at
once.

@param {string} name A name in `servers`, such as `redis-8.0`, or in `neighbours`.
@returns {Promise<string>} The program's path.
@throws {Error} With one line that says what is wrong and what to install instead.
*/
export async function fetchServer(name) {
	const server = [...servers, ...neighbours, htop].find(candidate => candidate.name === name);
	if (server === undefined) {
		throw new Error(`${name} is not one of ${[...servers, ...neighbours].map(({name}) => name).join(', ')}`);
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
	// The program is prepared in a folder beside its destination, so that the last step is a rename. Another process sees
	// the destination only when it is complete.
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
		await keepServer(unpacked, tree, server);
		await run(path.join(tree, 'bin', server.program), ['--version']);
		await rename(tree, destination).catch(error => {
			// Another process may have renamed its folder first. It fetched the same files.
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
Returns the program of any server: the one on the PATH, else one in the cache, else one that is fetched.

@returns {Promise<string>} The program's path.
@throws {Error} With one line that says what to install.
*/
export async function ensureServer() {
	const onPath = ['redis-server', 'valkey-server'].map(programOnPath).find(program => program !== undefined);
	const cached = servers.map(({name, program}) => path.join(cacheFolder(), name, 'bin', program)).find(isExecutable);
	if (onPath !== undefined || cached !== undefined) {
		return onPath ?? cached;
	}

	// The machine's own release comes first, because a mirror of its packages is probably near.
	const release = osRelease().get('VERSION_CODENAME');
	const [first, ...others] = [...servers].sort(
		(left, right) => Number(right.suite === release) - Number(left.suite === release),
	);
	try {
		return await fetchServer(first.name);
	} catch (error) {
		// If the machine has no package source, all releases fail for the same reason. The first reason is therefore
		// reported.
		for (const {name} of isDebian() ? others : []) {
			const program = await fetchServer(name).catch(() => undefined);
			if (program !== undefined) {
				return program;
			}
		}

		throw error;
	}
}

/**
Returns a program of `neighbours`, which runs beside redis-top: the one on the PATH, else the one in the cache, which is
fetched if it is missing.

@param {string} program `prometheus`, `promtool`, `prometheus-alertmanager`, `amtool` or `prometheus-redis-exporter`.
@returns {Promise<string>} The program's path.
@throws {Error} With one line that says why it cannot be fetched.
*/
export async function ensureNeighbour(program) {
	const row = neighbours.find(({program: own, also = []}) => own === program || also.includes(program));
	if (row === undefined) {
		throw new Error(`${program} is no program beside redis-top`);
	}

	return programOnPath(program) ?? path.join(path.dirname(await fetchServer(row.name)), program);
}

/** The path of htop: the one on the PATH, else the one in the cache, which is fetched if it is missing. */
export const ensureHtop = async () => programOnPath(htop.program) ?? fetchServer(htop.name);

/** The path of the program that a shell would run for this name; undefined if the PATH has none. */
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
Moves the server's programs and their shared libraries out of the unpacked packages. `bin/` gets the scripts that start
the programs, `libexec/` the programs, and `lib/` the libraries with the loader. Everything else is left out, above all
setuid programs.
*/
async function keepServer(unpacked, tree, {program, also = [], data}) {
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
	const isKept = name => name === program || name.startsWith(family) || also.includes(name);
	const binaries = path.join(unpacked, 'usr', 'bin');
	for (const name of (await readdir(binaries)).filter(isKept)) {
		const kept = path.join(tree, 'libexec', name);
		await cp(path.join(binaries, name), kept, {verbatimSymlinks: true});
		if (data !== undefined) {
			await moveData(unpacked, tree, kept, data);
		}

		const wrapper = path.join(tree, 'bin', name);
		await writeFile(
			wrapper,
			`#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd)
${data === undefined ? '' : 'cd "$here"\n'}exec "$here/lib/${loader}" --argv0 "$0" --library-path "$here/lib" "$here/libexec/${name}" "$@"
`,
		);
		await chmod(wrapper, 0o755);
	}
}

/**
Moves the data files of a program to `share/`, and changes the program so that it reads them there. In the program's
bytes, the folder's path is replaced by a path of the same length, relative to the folder in which the program is
started.
*/
async function moveData(unpacked, tree, file, {folder, files}) {
	const steps = folder.length - 'share'.length;
	const place = `${'./'.repeat(Math.floor(steps / 2))}share${steps % 2 === 0 ? '' : '/'}`;
	const bytes = await readFile(file);
	for (let at = bytes.indexOf(folder); at !== -1; at = bytes.indexOf(folder, at + 1)) {
		bytes.write(place, at);
	}

	await writeFile(file, bytes);
	await mkdir(path.join(tree, 'share'), {recursive: true});
	for (const name of files) {
		await cp(path.join(unpacked, folder, name), path.join(tree, 'share', name));
	}
}

/** The folders in `base` that are named after a kind of machine, such as `x86_64-linux-gnu`. */
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

/** Why a download failed, in one line: apt's own complaint, else the error's message. */
function reasonOf(error) {
	const complaints = /^E: .*$/gm;
	const lines = String(error.stderr ?? '').match(complaints);
	return (lines?.[0].slice(3) ?? error.message ?? String(error)).split('\n')[0];
}

async function main(words) {
	const known = new Set(['--one', '--all', ...[...servers, ...neighbours].map(({name}) => name)]);
	const unknownName = words.find(word => !known.has(word));
	if (unknownName !== undefined || words.length === 0) {
		const names = [...servers, ...neighbours].map(({name}) => name).join(' | ');
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

// This is true only if the file was started as a program. The name is compared, because in a bundle the module's own
// address is another one.
if (path.basename(process.argv[1] ?? '') === 'fetch-servers.mjs') {
	// A signal would end the process without the event 'exit', whose listener removes half unpacked files.
	process.once('SIGINT', () => process.exit(130));
	process.once('SIGTERM', () => process.exit(143));
	main(process.argv.slice(2)).catch(error => {
		process.stderr.write(`${error.message}\n`);
		process.exitCode = 1;
	});
}

import {readdir, readFile, readlink, stat} from 'node:fs/promises';
import path from 'node:path';
import type {Endpoint} from '../domain/node.js';
import {kibibyte} from '../domain/threshold.js';
import {readConfigFile} from './config-file.js';

/** Folders of config files, and the names in them that count. In `/etc` itself other programs have their files. */
const folders: ReadonlyArray<readonly [folder: string, names: RegExp]> = [
	['/etc/redis', /\.conf$/],
	['/etc/valkey', /\.conf$/],
	['/usr/local/etc/redis', /\.conf$/],
	['/usr/local/etc/valkey', /\.conf$/],
	['/etc', /^(?:redis|valkey).*\.conf$/],
	['/usr/local/etc', /^(?:redis|valkey).*\.conf$/],
];

/** Most config files that are read, and the size above which a file is no config file. The file of a release has 110 kB. */
const mostFiles = 50;
const mostBytes = 512 * kibibyte;
/** Most processes whose command line is read. */
const mostProcesses = 4000;

/** A server's program and its config file in a command line, such as that of a shell that starts it again and again. */
const startCommand = /(?:redis|valkey)-server['"]?[\s,]+['"]?([^\s'",;&|[\]()-][^\s'",;&|[\]()]*)/g;

/** A script in a command line, such as `/srv/keep.sh` of `bash /srv/keep.sh`. */
const scriptName = /\.(?:sh|bash|py|rb|pl|js)$/;
/** Largest script that is read, in bytes. */
const mostScriptBytes = 64 * kibibyte;

/** The config files in the folders where packages install them. A folder that cannot be read has none. */
async function installedFiles(): Promise<readonly string[]> {
	const found = await Promise.all(
		folders.map(async ([folder, names]) => {
			const entries = await readdir(folder).catch(() => []);
			return entries.filter(name => names.test(name)).map(name => path.join(folder, name));
		}),
	);
	return found.flat();
}

/**
The config files in the command lines of all processes, and in the scripts that these run. A supervisor that is about to
start the server again, such as a shell's loop, names the file. A relative path starts at the working folder of that process.
*/
async function filesOfSupervisors(): Promise<readonly string[]> {
	const entries = await readdir('/proc').catch(() => []);
	const ids = entries.filter(name => /^\d+$/.test(name)).slice(0, mostProcesses);
	const files = new Set<string>();
	for (const id of ids) {
		const line = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
		const words = line.split('\0');
		const script = words.slice(1, mostScriptWords).find(word => scriptName.test(word));
		if (script === undefined && !startProgram.test(line)) {
			continue;
		}

		const folder = await readlink(`/proc/${id}/cwd`).catch(() => '/');
		const commands = [words.join(' '), script === undefined ? '' : await scriptText(path.resolve(folder, script))];
		for (const [, file = ''] of commands.flatMap(text => [...text.matchAll(startCommand)])) {
			files.add(path.resolve(folder, file));
		}
	}

	return [...files];
}

/** Whether a command line names a server's program. Most do not, and nothing else of their process is read. */
const startProgram = /(?:redis|valkey)-server/;
/** Number of words of a command line among which a script is looked for. */
const mostScriptWords = 4;

/** The text of a script; empty if it is large or cannot be read. */
async function scriptText(file: string): Promise<string> {
	const status = await stat(file).catch(() => undefined);
	return status?.isFile() === true && status.size <= mostScriptBytes ? readFile(file, 'utf8').catch(() => '') : '';
}

/** Whether a server with these settings listens at the endpoint. */
function isFor(endpoint: Endpoint, settings: ReadonlyMap<string, string>): boolean {
	return endpoint.kind === 'unix'
		? settings.get('unixsocket') === endpoint.path
		: [settings.get('port') ?? '6379', settings.get('tls-port')].includes(String(endpoint.port));
}

/** A config file on this machine, and its settings. */
export type FoundConfigFile = {readonly path: string; readonly settings: ReadonlyMap<string, string>};

/**
The config file on this machine that names the port or the socket of the server at an endpoint. It serves a
server that is down and was never seen running. Undefined if no file names the endpoint, or if several do. It never
rejects, and changes nothing.
*/
export async function findConfigFile(endpoint: Endpoint): Promise<FoundConfigFile | undefined> {
	const candidates = new Set([...(await installedFiles()), ...(await filesOfSupervisors())]);
	const fitting: FoundConfigFile[] = [];
	for (const candidate of [...candidates].slice(0, mostFiles)) {
		const status = await stat(candidate).catch(() => undefined);
		if (status?.isFile() === true && status.size <= mostBytes) {
			const file = await readConfigFile(candidate);
			if (file.kind === 'read' && isFor(endpoint, file.settings)) {
				fitting.push({path: candidate, settings: file.settings});
			}
		}
	}

	const [only, ...more] = fitting;
	return more.length === 0 ? only : undefined;
}

/**
The path of the config file that names an endpoint and a data folder. Such a file lies in that folder, or where packages
install config files. Undefined if there is none, or if there are several. It never rejects, and changes nothing.
*/
export async function findConfigFileOf(endpoint: Endpoint, folder: string): Promise<string | undefined> {
	const beside = (await readdir(folder).catch(() => []))
		.filter(name => name.endsWith('.conf'))
		.map(name => path.join(folder, name));
	const fitting: string[] = [];
	for (const candidate of new Set([...beside, ...(await installedFiles())].slice(0, mostFiles))) {
		const status = await stat(candidate).catch(() => undefined);
		if (status?.isFile() === true && status.size <= mostBytes) {
			const file = await readConfigFile(candidate);
			if (file.kind === 'read' && isFor(endpoint, file.settings) && file.settings.get('dir') === folder) {
				fitting.push(candidate);
			}
		}
	}

	const [only, ...more] = fitting;
	return more.length === 0 ? only : undefined;
}

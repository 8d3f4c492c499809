import {readdir, readFile, stat} from 'node:fs/promises';
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
const startCommand = /(?:redis|valkey)-server['"]?\s+['"]?(\/[^\s'";&|]+)/g;

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
The config files in the command lines of all processes. A supervisor that is about to start the server again, such as a
shell's loop, names the file.
*/
async function filesOfSupervisors(): Promise<readonly string[]> {
	const entries = await readdir('/proc').catch(() => []);
	const ids = entries.filter(name => /^\d+$/.test(name)).slice(0, mostProcesses);
	const files = new Set<string>();
	for (const id of ids) {
		const words = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
		for (const [, file = ''] of words.replaceAll('\0', ' ').matchAll(startCommand)) {
			files.add(file);
		}
	}

	return [...files];
}

/** Whether a server with these settings listens at the endpoint. */
function isFor(endpoint: Endpoint, settings: ReadonlyMap<string, string>): boolean {
	return endpoint.kind === 'unix'
		? settings.get('unixsocket') === endpoint.path
		: [settings.get('port') ?? '6379', settings.get('tls-port')].includes(String(endpoint.port));
}

/**
The settings of the server at an endpoint, from the config file on this machine that names its port or socket. It serves a
server that is down and was never seen running. Undefined if no file names the endpoint, or if several do. It never
rejects, and changes nothing.
*/
export async function findConfigFile(endpoint: Endpoint): Promise<ReadonlyMap<string, string> | undefined> {
	const candidates = new Set([...(await installedFiles()), ...(await filesOfSupervisors())]);
	const fitting: ReadonlyMap<string, string>[] = [];
	for (const candidate of [...candidates].slice(0, mostFiles)) {
		const status = await stat(candidate).catch(() => undefined);
		if (status?.isFile() === true && status.size <= mostBytes) {
			const file = await readConfigFile(candidate);
			if (file.kind === 'read' && isFor(endpoint, file.settings)) {
				fitting.push(file.settings);
			}
		}
	}

	const [only, ...more] = fitting;
	return more.length === 0 ? only : undefined;
}

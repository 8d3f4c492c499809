import {open, readdir, readFile, readlink, stat} from 'node:fs/promises';
import path from 'node:path';
import type {ConfigMistake} from '../domain/config-evidence.js';
import type {SupervisorEvidence} from '../domain/host-evidence.js';
import {shownLine} from '../parse/config-mistakes.js';
import {type ConfigRefusal, configRefusal} from '../parse/config-refusal.js';
import {sanitize} from '../text/sanitize.js';
import {findConfigLine} from './find-config-mistake.js';
import {runTool} from './run-tool.js';

/** Bytes that are read from the end of an output. What a start prints about its config has some 200. */
const tailBytes = 4096;
/** Largest script that is read, in bytes, and most processes whose command line is read. */
const mostScriptBytes = 65_536;
const mostProcesses = 4000;

/**
The line of a config file that the server's last start did not accept, as the server itself printed it. A server reads its
config before it opens its log. So the log still ends with the stop before. What it printed stands in the journal of its
unit, or in the file to which the process that starts it writes. The line must stand in the file as it was printed.
Undefined where nothing of it is found. Never rejects.
*/
export async function readRefusedStart(
	file: string,
	supervisor: SupervisorEvidence | undefined,
): Promise<ConfigMistake | undefined> {
	const outputs = [...(await journalOf(supervisor)), ...(await outputsOf(file))];
	for (const refusal of outputs.sort((one, other) => (other.atMs ?? 0) - (one.atMs ?? 0))) {
		const place = await findConfigLine(file, refusal.line, refusal.text);
		if (place !== undefined) {
			return {
				...place,
				line: refusal.line,
				text: shownLine(refusal.text),
				why: whyRefused(refusal),
				refusedAtMs: refusal.atMs,
				refusedBy: refusal.version === undefined ? undefined : versionWords(refusal.version),
			};
		}
	}

	return undefined;
}

/** `Redis 7.0.15`, `version 9.1.2`. */
const versionWords = (version: string): string => sanitize(version.replace(/^Version /, 'version '));

const whyRefused = ({version, why}: ConfigRefusal): string =>
	`${version === undefined ? 'the server' : versionWords(version)} does not accept it (${sanitize(why)})`;

/** What the unit's last starts printed, from the journal of the last ten minutes. */
async function journalOf(supervisor: SupervisorEvidence | undefined): Promise<readonly ConfigRefusal[]> {
	if (supervisor?.kind !== 'systemd') {
		return [];
	}

	const args = ['-u', supervisor.unit, '-q', '--no-pager', '-o', 'short-unix', '--since=-10min', '-n', '60'];
	const result = await runTool('journalctl', args);
	const refusal = result.kind === 'done' ? configRefusal(result.text) : undefined;
	return refusal === undefined ? [] : [refusal];
}

/** What the starts printed into the output of each process that names the config file, such as a shell that starts the server. */
async function outputsOf(file: string): Promise<readonly ConfigRefusal[]> {
	const entries = await readdir('/proc').catch(() => []);
	const found = new Map<string, ConfigRefusal>();
	for (const id of entries.filter(name => /^\d+$/.test(name)).slice(0, mostProcesses)) {
		if (!(await namesFile(id, file))) {
			continue;
		}

		for (const descriptor of ['1', '2']) {
			const place = `/proc/${id}/fd/${descriptor}`;
			const output = await readlink(place).catch(() => '');
			const refusal = output.startsWith('/') && !found.has(output) ? await refusalIn(place) : undefined;
			if (refusal !== undefined) {
				found.set(output, refusal);
			}
		}
	}

	return [...found.values()];
}

/** Whether a process has the file in its command line, or runs a script that has it. */
async function namesFile(id: string, file: string): Promise<boolean> {
	const line = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
	if (line.includes(file)) {
		return true;
	}

	const script = line
		.split('\0')
		.slice(1, 4)
		.find(word => /\.(?:sh|bash|py|rb|pl|js)$/.test(word));
	if (script === undefined) {
		return false;
	}

	const found = path.resolve(await readlink(`/proc/${id}/cwd`).catch(() => '/'), script);
	const status = await stat(found).catch(() => undefined);
	return status?.isFile() === true && status.size <= mostScriptBytes
		? (await readFile(found, 'utf8').catch(() => '')).includes(file)
		: false;
}

/** The refusal at the end of a file, with the time of the file's last change. */
async function refusalIn(place: string): Promise<ConfigRefusal | undefined> {
	// Only a file may be opened: to open a pipe or a terminal may wait.
	const status = await stat(place).catch(() => undefined);
	if (status?.isFile() !== true) {
		return undefined;
	}

	const handle = await open(place, 'r').catch(() => undefined);
	try {
		const length = Math.min(status.size, tailBytes);
		const read = await handle?.read(Buffer.alloc(length), 0, length, status.size - length).catch(() => undefined);
		const refusal = read && configRefusal(read.buffer.toString('utf8', 0, read.bytesRead));
		return refusal && {...refusal, atMs: status.mtimeMs};
	} finally {
		await handle?.close();
	}
}

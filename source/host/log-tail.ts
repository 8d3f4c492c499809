import {open, readlink} from 'node:fs/promises';
import path from 'node:path';
import type {LogEvidence, SupervisorEvidence} from '../domain/host-evidence.js';
import {logLineTime, readServerLog} from '../parse/server-log.js';
import {sanitize} from '../text/sanitize.js';
import {errorWords} from './file-error.js';
import type {Gaps} from './gaps.js';
import {runTool} from './run-tool.js';

/** Bytes that are read from the end of a log file. */
const tailBytes = 64 * 1024;

/** Number of lines requested from journalctl or from a container's engine. */
const tailLines = '300';

export type LogPlace = {
	/**
	The server's `logfile`, by CONFIG GET or its config file. Empty means standard output; undefined means that it is not
	known.
	*/
	readonly logFile: string | undefined;
	/** Whether the config file was read. Without a `logfile` in it, the server writes to its standard output. */
	readonly isFileRead?: boolean | undefined;
	/** The folder that a relative `logFile` starts from. */
	readonly folder: string | undefined;
	readonly processId: number | undefined;
	readonly supervisor: SupervisorEvidence | undefined;
	/**
	The place where the log was read the last time. A process that has ended no longer shows where its output goes.
	*/
	readonly earlierSource?: string | undefined;
};

/**
The last lines of the server's log, from the first of these that exists: its own file, the file of its standard
output, the journal, the container's log.
*/
export async function readLogTail(place: LogPlace, gaps: Gaps): Promise<LogEvidence | undefined> {
	const {logFile, isFileRead = false, processId, supervisor, earlierSource} = place;
	const named = configuredFile(place);
	if (named !== undefined) {
		return readFileTail(named, processId, gaps);
	}

	const output = processId === undefined ? earlierFile(earlierSource) : await outputFile(processId);
	if (output !== undefined) {
		const log = await readFileTail(output, processId, gaps);
		// While `logfile` is unknown, the log may go elsewhere. The standard output then counts as the log only if it
		// has lines in a server's format.
		if (logFile !== undefined || log === undefined || log.lines.some(line => logLineTime(line) !== undefined)) {
			return log;
		}
	}

	if (supervisor?.kind === 'systemd') {
		const args = ['-u', supervisor.unit, '-q', '--no-pager', '-o', 'cat', '-n', tailLines];
		return toolLog('journalctl', args, `journal of ${supervisor.unit}`, gaps);
	}

	if (supervisor?.kind === 'container' && (supervisor.engine === 'docker' || supervisor.engine === 'podman')) {
		const {engine, id, name} = supervisor;
		return toolLog(engine, ['logs', '--tail', tailLines, id], `${engine} logs ${name ?? id}`, gaps);
	}

	return gaps.add(
		"the server's log",
		logFile === undefined && !isFileRead
			? 'where it is written is not known'
			: 'the server writes it to its standard output',
	);
}

function configuredFile({logFile, folder}: LogPlace): string | undefined {
	return logFile === undefined || logFile === '' || path.isAbsolute(logFile) || folder === undefined
		? logFile || undefined
		: path.join(folder, logFile);
}

const earlierFile = (source: string | undefined): string | undefined =>
	source !== undefined && path.isAbsolute(source) ? source : undefined;

/** The file that receives a process' standard output. */
async function outputFile(processId: number): Promise<string | undefined> {
	const output = await readlink(`/proc/${processId}/fd/1`).catch(() => '');
	return /^\/(?!dev\/)/.test(output) ? output : undefined;
}

async function readFileTail(file: string, processId: number | undefined, gaps: Gaps): Promise<LogEvidence | undefined> {
	if (!path.isAbsolute(file)) {
		return gaps.add("the server's log", 'its path is relative to the server');
	}

	const seen = processId === undefined ? file : `/proc/${processId}/root${file}`;
	try {
		return readServerLog(sanitize(file), await tailOf(seen).catch(() => tailOf(file)));
	} catch (error) {
		return gaps.add("the server's log", `${sanitize(file)}: ${errorWords(error)}`);
	}
}

async function tailOf(file: string): Promise<string> {
	const handle = await open(file, 'r');
	try {
		const facts = await handle.stat();
		if (!facts.isFile()) {
			throw new Error('is no file');
		}

		const length = Math.min(facts.size, tailBytes);
		const {buffer, bytesRead} = await handle.read(Buffer.alloc(length), 0, length, facts.size - length);
		const text = buffer.toString('utf8', 0, bytesRead);
		// The first line is cut, unless the whole file was read.
		return length === facts.size ? text : text.slice(text.indexOf('\n') + 1);
	} finally {
		await handle.close();
	}
}

async function toolLog(
	tool: string,
	args: readonly string[],
	source: string,
	gaps: Gaps,
): Promise<LogEvidence | undefined> {
	const result = await runTool(tool, args);
	if (result.kind === 'done' && result.text.trim() !== '') {
		return readServerLog(source, result.text);
	}

	const why = result.kind === 'failed' ? result.why : result.kind === 'absent' ? `${tool} is not here` : 'it is empty';
	return gaps.add("the server's log", `${source}: ${why}`);
}

import {readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import type {ConfigMistake} from '../domain/config-evidence.js';
import {kibibyte} from '../domain/threshold.js';
import {configArguments} from '../parse/config-line.js';
import {checkLine} from '../parse/config-mistakes.js';

/** Size above which a file is no config file. The file of a release has 110 kB. */
const mostBytes = 512 * kibibyte;
/** Depth to which `include` lines are followed. */
const maximumDepth = 4;

/**
The first line of a config file, or of a file that it includes, for which a server certainly does not start. Undefined if
each line is accepted, or the file cannot be read. Never rejects.
*/
export const findConfigMistake = (file: string): Promise<ConfigMistake | undefined> =>
	mistakeIn(file, 0).catch(() => undefined);

async function mistakeIn(file: string, depth: number): Promise<ConfigMistake | undefined> {
	const status = await stat(file);
	if (!status.isFile() || status.size > mostBytes || depth > maximumDepth) {
		return undefined;
	}

	for (const [index, line] of (await readFile(file, 'utf8')).split('\n').entries()) {
		const mistake = await mistakeOf(line);
		if (mistake !== undefined) {
			return {...mistake, path: file, line: index + 1, changedAtMs: status.mtimeMs};
		}

		const included = includedFile(line);
		const within = included === undefined ? undefined : await mistakeIn(included, depth + 1).catch(() => undefined);
		if (within !== undefined) {
			return within;
		}
	}

	return undefined;
}

async function mistakeOf(line: string): Promise<Pick<ConfigMistake, 'text' | 'why' | 'isMissingFolder'> | undefined> {
	const check = checkLine(line);
	if (check?.kind !== 'folder') {
		return check && {text: check.text, why: check.why};
	}

	return path.isAbsolute(check.path) && (await isMissing(check.path))
		? {text: check.text, why: 'no such folder', isMissingFolder: true}
		: undefined;
}

/**
The file in which a line stands at a number: the config file, or one that it includes. Undefined if none has it. Never
rejects.
*/
export const findConfigLine = (
	file: string,
	line: number,
	text: string,
): Promise<Pick<ConfigMistake, 'path' | 'changedAtMs'> | undefined> =>
	lineIn({file, line, text}, 0).catch(() => undefined);

async function lineIn(
	{file, line, text}: {readonly file: string; readonly line: number; readonly text: string},
	depth: number,
): Promise<Pick<ConfigMistake, 'path' | 'changedAtMs'> | undefined> {
	const status = await stat(file);
	if (!status.isFile() || status.size > mostBytes || depth > maximumDepth) {
		return undefined;
	}

	const lines = (await readFile(file, 'utf8')).split('\n');
	if (lines[line - 1]?.trim() === text.trim()) {
		return {path: file, changedAtMs: status.mtimeMs};
	}

	for (const included of lines.flatMap(each => includedFile(each) ?? [])) {
		const within = await lineIn({file: included, line, text}, depth + 1).catch(() => undefined);
		if (within !== undefined) {
			return within;
		}
	}

	return undefined;
}

/** Whether there is certainly no folder at this path. A path that may not be looked at may have one. */
const isMissing = (folder: string): Promise<boolean> =>
	stat(folder).then(
		status => !status.isDirectory(),
		(error: unknown) => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''),
	);

/** The file of an `include` line with an absolute path and no pattern. */
function includedFile(line: string): string | undefined {
	const words = configArguments(line.trim());
	const [name = '', file = '', ...more] = Array.isArray(words) ? (words as readonly string[]) : [];
	return name.toLowerCase() === 'include' && more.length === 0 && path.isAbsolute(file) && !/[*?[]/.test(file)
		? file
		: undefined;
}

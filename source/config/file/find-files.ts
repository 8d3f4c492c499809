import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import type {Given} from '../../arguments/argv.js';
import {exitCodes} from '../../domain/exit-codes.js';
import {fileProblem} from '../../host/secret-file.js';
import {keyConflicts} from '../../keys/key-changes.js';
import type {ConfigProblem} from '../problems.js';
import type {FileReading, Readings} from '../sources.js';
import {type Environment, firstSet} from '../values.js';
import {type FileSettings, mergedSettings, noSettings} from './file-settings.js';

const codeOf = (error: unknown): string | undefined =>
	error instanceof Error && 'code' in error ? String(error.code) : undefined;

async function fileReading(read: () => Promise<string>): Promise<FileReading> {
	try {
		return {text: await read()};
	} catch (error) {
		return {why: fileProblem(error)};
	}
}

/**
Reads the files that flags or profiles name, such as certificates. If a file can't be read, the result has the reason in
place of the text.
*/
export async function readFiles({flags}: Given): Promise<Readings> {
	const {passFile, cacert, cacertdir, cert, key} = flags;
	return {
		...(passFile !== undefined && {passFile: await fileReading(() => readFile(passFile, 'utf8'))}),
		...(cacert !== undefined && {cacert: await fileReading(() => readFile(cacert, 'utf8'))}),
		...(cacertdir !== undefined && {cacertdir: await fileReading(() => certificatesIn(cacertdir))}),
		...(cert !== undefined && {cert: await fileReading(() => readFile(cert, 'utf8'))}),
		...(key !== undefined && {key: await fileReading(() => readFile(key, 'utf8'))}),
	};
}

/** The texts of all files `*.pem` and `*.crt` of a folder, joined in the order of their names. */
async function certificatesIn(folder: string): Promise<string> {
	const names = (await readdir(folder)).filter(name => /\.(?:pem|crt)$/i.test(name)).sort();
	const texts = await Promise.all(names.map(name => readFile(path.join(folder, name), 'utf8')));
	return texts.join('\n');
}

const systemFile = '/etc/redis-top/config.toml';

/**
The path of the user's config file, in `$XDG_CONFIG_HOME` or `~/.config`. Undefined without a home folder. Source: XDG
Base Directory Specification, "Environment variables".
*/
function userFile(environment: Environment): string | undefined {
	const home = firstSet(environment, ['HOME']);
	const folder =
		firstSet(environment, ['XDG_CONFIG_HOME']) ?? (home === undefined ? undefined : path.join(home, '.config'));
	return folder !== undefined && path.isAbsolute(folder) ? path.join(folder, 'redis-top', 'config.toml') : undefined;
}

/**
The conflicts between the keyboard keys of bindings. They are checked after all files are read, because keys of
different files may conflict.
*/
function keyProblems({keys}: FileSettings): ConfigProblem[] {
	const changes = new Map([...keys].map(([id, {value}]) => [id, value]));
	return keyConflicts(changes).map(([id, problem]) => ({
		exitCode: exitCodes.usage,
		text: `${keys.get(id)?.origin}: ${problem}`,
	}));
}

/**
Reads the config files. The user's settings override the system's. A missing file is a problem only with `--config`.
*/
export async function readConfigFiles(
	{flags}: Given,
	environment: Environment,
): Promise<{readonly settings: FileSettings; readonly problems: readonly ConfigProblem[]}> {
	const files = flags.config === undefined ? [systemFile, userFile(environment)] : [path.resolve(flags.config)];
	const problems: ConfigProblem[] = [];
	let settings = noSettings;
	for (const file of files.filter(name => name !== undefined)) {
		try {
			const text = await readFile(file, 'utf8');
			// The TOML parser is loaded only where there is a config file.
			const {readSettings} = await import('./read-file.js');
			const read = readSettings({file, text, home: firstSet(environment, ['HOME']) ?? '/'});
			settings = mergedSettings(settings, read.settings);
			problems.push(...read.problems.map(problem => ({exitCode: exitCodes.usage, text: problem}) as const));
		} catch (error) {
			const code = codeOf(error);
			if (flags.config !== undefined || (code !== 'ENOENT' && code !== 'ENOTDIR')) {
				problems.push({
					exitCode: exitCodes.noPermission,
					text: `${file}: can't be read: ${fileProblem(error)}`,
				});
			}
		}
	}

	return {settings, problems: [...problems, ...keyProblems(settings)]};
}

import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {type Given, readArguments} from './argv.js';
import {completionScript, shells} from './completion.js';
import {type Config, resolveConfig} from './config.js';
import type {ConfigProblem, FileReading, Readings} from './config-connections.js';
import type {Environment} from './config-values.js';
import {helpText} from './help.js';
import {askPassword, type PasswordAnswer} from './secrets.js';
import {sanitize} from './text/sanitize.js';

/** What is to be done with the command line. */
export type Loaded =
	/** `warnings` go to stderr before anything is drawn. */
	| {readonly kind: 'run'; readonly config: Config; readonly warnings: readonly string[]}
	/** For stdout, without the last line break; exit 0. */
	| {readonly kind: 'print'; readonly text: string}
	/** For stderr, each a line of its own. 64 usage, 77 a file that can't be read, 130 aborted at the password prompt. */
	| {readonly kind: 'stop'; readonly exitCode: 64 | 77 | 130; readonly lines: readonly string[]};

/** Set when the program is bundled. */
export const version: string = process.env.REDIS_TOP_VERSION ?? '0.0.0';

/**
From the command line and the environment to a configuration: reads the files that flags name and asks for the password
where that was wanted, after everything else was found right. Hides the command line from the process list first, since
it may hold a password. Never rejects for anything the user did.

@param argv The arguments after the program's name.
*/
export async function loadConfig(
	argv: readonly string[],
	environment: Environment,
	ask: (question: string) => Promise<PasswordAnswer> = askPassword,
): Promise<Loaded> {
	process.title = 'redis-top';
	const given = readArguments(argv);
	switch (given.kind) {
		case 'help': {
			return {kind: 'print', text: helpText()};
		}

		case 'version': {
			return {kind: 'print', text: `redis-top ${version}`};
		}

		case 'misused': {
			return stopped([{exitCode: 64, text: given.problem}]);
		}

		case 'given': {
			return given.flags.completion === undefined
				? resolved(given, environment, ask)
				: completion(given.flags.completion);
		}
	}
}

async function resolved(
	given: Given,
	environment: Environment,
	ask: (question: string) => Promise<PasswordAnswer>,
): Promise<Loaded> {
	const readings = await readFiles(given);
	const resolution = resolveConfig(given, environment, readings);
	if ('problems' in resolution) {
		return stopped(resolution.problems);
	}

	if (given.flags.askpass !== true) {
		return running(resolution);
	}

	const answer = await ask(`Password for ${resolution.config.label}`);
	if (answer.kind === 'aborted') {
		return {kind: 'stop', exitCode: 130, lines: []};
	}

	if (answer.kind === 'no-terminal' || answer.password === '') {
		const why = answer.kind === 'typed' ? 'no password was typed' : 'there is no terminal to ask on';
		return stopped([{exitCode: 64, text: `--askpass: ${why}; use --pass-file FILE or REDISCLI_AUTH`}]);
	}

	const complete = resolveConfig(given, environment, {...readings, askedPassword: answer.password});
	return 'problems' in complete ? stopped(complete.problems) : running(complete);
}

function completion(shell: string): Loaded {
	const text = completionScript(shell);
	return text === undefined
		? stopped([{exitCode: 64, text: `--completion ${sanitize(shell)}: it is ${shells.join(', ')}`}])
		: {kind: 'print', text};
}

const named = (line: string): string => `redis-top: ${line}`;

function running({config, warnings}: {readonly config: Config; readonly warnings: readonly string[]}): Loaded {
	return {kind: 'run', config, warnings: warnings.map(named)};
}

/** What was typed wrong counts before a file that can't be read. */
function stopped(problems: readonly ConfigProblem[]): Loaded {
	const exitCode = problems.some(problem => problem.exitCode === 64) ? 64 : 77;
	return {kind: 'stop', exitCode, lines: problems.map(({text}) => named(text))};
}

async function readFiles({flags}: Given): Promise<Readings> {
	const {passFile, cacert, cacertdir, cert, key} = flags;
	return {
		...(passFile !== undefined && {passFile: await fileReading(() => readFile(passFile, 'utf8'))}),
		...(cacert !== undefined && {cacert: await fileReading(() => readFile(cacert, 'utf8'))}),
		...(cacertdir !== undefined && {cacertdir: await fileReading(() => certificatesIn(cacertdir))}),
		...(cert !== undefined && {cert: await fileReading(() => readFile(cert, 'utf8'))}),
		...(key !== undefined && {key: await fileReading(() => readFile(key, 'utf8'))}),
	};
}

/** Every `*.pem` and `*.crt` of a folder, one after the other, in the order of their names. */
async function certificatesIn(folder: string): Promise<string> {
	const names = (await readdir(folder)).filter(name => /\.(?:pem|crt)$/i.test(name)).sort();
	const texts = await Promise.all(names.map(name => readFile(path.join(folder, name), 'utf8')));
	return texts.join('\n');
}

const reasons: ReadonlyMap<string | undefined, string> = new Map([
	['ENOENT', 'no such file'],
	['EACCES', 'permission denied'],
	['EISDIR', 'it is a folder'],
	['ENOTDIR', 'it is no folder'],
]);

async function fileReading(read: () => Promise<string>): Promise<FileReading> {
	try {
		return {text: await read()};
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
		return {why: reasons.get(code) ?? code ?? 'it is unreadable'};
	}
}

import {existsSync} from 'node:fs';
import type {Given} from '../arguments/argv.js';
import {exitCodes, signalExitCodes} from '../domain/exit-codes.js';
import {passwordFrom} from '../host/password-command.js';
import {sanitize} from '../text/sanitize.js';
import {type Config, resolveConfig} from './config.js';
import type {FileSettings} from './file/file-settings.js';
import {readConfigFiles, readFiles} from './file/find-files.js';
import {type FleetTarget, matchProblems, monitorOf} from './fleet-target.js';
import {readSecrets, secretFlags} from './http-services.js';
import {namesRules} from './options.js';
import {type Plan, planFor, type TargetGroup} from './plan.js';
import type {ConfigProblem} from './problems.js';
import {withRecordings} from './recording.js';
import {askPassword, type PasswordAnswer} from './secrets.js';
import type {Readings, TargetSource} from './sources.js';
import type {Environment} from './values.js';

/** What the program does next: run with a configuration, print a text, or stop. */
export type Loaded =
	/** A configuration to run. `warnings` go to stderr before the screen is drawn for the first time. */
	| {readonly kind: 'run'; readonly config: Config; readonly warnings: readonly string[]}
	/** A text for stdout, without a line break at its end. The exit code is 0. */
	| {readonly kind: 'print'; readonly text: string}
	/**
	Lines for stderr, and the exit code. It is 64 for wrong usage, 77 for an unreadable file, and 130 after an abort at
	the password prompt.
	*/
	| {
			readonly kind: 'stop';
			readonly exitCode: ConfigProblem['exitCode'] | typeof signalExitCodes.SIGINT;
			readonly lines: readonly string[];
	  };

/**
Makes a configuration from the command line and the environment. It reads the files that flags name. It asks for a
password only after all other checks. Never rejects because of the user's input.
*/
export async function loadConfig(
	words: Given,
	environment: Environment,
	ask: (question: string) => Promise<PasswordAnswer> = askPassword,
): Promise<Loaded> {
	const typed = withRecordings(words, existsSync);
	const file = await readConfigFiles(typed, environment);
	const problems = [
		...file.problems,
		...(typed.command === 'fleet' ? matchProblems(file.settings) : []).map(text => ({exitCode: exitCodes.usage, text})),
	];
	return problems.length > 0 ? stopped(problems) : loadWith(typed, file.settings, environment, ask);
}

/**
The configuration of a monitor that is opened on a server of the fleet list. Never rejects because of the user's input.
*/
export async function loadFleetTarget(words: Given, environment: Environment, target: FleetTarget): Promise<Loaded> {
	const file = await readConfigFiles(words, environment);
	if (file.problems.length > 0) {
		return stopped(file.problems);
	}

	const {given, settings} = monitorOf(words, file.settings, target);
	return loadWith(given, settings, environment, askPassword);
}

async function loadWith(
	typed: Given,
	settings: FileSettings,
	environment: Environment,
	ask: (question: string) => Promise<PasswordAnswer>,
): Promise<Loaded> {
	const plan = planFor(typed, settings, environment);
	const {given} = plan;
	const sources = await Promise.all(plan.groups.map(sourceOf));
	const secrets = await readSecrets(given.flags, secretFlags);
	const part = {...plan, sources, secrets};
	// Most command lines name no rules. For these, the rules are loaded only after the first request to the servers.
	const ruleIds = namesRules(given) ? (await import('../rules/all-rules.js')).ruleIds : [];
	const resolution = resolveConfig(given, environment, {}, part, ruleIds);
	if ('problems' in resolution) {
		return stopped(resolution.problems);
	}

	if (given.flags.printConfig === true) {
		const {configText} = await import('./print.js');
		return {kind: 'print', text: configText(plan, resolution.config)};
	}

	const answers = await passwordsFor(plan, given, resolution.config.label, ask);
	if (!Array.isArray(answers)) {
		return answers;
	}

	const complete = resolveConfig(
		given,
		environment,
		{},
		{
			...part,
			sources: sources.map((source, index) => ({...source, readings: {...source.readings, ...answers[index]}})),
		},
		ruleIds,
	);
	return 'problems' in complete ? stopped(complete.problems) : running(complete);
}

const sourceOf = async (group: TargetGroup): Promise<TargetSource> => ({
	given: group.given,
	profile: group.profile,
	origins: group.origins,
	hasPasswordCommand: group.passwordCommand !== undefined,
	thresholds: group.thresholds,
	isCache: group.role?.value === 'cache',
	readings: await readFiles(group.given),
});

/**
Asks for the password of `--askpass`, and runs the password command of each group of targets. This happens after all
other checks. Returns the passwords for each group, or the lines that say why the program stops.
*/
async function passwordsFor(
	{groups}: Plan,
	{flags}: Given,
	label: string,
	ask: (question: string) => Promise<PasswordAnswer>,
): Promise<Readings[] | Loaded> {
	const answer = flags.askpass === true ? await ask(`Password for ${label}`) : undefined;
	if (answer?.kind === 'aborted') {
		return {kind: 'stop', exitCode: signalExitCodes.SIGINT, lines: []};
	}

	if (answer?.kind === 'no-terminal' || answer?.password === '') {
		const why = answer.kind === 'typed' ? 'no password was typed' : 'there is no terminal to ask on';
		return stopped([{exitCode: exitCodes.usage, text: `--askpass: ${why}; use --pass-file FILE or REDISCLI_AUTH`}]);
	}

	const readings: Readings[] = [];
	for (const {passwordCommand} of groups) {
		// The groups are handled one after the other, because each may prompt on the terminal.
		const result = passwordCommand === undefined ? undefined : await passwordFrom(passwordCommand.value);
		if (result !== undefined && 'why' in result) {
			return stopped([{exitCode: exitCodes.noPermission, text: `${passwordCommand?.origin}: ${result.why}`}]);
		}

		readings.push({
			...(answer !== undefined && {askedPassword: answer.password}),
			...(result !== undefined && {commandPassword: result.password}),
		});
	}

	return readings;
}

const named = (line: string): string => `redis-top: ${line}`;

function running({config, warnings}: {readonly config: Config; readonly warnings: readonly string[]}): Loaded {
	return {kind: 'run', config, warnings: warnings.map(named)};
}

/**
The result that ends the program because of problems. If the problems are both wrong usage and an unreadable file, the
exit code is that of wrong usage.
*/
function stopped(problems: readonly ConfigProblem[]): Loaded {
	const exitCode = problems.some(problem => problem.exitCode === exitCodes.usage)
		? exitCodes.usage
		: exitCodes.noPermission;
	return {kind: 'stop', exitCode, lines: problems.map(({text}) => named(sanitize(text)))};
}

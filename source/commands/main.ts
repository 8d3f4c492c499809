import process from 'node:process';
import type {Given} from '../arguments/argv.js';
import {version} from '../arguments/version.js';
import type {Config} from '../config/config.js';
import type {FleetTarget} from '../config/fleet-target.js';
import {loadConfig, loadFleetTarget} from '../config/load.js';
import {exitCodes} from '../domain/exit-codes.js';
import {crashReport} from '../terminal/exit-handlers.js';
import {sanitize} from '../text/sanitize.js';
import {endAtOnce} from './end-at-once.js';
import {UsageError} from './usage-error.js';

/**
Makes the configuration from the command line and the environment, and runs the command. Resolves with the exit code.
The code of each command is loaded when the command runs.

After an uncaught error, the process prints five lines and ends with exit code 70. The process ends at once, because
polling would keep it alive. The monitor's screen has exit handlers of its own, which restore the terminal.
*/
export async function main(given: Given, environment: Readonly<Record<string, string | undefined>>): Promise<number> {
	process.on('uncaughtException', endCrashed);
	process.on('unhandledRejection', endCrashed);
	try {
		return await loadAndRun(given, environment);
	} catch (error) {
		if (error instanceof UsageError) {
			process.stderr.write(`redis-top: ${sanitize(error.message)}\n`);
			return endAtOnce(exitCodes.usage);
		}

		return endCrashed(error);
	}
}

function endCrashed(error: unknown): never {
	process.stderr.write(crashReport(error, version));
	process.exit(exitCodes.bug);
}

async function loadAndRun(given: Given, environment: Readonly<Record<string, string | undefined>>): Promise<number> {
	const loaded = await loadConfig(given, environment);
	switch (loaded.kind) {
		case 'print': {
			process.stdout.write(`${loaded.text}\n`);
			return 0;
		}

		case 'stop': {
			process.stderr.write(loaded.lines.map(line => `${line}\n`).join(''));
			return loaded.exitCode;
		}

		case 'run': {
			process.stderr.write(loaded.warnings.map(line => `${line}\n`).join(''));
			return run(loaded.config, given, environment);
		}
	}
}

async function run(
	config: Config,
	given: Given,
	environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
	if (config.command === 'monitor') {
		return runMonitor(config);
	}

	if (config.command === 'check' || config.command === 'snapshot') {
		return runSampled(config, config.command);
	}

	const commands = await import('./text-commands.js');
	switch (config.command) {
		case 'watch': {
			return commands.runWatch(config);
		}

		case 'record': {
			return commands.runRecord(config);
		}

		case 'replay': {
			return runReplay(config);
		}

		case 'report': {
			return commands.runReport(config);
		}

		case 'diagnose': {
			return commands.runDiagnose(config);
		}

		case 'rules': {
			return commands.runRules(config);
		}

		case 'acl': {
			return commands.runAcl(config);
		}

		case 'audit': {
			return commands.runAudit(config);
		}

		case 'demo': {
			return config.demo?.scenario === 'fleet'
				? runFleetOf(config, given, environment, true)
				: commands.runDemo(config, runMonitor);
		}

		case 'fleet': {
			return runFleetOf(config, given, environment, false);
		}
	}
}

/** Runs `check` or `snapshot`. The servers are asked first. The rest of the command is loaded while they answer. */
async function runSampled(config: Config, command: 'check' | 'snapshot'): Promise<number> {
	const {startSampling} = await import('./sampling.js');
	const sampling = startSampling(config, {looksClosely: command === 'check'});
	const {runCheck, runSnapshot} = await import('./text-commands.js');
	return command === 'check' ? runCheck(config, sampling) : runSnapshot(config, sampling);
}

/** Shows the fleet that a Prometheus knows: the Prometheus of the user, or the Prometheus of the demo. */
async function runFleetOf(
	config: Config,
	given: Given,
	environment: Readonly<Record<string, string | undefined>>,
	isDemo: boolean,
): Promise<number> {
	if (hasScreen(config)) {
		leaveCrashesToScreen();
	}

	const [{runDemoFleet, runFleet}, {runScreen}] = await Promise.all([
		import('./fleet-commands.js'),
		import('./screen-commands.js'),
	]);
	const optionsOf = (words: Given) => ({
		configOf: (target: FleetTarget) => loadFleetTarget(words, environment, target),
		runMonitor: runScreen,
	});
	return isDemo
		? runDemoFleet(config, prometheus => optionsOf({...given, command: 'fleet', targets: [], flags: {prometheus}}))
		: runFleet(config, optionsOf(given));
}

/** Shows the monitor: its screen on a terminal that can show it, text samples anywhere else. */
async function runMonitor(config: Config): Promise<number> {
	if (!hasScreen(config)) {
		const {runSamples} = await import('./text-commands.js');
		return runSamples(config);
	}

	leaveCrashesToScreen();
	const {runScreen, runScreenReader} = await import('./screen-commands.js');
	return config.isScreenReader ? runScreenReader(config) : runScreen(config);
}

/**
Shows a recording: with the replay's screen on a terminal that can show it, or with the output that the command line
asks for.
*/
async function runReplay(config: Config): Promise<number> {
	const isForScreen = config.replay?.output === 'screen' && config.replay.cast === undefined && !config.isScreenReader;
	if (isForScreen && hasScreen(config)) {
		leaveCrashesToScreen();
		const {runReplayScreen} = await import('./replay-screen.js');
		return runReplayScreen(config);
	}

	const commands = await import('./text-commands.js');
	return config.replay?.cast === undefined ? commands.runReplay(config) : commands.runCast(config);
}

const hasScreen = ({isDumbTerminal, format}: Config): boolean =>
	process.stdout.isTTY && process.stdin.isTTY && !isDumbTerminal && format === undefined;

function leaveCrashesToScreen(): void {
	process.off('uncaughtException', endCrashed);
	process.off('unhandledRejection', endCrashed);
}

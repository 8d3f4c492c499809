import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {openPty} from '../harness/pty.js';
import {startServer} from '../harness/servers.js';
import {type Finding, isFirstData, isFirstFrame, median, openMonitor, quit, type Setting} from './setting.js';

/** What takes the program no longer than Node itself takes, and half as long again. */
const answers: ReadonlyArray<{readonly what: string; readonly words: readonly string[]}> = [
	{what: '--version', words: ['--version']},
	{what: '--help', words: ['--help']},
	{what: 'a usage error', words: ['--no-such-flag']},
];

/** Commands that take two samples, this long apart, in milliseconds. */
const sampleCommands = ['check', 'snapshot'];
const sampleIntervalMs = 1000;

/** Budgets as multiples of `node -e 0`. */
const budgets = {answer: 1.5, samples: 2.5, frame: 3, data: 4.5};

/** The time until a program without a terminal ends, in milliseconds. */
async function timeOf({command, home}: Setting, args: readonly string[]): Promise<number> {
	const startedAt = performance.now();
	const child = spawn(command.file, args, {stdio: 'ignore', env: {...process.env, HOME: home, XDG_CACHE_HOME: ''}});
	await once(child, 'close');
	return performance.now() - startedAt;
}

/** The time that bare Node takes to start and to end, in a terminal as the program has one. In milliseconds. */
async function timeOfNodeOnTerminal({command, home}: Setting): Promise<number> {
	const startedAt = performance.now();
	const pty = await openPty({file: command.file, args: ['-e', '0'], env: {HOME: home}});
	await pty.exited;
	const tookMs = performance.now() - startedAt;
	await pty.dispose();
	return tookMs;
}

async function timesOfScreen(setting: Setting, target: string): Promise<{frameMs: number; dataMs: number}> {
	const startedAt = performance.now();
	const pty = await openMonitor(setting, target, {cols: 120, rows: 40});
	try {
		await pty.waitFor(isFirstFrame, {what: 'the first frame'});
		const frameMs = performance.now() - startedAt;
		await pty.waitFor(isFirstData, {what: 'the first data'});
		return {frameMs, dataMs: performance.now() - startedAt};
	} finally {
		await quit(pty);
	}
}

/**
Measures, in turn and as multiples of `node -e 0`: what the command line alone answers, `check` and `snapshot` without the
second between their samples, and the time from the start to the first frame and to the first data of an idle server at
120×40.
*/
export async function measureStartup(setting: Setting): Promise<Finding[]> {
	const server = await startServer({server: setting.serverBinary});
	try {
		const target = `${server.host}:${server.port}`;
		return [
			...(await measureAnswers(setting, setting.isQuick ? 7 : 25)),
			...(await measureSamples(setting, target, setting.isQuick ? 3 : 9)),
			...(await measureScreen(setting, target, setting.isQuick ? 5 : 15)),
		];
	} finally {
		await server.stop();
	}
}

async function measureAnswers(setting: Setting, runs: number): Promise<Finding[]> {
	const programs = answers.map(({what, words}) => ({
		what,
		budget: budgets.answer,
		run: () => timeOf(setting, [...setting.command.args, ...words]),
	}));
	return measureInTurn(setting, runs, () => timeOf(setting, ['-e', '0']), programs);
}

async function measureSamples(setting: Setting, target: string, runs: number): Promise<Finding[]> {
	const programs = sampleCommands.map(command => ({
		what: `${command} beyond the second between its samples`,
		budget: budgets.samples,
		run: async () => (await timeOf(setting, [...setting.command.args, command, target])) - sampleIntervalMs,
	}));
	return measureInTurn(setting, runs, () => timeOf(setting, ['-e', '0']), programs);
}

async function measureScreen(setting: Setting, target: string, runs: number): Promise<Finding[]> {
	let dataMs = 0;
	const frame = async () => {
		const times = await timesOfScreen(setting, target);
		dataMs = times.dataMs;
		return times.frameMs;
	};
	return measureInTurn(setting, runs, () => timeOfNodeOnTerminal(setting), [
		{what: 'first frame, 120×40', budget: budgets.frame, run: frame},
		// Both times are of the same start.
		{what: 'first data, 120×40', budget: budgets.data, run: async () => dataMs},
	]);
}

type TimedProgram = {readonly what: string; readonly budget: number; readonly run: () => Promise<number>};

/**
Runs bare Node and the programs in turn. Before that, each runs once unmeasured, so that files are in memory and compiled
code is in Node's cache.
*/
async function measureInTurn(
	{say}: Setting,
	runs: number,
	node: () => Promise<number>,
	programs: readonly TimedProgram[],
): Promise<Finding[]> {
	const nodes: number[] = [];
	const times = programs.map((): number[] => []);
	for (let run = 0; run <= runs; run++) {
		say(`${programs.map(({what}) => what).join(', ')}: run ${run} of ${runs}`);
		const took = [await node()];
		for (const program of programs) {
			took.push(await program.run());
		}

		if (run > 0) {
			nodes.push(took[0] ?? 0);
			for (const [index, values] of times.entries()) {
				values.push(took[index + 1] ?? 0);
			}
		}
	}

	const nodeMs = median(nodes) ?? 0;
	return programs.map(({what, budget}, index) => {
		const values = times[index] ?? [];
		const tookMs = median(values) ?? 0;
		return {
			what,
			figure: tookMs / nodeMs,
			unit: 'x',
			budget,
			note: `of node -e 0, which takes ${nodeMs.toFixed(0)} ms; ${tookMs.toFixed(0)} ms, ${spread(values)}`,
		};
	});
}

const spread = (values: readonly number[]): string =>
	`${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)} in ${values.length} runs`;

import {type ChildProcess, spawn} from 'node:child_process';
import {setTimeout as delay} from 'node:timers/promises';
import {openPty, type PtyScreen} from '../harness/pty.js';
import {startServer} from '../harness/servers.js';
import {usageOf} from './process-usage.js';
import {type Finding, isFirstData, openMonitor, quit, type Setting} from './setting.js';

/** Budgets: processor time as multiples of htop's in the same run, memory in MB. */
const budgets = {oneNode: 2.5, demo: 5, residentMb: 80, residentOverNodeMb: 30};
const warmUpMs = 10_000;
const size = {cols: 120, rows: 40};

/**
Measures the processor time of the monitor beside htop's, both at 120×40 and one second, on an idle server and on the
demo's three nodes; and the memory of the monitor and of `watch`.
*/
export async function measureFootprint(setting: Setting, demoTarget: string): Promise<Finding[]> {
	const server = await startServer({server: setting.serverBinary});
	try {
		const target = `${server.host}:${server.port}`;
		return [
			...(await measureBesideHtop(setting, target, 'one idle node', budgets.oneNode)),
			...(await measureBesideHtop(setting, demoTarget, 'the demo of three nodes', budgets.demo)),
			await measureWatch(setting, target),
		];
	} finally {
		await server.stop();
	}
}

async function measureBesideHtop(setting: Setting, target: string, on: string, budget: number): Promise<Finding[]> {
	const lastsMs = setting.isQuick ? 20_000 : 120_000;
	const seconds = (warmUpMs + lastsMs) / 1000;
	const monitor = await openMonitor(setting, target, size);
	let htop: PtyScreen | undefined;
	try {
		await monitor.waitFor(isFirstData, {what: 'the first data'});
		htop = setting.htop === undefined ? undefined : await openPty({file: setting.htop, args: ['-d', '10'], ...size});
		setting.say(`processor time and memory on ${on}, ${seconds} s`);
		await delay(warmUpMs);
		const programs = [monitor, ...(htop === undefined ? [] : [htop])];
		const before = programs.map(({pid}) => usageOf(pid).cpuSeconds);
		const startedAt = performance.now();
		await delay(lastsMs);
		const tookSeconds = (performance.now() - startedAt) / 1000;
		const [own = 0, others] = programs.map(
			({pid}, index) => (100 * (usageOf(pid).cpuSeconds - (before[index] ?? 0))) / tookSeconds,
		);
		const note = `${own.toFixed(2)} % of a core`;
		return [
			others === undefined
				? {what: `processor time on ${on}`, figure: own, unit: '%', note: 'htop is not installed'}
				: {
						what: `processor time on ${on}`,
						figure: own / Math.max(others, Number.EPSILON),
						unit: 'x',
						budget,
						note: `of htop in the same run, ${others.toFixed(2)} %; ${note}`,
					},
			{
				what: `resident memory on ${on}`,
				figure: usageOf(monitor.pid).residentBytes / 1e6,
				unit: 'MB',
				budget: budgets.residentMb,
				note: `after ${seconds} s; npm run soak measures hours`,
			},
		];
	} finally {
		await quit(monitor);
		await htop?.dispose();
	}
}

/** The memory of `watch`, which has no screen, over that of a Node that does nothing. */
async function measureWatch({command, home, isQuick, say}: Setting, target: string): Promise<Finding> {
	const env = {...process.env, HOME: home};
	const start = (args: readonly string[]) => spawn(command.file, args, {stdio: 'ignore', env});
	const children = [
		start([...command.args, 'watch', '-i', '1s', target]),
		start(['-e', 'setInterval(() => {}, 1000)']),
	];
	// 20 s after the start, `app/heap.ts` gives back what the start took.
	const lastsMs = isQuick ? 25_000 : 60_000;
	say(`memory of watch, ${lastsMs / 1000} s`);
	await delay(lastsMs);
	const [watch = 0, node = 0] = children.map(residentMbOf);
	for (const child of children) {
		child.kill();
	}

	return {
		what: 'resident memory of watch over bare Node',
		figure: watch - node,
		unit: 'MB',
		budget: budgets.residentOverNodeMb,
		note: `${watch.toFixed(0)} MB and ${node.toFixed(0)} MB after ${lastsMs / 1000} s`,
	};
}

const residentMbOf = ({pid}: ChildProcess): number => (pid === undefined ? 0 : usageOf(pid).residentBytes / 1e6);

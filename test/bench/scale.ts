import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {startSimulated} from '../../source/demo/simulated/start-simulated.js';
import type {PtyScreen} from '../harness/pty.js';
import {usageOf} from './process-usage.js';
import {type Finding, median, openMonitor, quit, type Setting} from './setting.js';

const budgets = {cpuPercent: 25, residentMb: 300, keyMs: 50, refreshBytes: 2500};
const sizes = [10, 100, 1000];
/** The keys that are pressed, and the beginning of the title of the panel that each opens. */
const panels: ReadonlyArray<readonly [key: string, title: RegExp]> = [
	['3', /^[┌╭]─ 3 Replication/m],
	['8', /^[┌╭]─ 8 Cluster/m],
];

type Figures = {
	readonly cpuPercent: number;
	readonly residentMb: number;
	readonly keyMs: readonly number[];
	readonly bytes: number;
};

/**
Measures processor time, memory, key to paint and bytes on simulated clusters of growing size, and how the figures grow.
The screen has 120×40 cells, and the interval is one second.
*/
export async function measureScale(setting: Setting): Promise<Finding[]> {
	const findings: Finding[] = [];
	let smaller: {readonly nodes: number; readonly figures: Figures} | undefined;
	for (const nodes of sizes) {
		const figures = await measureNodes(setting, nodes);
		const times = (of: (figures: Figures) => number) =>
			smaller === undefined
				? ''
				: `${(of(figures) / of(smaller.figures)).toFixed(2)} × that of ${smaller.nodes} nodes; `;
		const sorted = figures.keyMs.toSorted((one, other) => one - other);
		const keys = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
		findings.push(
			{
				what: `CPU of redis-top, ${nodes} nodes`,
				figure: figures.cpuPercent,
				unit: '%',
				budget: budgets.cpuPercent,
				note: `${times(({cpuPercent}) => cpuPercent)}without the simulated servers`,
			},
			{
				what: `resident memory, ${nodes} nodes`,
				figure: figures.residentMb,
				unit: 'MB',
				budget: budgets.residentMb,
				note: times(({residentMb}) => residentMb),
			},
			{
				what: `key to paint, 99th percentile, ${nodes} nodes`,
				figure: keys(0.99),
				unit: 'ms',
				budget: budgets.keyMs,
				note: `${times(({keyMs}) => median(keyMs) ?? 0)}median ${keys(0.5).toFixed(1)} ms of ${sorted.length} keys`,
			},
			{
				what: `bytes a refresh, ${nodes} nodes`,
				figure: figures.bytes,
				unit: 'B',
				budget: budgets.refreshBytes,
				note: times(({bytes}) => bytes),
			},
		);
		smaller = {nodes, figures};
	}

	return findings;
}

async function measureNodes(setting: Setting, nodes: number): Promise<Figures> {
	const keeperFile = path.join(path.dirname(setting.keeperFile), 'demo-simulated.js');
	const simulated = await startSimulated({nodes, incident: 'none', keeperFile});
	try {
		const [target = ''] = simulated.addresses;
		const pty = await openMonitor(setting, target, {cols: 120, rows: 40});
		try {
			setting.say(`${nodes} simulated nodes`);
			await pty.waitFor(new RegExp(`1/${nodes} `), {what: `${nodes} nodes`, deadlineMs: 120_000});
			await delay(setting.isQuick ? 10_000 : 30_000);
			const seconds = setting.isQuick ? 10 : 60;
			const [before, bytesBefore, startedAt] = [usageOf(pty.pid), pty.byteCount, performance.now()];
			await delay(seconds * 1000);
			const after = usageOf(pty.pid);
			const tookSeconds = (performance.now() - startedAt) / 1000;
			const bytes = (pty.byteCount - bytesBefore) / tookSeconds;
			return {
				cpuPercent: (100 * (after.cpuSeconds - before.cpuSeconds)) / tookSeconds,
				residentMb: after.residentBytes / 1e6,
				bytes,
				keyMs: await keyTimes(pty, setting.isQuick ? 20 : 200),
			};
		} finally {
			await quit(pty);
		}
	} finally {
		await simulated.stop();
	}
}

/**
The times from a key until its panel is painted, in milliseconds. The keys are pressed at moments that don't depend on
the polls.
*/
async function keyTimes(pty: PtyScreen, count: number): Promise<number[]> {
	const times: number[] = [];
	for (let turn = 0; turn < count; turn++) {
		const [key, title] = panels[turn % panels.length] ?? ['3', /3 Replication/];
		await delay(50 + Math.random() * 200);
		const startedAt = performance.now();
		pty.press(key);
		await pty.waitFor(title, {what: `the panel of ${key}`});
		times.push(performance.now() - startedAt);
	}

	return times;
}

import {setTimeout as delay} from 'node:timers/promises';
import {usageOf} from './process-usage.js';
import {type Finding, isFirstData, openMonitor, quit, type Setting} from './setting.js';

const cpuBudgetPercent = 2;
const residentBudgetMb = 110;
const warmUpMs = 10_000;

/**
Measures the monitor's own processor time and memory under the demo's load, at 120×40 and a one-second interval, after
two minutes.
*/
export async function measureFootprint(setting: Setting, target: string): Promise<Finding[]> {
	const lastsMs = setting.isQuick ? 20_000 : 120_000;
	const pty = await openMonitor(setting, target, {cols: 120, rows: 40});
	try {
		await pty.waitFor(isFirstData, {what: 'the first data'});
		setting.say(`CPU and memory, ${(warmUpMs + lastsMs) / 1000} s`);
		await delay(warmUpMs);
		const before = usageOf(pty.pid);
		const startedAt = performance.now();
		await delay(lastsMs);
		const after = usageOf(pty.pid);
		const seconds = (performance.now() - startedAt) / 1000;
		const label = `120×40, 3 nodes, after ${Math.round((warmUpMs + lastsMs) / 1000)} s`;
		return [
			{
				what: 'CPU of redis-top',
				figure: (100 * (after.cpuSeconds - before.cpuSeconds)) / seconds,
				unit: '%',
				budget: cpuBudgetPercent,
				note: label,
			},
			{
				what: 'resident memory of redis-top',
				figure: after.residentBytes / 1e6,
				unit: 'MB',
				budget: residentBudgetMb,
				note: `${label}; ${(before.residentBytes / 1e6).toFixed(0)} MB after ${warmUpMs / 1000} s`,
			},
		];
	} finally {
		await quit(pty);
	}
}

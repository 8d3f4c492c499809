import {setTimeout as delay} from 'node:timers/promises';
import {type Finding, isFirstData, median, openMonitor, quit, type Setting, sizes} from './setting.js';

/** Time until the charts have begun and the low-frequency requests are answered, in milliseconds. */
const settleMs = 8000;

/**
Measures the bytes that are written to the terminal on the demo's load: in each second, and in ten seconds while the
screen is paused.
*/
export async function measureBytes(setting: Setting, target: string): Promise<Finding[]> {
	const findings: Finding[] = [];
	for (const {cols, rows, budgetBytes} of sizes) {
		const pty = await openMonitor(setting, target, {cols, rows});
		try {
			await pty.waitFor(isFirstData, {what: 'the first data'});
			const firstBytes = pty.byteCount;
			setting.say(`bytes at ${cols}×${rows}`);
			await delay(settleMs);
			const seconds = await bytesBySecond(() => pty.byteCount, setting.isQuick ? 8 : 30);
			findings.push({
				what: `bytes a refresh, ${cols}×${rows}`,
				figure: median(seconds),
				unit: 'B',
				budget: budgetBytes,
				note: `at most ${Math.max(...seconds)} in ${seconds.length} refreshes; ${firstBytes} until the first data`,
			});

			pty.press(' ');
			await delay(2500);
			const paused = await bytesBySecond(() => pty.byteCount, setting.isQuick ? 4 : 10);
			findings.push({
				what: `bytes paused, ${cols}×${rows}`,
				figure: paused.reduce((sum, bytes) => sum + bytes, 0),
				unit: 'B',
				budget: 0,
				note: `in ${paused.length} s`,
			});
		} finally {
			await quit(pty);
		}
	}

	return findings;
}

/** The number of bytes that were written in each of `count` seconds. */
export async function bytesBySecond(read: () => number, count: number): Promise<number[]> {
	const bytes: number[] = [];
	const startedAt = performance.now();
	for (let second = 1; second <= count; second++) {
		const before = read();
		await delay(Math.max(0, startedAt + second * 1000 - performance.now()));
		bytes.push(read() - before);
	}

	return bytes;
}

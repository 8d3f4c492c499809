import {openPty} from '../harness/pty.js';
import {startServer} from '../harness/servers.js';
import {type Finding, isFirstData, isFirstFrame, median, openMonitor, quit, type Setting} from './setting.js';

const frameBudgetMs = 250;
const dataBudgetMs = 400;

/** The time that Node alone takes to start and to end in a terminal, in milliseconds. */
async function measureNode({command, home}: Setting): Promise<number> {
	const startedAt = performance.now();
	const pty = await openPty({file: command.file, args: ['-e', '0'], env: {HOME: home}});
	await pty.exited;
	const tookMs = performance.now() - startedAt;
	await pty.dispose();
	return tookMs;
}

async function measureStart(setting: Setting, target: string): Promise<{frameMs: number; dataMs: number}> {
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
Measures the time from the start of the process to the first frame and to the first data of an idle server, at 120×40.
*/
export async function measureStartup(setting: Setting): Promise<Finding[]> {
	const runs = setting.isQuick ? 5 : 15;
	const server = await startServer({server: setting.serverBinary});
	try {
		const target = `${server.host}:${server.port}`;
		// The first start is not measured: it fills the disk cache and Node's compile cache.
		await measureNode(setting);
		await measureStart(setting, target);
		const nodes: number[] = [];
		const frames: number[] = [];
		const data: number[] = [];
		for (let run = 1; run <= runs; run++) {
			setting.say(`start ${run} of ${runs}`);
			nodes.push(await measureNode(setting));
			const {frameMs, dataMs} = await measureStart(setting, target);
			frames.push(frameMs);
			data.push(dataMs);
		}

		const nodeMs = median(nodes) ?? 0;
		const over = (what: string, values: readonly number[], budget: number): Finding => {
			const tookMs = median(values) ?? 0;
			return {
				what,
				figure: tookMs - nodeMs,
				unit: 'ms',
				budget,
				note: `${tookMs.toFixed(0)} ms in all, ${(tookMs / nodeMs).toFixed(1)} × node -e 0; ${spread(values)}`,
			};
		};
		return [
			{what: 'node -e 0', figure: nodeMs, unit: 'ms', note: spread(nodes)},
			over('start to first frame, over node', frames, frameBudgetMs),
			over('start to first data, over node', data, dataBudgetMs),
		];
	} finally {
		await server.stop();
	}
}

const spread = (values: readonly number[]): string =>
	`${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)} in ${values.length} runs`;

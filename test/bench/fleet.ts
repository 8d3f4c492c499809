import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {ensureNeighbour} from '../../scripts/fetch-servers.mjs';
import {startFleet} from '../../source/demo/fleet/start-fleet.js';
import {openPty, type PtyScreen} from '../harness/pty.js';
import {usageOf} from './process-usage.js';
import {type Finding, median, quit, type Setting} from './setting.js';

const budgets = {firstListMs: 2000, refreshMs: 1000, cpuPercent: 10, residentMb: 250, keyMs: 50};
const servers = 10_000;
/** Real servers of the demo, which stand in the list too. */
const realServers = 3;

/**
Measures the list of 10,000 servers, on a real Prometheus that scrapes generated ones: the first list, a refresh, processor time,
memory, and key to paint. The refresh is at its default of 15 seconds.
*/
export async function measureFleet(setting: Setting): Promise<Finding[]> {
	const programs = {
		server: setting.serverBinary,
		exporter: await ensureNeighbour('prometheus-redis-exporter'),
		prometheus: await ensureNeighbour('prometheus'),
		alertmanager: undefined,
	};
	setting.say('fleet: a Prometheus with 10,000 servers');
	const fleet = await startFleet(programs, servers, path.join(path.dirname(setting.keeperFile), 'demo-fleet.js'));
	try {
		await untilScraped(fleet.prometheus);
		// Rates need four scrapes.
		await delay(60_000);
		const {file, args} = setting.command;
		const startedAt = performance.now();
		const pty = await openPty({
			file,
			args: [...args, 'fleet', '--prometheus', fleet.prometheus],
			cols: 120,
			rows: 40,
			env: {HOME: setting.home, LANG: 'C.UTF-8'},
		});
		try {
			await pty.waitFor(/10,00\d servers/, {what: 'the first list', deadlineMs: 60_000});
			const firstListMs = performance.now() - startedAt;
			const refreshes = await refreshTimes(pty, setting.isQuick ? 2 : 6);
			const seconds = setting.isQuick ? 30 : 90;
			const [before, from] = [usageOf(pty.pid), performance.now()];
			await delay(seconds * 1000);
			const after = usageOf(pty.pid);
			const tookSeconds = (performance.now() - from) / 1000;
			const keys = (await keyTimes(pty, setting.isQuick ? 20 : 200)).sort((one, other) => one - other);
			const at = (part: number) => keys[Math.min(keys.length - 1, Math.floor(keys.length * part))] ?? 0;
			return [
				{
					what: 'fleet of 10,000, start to first list',
					figure: firstListMs,
					unit: 'ms',
					budget: budgets.firstListMs,
					note: 'program start included',
				},
				{
					what: 'fleet of 10,000, a refresh',
					figure: median(refreshes) ?? 0,
					unit: 'ms',
					budget: budgets.refreshMs,
					note: `Prometheus' work included; median of ${refreshes.length}`,
				},
				{
					what: 'fleet of 10,000, CPU of redis-top',
					figure: (100 * (after.cpuSeconds - before.cpuSeconds)) / tookSeconds,
					unit: '%',
					budget: budgets.cpuPercent,
				},
				{
					what: 'fleet of 10,000, resident memory',
					figure: after.residentBytes / 1e6,
					unit: 'MB',
					budget: budgets.residentMb,
				},
				{
					what: 'fleet of 10,000, key to paint, 99th percentile',
					figure: at(0.99),
					unit: 'ms',
					budget: budgets.keyMs,
					note: `median ${at(0.5).toFixed(1)} ms of ${keys.length} keys`,
				},
			];
		} finally {
			await quit(pty);
		}
	} finally {
		await fleet.stop();
	}
}

async function untilScraped(prometheus: string): Promise<void> {
	const url = `${prometheus}/api/v1/query?query=${encodeURIComponent('count(redis_up)')}`;
	for (let attempt = 0; attempt < 120; attempt++) {
		const body = await fetch(url)
			.then(reply => reply.text())
			.catch(() => '');
		if (body.includes(`"${servers + realServers}"`)) {
			return;
		}

		await delay(1000);
	}

	throw new Error('Prometheus did not scrape the generated servers in two minutes');
}

/** The times that refreshes took, as the first line says them, in milliseconds. */
async function refreshTimes(pty: PtyScreen, count: number): Promise<number[]> {
	const times: number[] = [];
	for (let turn = 0; turn < count; turn++) {
		pty.press('R');
		await pty.waitFor(/refreshing/, {what: 'a refresh'});
		await pty.waitFor(/ R refresh /, {what: 'the end of a refresh', deadlineMs: 60_000});
		times.push(Number(/took (\d+) ms/.exec(pty.text())?.[1]));
	}

	return times;
}

/** The times from a key until the list says the new place, in milliseconds. */
async function keyTimes(pty: PtyScreen, count: number): Promise<number[]> {
	const times: number[] = [];
	for (let turn = 0; turn < count; turn++) {
		const [key, place] = turn % 2 === 0 ? (['\u001B[B', / 2 of 1/] as const) : (['\u001B[A', / 1 of 1/] as const);
		await delay(50 + Math.random() * 200);
		const startedAt = performance.now();
		pty.press(key);
		await pty.waitFor(place, {what: `row ${place}`});
		times.push(performance.now() - startedAt);
	}

	return times;
}

import {existsSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {openPty, type PtyScreen} from '../harness/pty.js';
import {startServer, type TestServer} from '../harness/servers.js';
import {type Finding, isFirstData, openMonitor, quit, type Setting} from './setting.js';

const crowds = [
	{clients: 100, budgetPercent: 0.02, budgetRatio: 1.8},
	{clients: 10_000, budgetPercent: 0.05, budgetRatio: 2},
];

const settleMs = 5000;

type Cost = {readonly microsecondsPerSecond: number; readonly callsPerSecond: number; readonly busiest: string};

/**
Measures the main thread's time that redis-top takes from an otherwise idle server, and the time that `redis-cli --stat`
takes for comparison.
*/
export async function measureServerCost(setting: Setting): Promise<Finding[]> {
	const findings: Finding[] = [];
	for (const crowdSize of crowds) {
		const {clients} = crowdSize;
		const server = await startServer({
			server: setting.serverBinary,
			args: ['--maxclients', String(clients + 100), '--save', ''],
		});
		const crowd: Socket[] = [];
		try {
			setting.say(`${clients} idle clients`);
			await openCrowd(server, clients, crowd);
			findings.push(...(await measureOn(setting, server, crowdSize)));
		} catch (error) {
			const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
			findings.push({
				what: `server time, ${clients} clients`,
				figure: undefined,
				unit: '%',
				note: `not measured: ${why}`,
			});
		} finally {
			for (const socket of crowd) {
				socket.destroy();
			}

			await server.stop();
		}
	}

	return findings;
}

async function measureOn(
	setting: Setting,
	server: TestServer,
	{clients, budgetPercent, budgetRatio}: (typeof crowds)[number],
): Promise<Finding[]> {
	const seconds = setting.isQuick ? 15 : 60;
	const target = `${server.host}:${server.port}`;
	const monitor = await openMonitor(setting, target, {cols: 120, rows: 40});
	let own: Cost;
	try {
		await monitor.waitFor(isFirstData, {what: 'the first data'});
		own = await measureCost(setting, server, seconds, 'redis-top');
	} finally {
		await quit(monitor);
	}

	const findings: Finding[] = [finding('redis-top', clients, own, budgetPercent)];
	const cli = await openStat(setting, server);
	if (cli !== undefined) {
		try {
			await cli.waitFor(/\d+ \(\+\d+\)/, {what: 'a line of redis-cli --stat'});
			const stat = await measureCost(setting, server, seconds, 'redis-cli --stat');
			findings.push(finding('redis-cli --stat', clients, stat), {
				what: `redis-top against redis-cli --stat, ${clients} clients`,
				figure: own.microsecondsPerSecond / stat.microsecondsPerSecond,
				unit: 'x',
				budget: budgetRatio,
			});
		} finally {
			await cli.dispose();
		}
	}

	return findings;
}

const finding = (who: string, clients: number, cost: Cost, budget?: number): Finding => ({
	what: `server time of ${who}, ${clients} clients`,
	// A full core has a million microseconds in each second.
	figure: cost.microsecondsPerSecond / 10_000,
	unit: '%',
	...(budget === undefined ? {} : {budget}),
	note: `${cost.microsecondsPerSecond.toFixed(0)} µs a second, ${cost.callsPerSecond.toFixed(1)} commands a second; ${cost.busiest}`,
});

/** The sum of the commands' times over `seconds` seconds. The bench itself asks only at the start and at the end. */
async function measureCost(setting: Setting, server: TestServer, seconds: number, who: string): Promise<Cost> {
	setting.say(`server time of ${who}, ${seconds} s`);
	await delay(settleMs);
	await server.command('CONFIG', 'RESETSTAT');
	const startedAt = performance.now();
	await delay(seconds * 1000);
	const elapsedSeconds = (performance.now() - startedAt) / 1000;
	const text = String(await server.command('INFO', 'commandstats'));
	const rows = [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+),usec=(\d+)/gm)]
		.map(([, name = '', calls, microseconds]) => ({name, calls: Number(calls), microseconds: Number(microseconds)}))
		.filter(({name}) => name !== 'config|resetstat')
		.sort((left, right) => right.microseconds - left.microseconds);
	const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
	return {
		microsecondsPerSecond: sum(row => row.microseconds) / elapsedSeconds,
		callsPerSecond: sum(row => row.calls) / elapsedSeconds,
		busiest: rows
			.slice(0, 4)
			.map(
				({name, calls, microseconds}) => `${name} ${(microseconds / elapsedSeconds).toFixed(0)} µs/s (${calls} calls)`,
			)
			.join(', '),
	};
}

async function openStat({serverBinary, home}: Setting, server: TestServer): Promise<PtyScreen | undefined> {
	const cli = path.join(path.dirname(serverBinary), path.basename(serverBinary).replace('server', 'cli'));
	return existsSync(cli)
		? openPty({file: cli, args: ['-p', String(server.port), '--stat', '-i', '1'], env: {HOME: home}})
		: undefined;
}

/** Opens connections that send nothing. Rejects when this process or the server may not open that many. */
async function openCrowd({host, port}: TestServer, count: number, crowd: Socket[]): Promise<void> {
	// The number is below the server's backlog of 511 pending connections.
	const batch = 400;
	for (let opened = 0; opened < count; opened += batch) {
		await Promise.all(
			Array.from(
				{length: Math.min(batch, count - opened)},
				() =>
					new Promise<void>((resolve, reject) => {
						const socket = connect({host, port}, resolve);
						socket.on('error', reject);
						crowd.push(socket);
					}),
			),
		);
	}
}

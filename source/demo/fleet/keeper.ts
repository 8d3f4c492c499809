// The process that owns the servers of `redis-top demo fleet`. It runs until its standard input ends, which happens
// when its parent process ends.
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {newOrders, playApi} from '../incidents/applications.js';
import {openStage, type Stage} from '../incidents/stage.js';
import {endWithParent, sayFailure, sayReady} from '../lifeline.js';
import {findFreePorts, parentBoundLauncher, type ServerProcess, startProgram} from '../server-process.js';
import {serveGenerated} from './generated-page.js';
import {alertmanagerConfiguration, alertRules, prometheusConfiguration} from './prometheus-files.js';

/**
How long all servers stay healthy before the incident, in milliseconds. The incident is an import that fills the memory
of `orders`.
*/
const calmMs = 20_000;

/**
The scrape interval in seconds if there are no generated servers. With generated servers the interval is `slowScrape`,
because their metrics page has several megabytes.
*/
const quickScrape = 2;
const slowScrape = 15;

const [serverBinary = '', exporter = '', prometheus = '', alertmanager = '', nodes = '0'] = process.argv.slice(2);
const generated = Number(nodes);
const programs: ServerProcess[] = [];
let stage: Stage | undefined;

process.on('exit', () => {
	killPrograms();
	stage?.destroy();
});
endWithParent(end);

try {
	stage = openStage(serverBinary);
	const {directory} = stage;
	const file = (name: string) => path.join(directory, name);
	const [exporterPort = 0, prometheusPort = 0, alertmanagerPort = 0, generatedPort = 0] = await findFreePorts(4);
	const launcher = parentBoundLauncher();
	const start = (binary: string, args: readonly string[], port: number) =>
		startProgram({binary, args, launcher, directory, port, onSpawned: program => programs.push(program)});
	const orders = await stage.server({name: 'orders', configuration: ['maxmemory 24mb', 'maxmemory-policy noeviction']});
	const replica = await stage.server({name: 'orders-replica', configuration: [`replicaof 127.0.0.1 ${orders.port}`]});
	const sessions = await stage.server({
		name: 'sessions',
		configuration: ['maxmemory 64mb', 'maxmemory-policy allkeys-lru'],
	});
	playApi(stage, orders);
	playApi(stage, sessions);
	if (generated > 0) {
		stage.atEnd(serveGenerated(generated, generatedPort));
	}

	await start(exporter, ['-web.listen-address', `127.0.0.1:${exporterPort}`, '-redis.addr', ''], exporterPort);
	if (alertmanager !== '') {
		writeFileSync(file('alertmanager.yml'), alertmanagerConfiguration());
		const own = [
			'--config.file',
			file('alertmanager.yml'),
			'--storage.path',
			file('alerts'),
			'--cluster.listen-address',
			'',
		];
		await start(alertmanager, [...own, '--web.listen-address', `127.0.0.1:${alertmanagerPort}`], alertmanagerPort);
	}

	mkdirSync(file('series'));
	writeFileSync(file('alerts.yml'), alertRules());
	writeFileSync(
		file('prometheus.yml'),
		prometheusConfiguration({
			addresses: [orders, replica, sessions].map((server, index) => ({
				address: server.address,
				deployment: index < 2 ? 'orders' : 'sessions',
			})),
			exporterPort,
			generatedPort: generated > 0 ? generatedPort : undefined,
			alertmanagerPort: alertmanager === '' ? undefined : alertmanagerPort,
			everySeconds: generated > 0 ? slowScrape : quickScrape,
		}),
	);
	const files = ['--config.file', file('prometheus.yml'), '--storage.tsdb.path', file('series')];
	await start(prometheus, [...files, '--web.listen-address', `127.0.0.1:${prometheusPort}`], prometheusPort);
	sayReady({
		prometheusPort,
		alertmanagerPort: alertmanager === '' ? undefined : alertmanagerPort,
		pids: [...stage.pids, ...programs.map(({pid}) => pid)],
		directory,
	});
	await delay(calmMs);
	stage.application({server: orders, name: 'order-import', pauseMs: 20, next: newOrders(200, 1000)});
} catch (error) {
	sayFailure(error);
}

function killPrograms(): void {
	for (const {pid} of programs) {
		try {
			process.kill(-pid, 'SIGKILL');
		} catch {
			// The process has ended already.
		}
	}
}

function end(): void {
	killPrograms();
	if (stage === undefined) {
		process.exit(0);
	}

	void stage.end().finally(() => process.exit(0));
}

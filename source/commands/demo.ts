import process from 'node:process';
import type {Config} from '../config/config.js';
import type {DemoRequest} from '../config/options.js';
import {findServer} from '../demo/find-server.js';
import {DemoFailure} from '../demo/server-process.js';
import {startSimulated} from '../demo/simulated/start-simulated.js';
import {startDemo} from '../demo/start-demo.js';
import {exitCodes} from '../domain/exit-codes.js';

/** A running demo deployment and its address. */
type Started = {readonly label: string; readonly target: string; stop(): Promise<void>};

/**
`redis-top demo`: starts a temporary deployment under load, and the monitor on it. The deployment is removed afterwards,
however the monitor ends. If no server program is found, the deployment is simulated, and a line on stderr says so.
*/
export async function runDemo(config: Config, runMonitor: (config: Config) => Promise<number>): Promise<number> {
	try {
		const {label, target, stop} = await startScenario(config.demo);
		try {
			return await runMonitor(withTarget(config, label, target));
		} finally {
			await stop();
		}
	} catch (error) {
		if (error instanceof DemoFailure) {
			process.stderr.write(`redis-top demo: ${error.message}\n`);
			return exitCodes.unreachable;
		}

		throw error;
	}
}

async function startScenario(demo: DemoRequest | undefined): Promise<Started> {
	const serverBinary = demo?.scenario === 'simulated' ? undefined : findServer(process.env.PATH);
	if (serverBinary !== undefined) {
		const {target, stop} = await startDemo({serverBinary});
		return {label: `demo ${target}`, target, stop};
	}

	const isAskedFor = demo?.scenario === 'simulated';
	process.stderr.write(
		`redis-top demo: ${isAskedFor ? '' : 'no redis-server or valkey-server is on the PATH, so '}this deployment is simulated\n`,
	);

	const {addresses, stop} = await startSimulated({nodes: demo?.nodes ?? 12, incident: demo?.incident ?? 'all'});
	const [target = ''] = addresses;
	return {label: `simulated ${target}`, target, stop};
}

function withTarget(config: Config, label: string, target: string): Config {
	const [host = '127.0.0.1', port] = target.split(':');
	return {
		...config,
		label,
		targets: [
			{
				endpoint: {kind: 'tcp', host, port: Number(port)},
				username: undefined,
				password: undefined,
				tls: undefined,
				timeoutMs: config.timeoutMs,
			},
		],
	};
}

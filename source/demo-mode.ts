import process from 'node:process';
import type {Config} from './config.js';
import {findServer} from './demo/find-server.js';
import {DemoFailure} from './demo/server-process.js';
import {startDemo} from './demo/start-demo.js';
import {unreachableExitCode} from './samples.js';

/** `redis-top demo`: a throw-away deployment under load, and the monitor on it. Gone afterwards, on any way out. */
export async function runDemo(config: Config, runMonitor: (config: Config) => Promise<number>): Promise<number> {
	const serverBinary = findServer(process.env.PATH);
	if (serverBinary === undefined) {
		process.stderr.write('redis-top demo needs redis-server or valkey-server on the PATH: install one of them\n');
		return unreachableExitCode;
	}

	try {
		const demo = await startDemo({serverBinary});
		try {
			return await runMonitor(withTarget(config, demo.target));
		} finally {
			await demo.stop();
		}
	} catch (error) {
		if (error instanceof DemoFailure) {
			process.stderr.write(`redis-top demo: ${error.message}\n`);
			return unreachableExitCode;
		}

		throw error;
	}
}

function withTarget(config: Config, target: string): Config {
	const [host = '127.0.0.1', port] = target.split(':');
	return {
		...config,
		label: `demo ${target}`,
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

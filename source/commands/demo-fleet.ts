import process from 'node:process';
import type {Config} from '../config/config.js';
import {findPrograms} from '../demo/fleet/find-programs.js';
import {startFleet} from '../demo/fleet/start-fleet.js';
import {DemoFailure} from '../demo/server-process.js';
import {exitCodes} from '../domain/exit-codes.js';
import {type FleetOptions, runFleet} from './fleet.js';

/** Time between two refreshes of the demo's list, in milliseconds. Its Prometheus scrapes every two seconds. */
const refreshMs = 5000;

/**
`redis-top demo fleet`: starts real servers, redis_exporter, Prometheus and Alertmanager, and shows these servers in the
list of the fleet. The memory of one server fills up after half a minute. Everything is removed afterwards.
*/
export async function runDemoFleet(config: Config, optionsFor: (prometheus: string) => FleetOptions): Promise<number> {
	const programs = findPrograms();
	if ('missing' in programs) {
		process.stderr.write(
			`redis-top demo fleet: ${programs.missing.join(', ')} is not on the PATH; on Debian: apt-get install redis-server prometheus prometheus-redis-exporter prometheus-alertmanager\n`,
		);
		return exitCodes.unreachable;
	}

	try {
		const {prometheus, alertmanager, stop} = await startFleet(programs, config.demo?.nodes ?? 0);
		process.stderr.write(
			`redis-top demo fleet: Prometheus ${prometheus}, ${alertmanager === undefined ? 'no Alertmanager is on the PATH' : `Alertmanager ${alertmanager}`}\n`,
		);
		try {
			return await runFleet(
				{
					...config,
					command: 'fleet',
					prometheus: {service: {url: new URL(prometheus)}, mapping: undefined},
					fleet: {matchers: ''},
					intervalMs: refreshMs,
				},
				optionsFor(prometheus),
			);
		} finally {
			await stop();
		}
	} catch (error) {
		if (error instanceof DemoFailure) {
			process.stderr.write(`redis-top demo fleet: ${error.message}\n`);
			return exitCodes.unreachable;
		}

		throw error;
	}
}

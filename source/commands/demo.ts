import process from 'node:process';
import {incidentList} from '../arguments/help.js';
import type {Config} from '../config/config.js';
import type {DemoRequest} from '../config/demo-request.js';
import {findServer} from '../demo/find-server.js';
import {incidentSentences, type StagedName} from '../demo/incidents/incident-names.js';
import {startIncident} from '../demo/incidents/start-incident.js';
import {DemoFailure} from '../demo/server-process.js';
import {startSimulated} from '../demo/simulated/start-simulated.js';
import {startDemo} from '../demo/start-demo.js';
import {exitCodes} from '../domain/exit-codes.js';

/** A running demo deployment and the addresses to monitor. */
type Started = {
	readonly label: string;
	readonly targets: readonly string[];
	stop(): Promise<void>;
	/**
	Returns one line about what went wrong in the deployment while the monitor ran; undefined if nothing went wrong.
	*/
	failure?(): string | undefined;
};

/**
`redis-top demo`: starts a temporary deployment under load, and the monitor for it. The deployment is removed
afterwards, however the monitor ends. If no server program is found, the deployment is simulated, and a line on stderr
says so. `redis-top demo incident` without a name lists the incidents.
*/
export async function runDemo(config: Config, runMonitor: (config: Config) => Promise<number>): Promise<number> {
	if (config.demo?.scenario === 'incident' && config.demo.staged === undefined) {
		process.stdout.write(`${incidentList()}\n`);
		return 0;
	}

	try {
		const {label, targets, stop, failure} = await startScenario(config.demo);
		try {
			return await runMonitor(withTargets(config, label, targets));
		} finally {
			const reason = failure?.();
			await stop();
			process.stderr.write(reason === undefined ? '' : `redis-top demo: ${reason}\n`);
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
	if (demo?.staged !== undefined) {
		return startStaged(demo.staged, serverBinary);
	}

	if (serverBinary !== undefined) {
		const {target, stop} = await startDemo({serverBinary});
		return {label: `demo ${target}`, targets: [target], stop};
	}

	const isAskedFor = demo?.scenario === 'simulated';
	process.stderr.write(
		`redis-top demo: ${isAskedFor ? '' : 'no redis-server or valkey-server is on the PATH, so '}this deployment is simulated\n`,
	);

	const {addresses, stop} = await startSimulated({nodes: demo?.nodes ?? 12, incident: demo?.incident ?? 'all'});
	const [target = ''] = addresses;
	return {label: `simulated ${target}`, targets: [target], stop};
}

async function startStaged(name: StagedName, serverBinary: string | undefined): Promise<Started> {
	if (serverBinary === undefined) {
		throw new DemoFailure(
			'no redis-server or valkey-server is on the PATH, and an incident needs a real one: install redis or valkey with your package manager, or set REDIS_TOP_SERVER to the path of a server',
		);
	}

	process.stderr.write(`redis-top demo: ${incidentSentences[name]}\n`);
	const {addresses, stop, failure} = await startIncident({serverBinary, name});
	return {label: `incident ${name}`, targets: addresses, stop, failure};
}

const withTargets = (config: Config, label: string, addresses: readonly string[]): Config => ({
	...config,
	label,
	targets: addresses.map(address => {
		const [host = '127.0.0.1', port] = address.split(':');
		return {
			endpoint: {kind: 'tcp', host, port: Number(port)},
			username: undefined,
			password: undefined,
			tls: undefined,
			timeoutMs: config.timeoutMs,
		};
	}),
});

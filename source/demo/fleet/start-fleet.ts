import {startKeeper} from '../keeper-process.js';
import {removeServers} from '../server-process.js';

export type DemoFleet = {
	/** The URL of the demo's Prometheus. */
	readonly prometheus: string;
	/** The URL of the demo's Alertmanager; undefined where Alertmanager is not installed. */
	readonly alertmanager: string | undefined;
	/** The id of the process that owns the servers. */
	readonly keeperPid: number;
	/** Removes every process and file. They are also removed without this call when this process ends. */
	stop(): Promise<void>;
};

/** The programs of the demo. */
export type FleetPrograms = {
	readonly server: string;
	readonly exporter: string;
	readonly prometheus: string;
	readonly alertmanager: string | undefined;
};

type KeeperMessage = {
	readonly prometheusPort: number;
	readonly alertmanagerPort?: number;
	readonly pids: readonly number[];
	readonly directory: string;
};

/**
Starts real servers, redis_exporter, Prometheus and Alertmanager in a child process that ends with this process. The
memory of one server fills up half a minute later. Rejects with a `DemoFailure`.

@param nodes Number of additional servers that exist only as generated series in Prometheus.
*/
export async function startFleet(
	{server, exporter, prometheus, alertmanager}: FleetPrograms,
	nodes: number,
	keeperFile?: string,
): Promise<DemoFleet> {
	const {message, process, stop} = await startKeeper<KeeperMessage>({
		part: 'demo-fleet',
		file: keeperFile,
		args: [server, exporter, prometheus, alertmanager ?? '', String(nodes)],
	});
	process.once('exit', code => {
		// With exit code 0, the keeper (the child process that owns the servers) has cleaned up itself.
		if (code !== 0) {
			removeServers(message.pids, message.directory);
		}
	});
	const {prometheusPort, alertmanagerPort} = message;
	return {
		prometheus: `http://127.0.0.1:${prometheusPort}`,
		alertmanager: alertmanagerPort === undefined ? undefined : `http://127.0.0.1:${alertmanagerPort}`,
		keeperPid: process.pid ?? 0,
		stop,
	};
}

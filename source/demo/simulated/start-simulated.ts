import {startKeeper} from '../keeper-process.js';
import type {Programme} from './incident-names.js';

export type Simulated = {
	/** `host:port` of every node, the first primary first. */
	readonly addresses: readonly string[];
	/** The one process of all nodes. */
	readonly keeperPid: number;
	/** Ends the deployment. The same happens without it when this process ends. */
	stop(): Promise<void>;
};

export type SimulatedOptions = {
	readonly nodes: number;
	readonly incident: Programme;
	readonly signal?: AbortSignal | undefined;
	/** The built `keeper.ts` of this folder; beside this program's own files when not given. */
	readonly keeperFile?: string | undefined;
};

/** Starts the simulated cluster in a child process, so that its cost is not the monitor's. Rejects with a `DemoFailure`. */
export async function startSimulated({nodes, incident, signal, keeperFile}: SimulatedOptions): Promise<Simulated> {
	const {message, process, stop} = await startKeeper<{readonly ports: readonly number[]}>({
		part: 'demo-simulated',
		file: keeperFile,
		args: [String(nodes), incident],
		signal,
	});
	return {addresses: message.ports.map(port => `127.0.0.1:${port}`), keeperPid: process.pid ?? 0, stop};
}

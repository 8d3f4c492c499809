import {startKeeper} from '../keeper-process.js';
import type {Programme} from './incident-names.js';

export type Simulated = {
	/** The addresses of all nodes as `host:port`, the first primary first. */
	readonly addresses: readonly string[];
	/** The id of the one process that simulates all nodes. */
	readonly keeperPid: number;
	/** Ends the simulated cluster. It also ends without this call when this process ends. */
	stop(): Promise<void>;
};

export type SimulatedOptions = {
	readonly nodes: number;
	readonly incident: Programme;
	readonly signal?: AbortSignal | undefined;
	/** The path of the built `keeper.ts` of this folder. By default it is beside this program's own files. */
	readonly keeperFile?: string | undefined;
};

/**
Starts the simulated cluster in a child process, so that its CPU time and memory do not count as those of the monitor.
Rejects with a `DemoFailure`.
*/
export async function startSimulated({nodes, incident, signal, keeperFile}: SimulatedOptions): Promise<Simulated> {
	const {message, process, stop} = await startKeeper<{readonly ports: readonly number[]}>({
		part: 'demo-simulated',
		file: keeperFile,
		args: [String(nodes), incident],
		signal,
	});
	return {addresses: message.ports.map(port => `127.0.0.1:${port}`), keeperPid: process.pid ?? 0, stop};
}

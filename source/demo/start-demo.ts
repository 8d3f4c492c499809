import {startKeeper} from './keeper-process.js';
import {removeServers} from './server-process.js';

export type Demo = {
	/** The address of the primary as `host:port`. */
	readonly target: string;
	readonly replicas: readonly string[];
	/** The id of the process that owns the servers and the load. */
	readonly keeperPid: number;
	/** Removes every process and file of the demo. They are also removed without this call when this process ends. */
	stop(): Promise<void>;
};

export type DemoOptions = {
	readonly serverBinary: string;
	/** If this signal aborts, the demo is stopped, also while it is starting. */
	readonly signal?: AbortSignal;
	/** The path of the built `keeper.ts`. By default it is beside this program's own files. */
	readonly keeperFile?: string;
};

type KeeperMessage = {
	readonly primaryPort: number;
	readonly replicaPorts: readonly number[];
	readonly pids: readonly number[];
	readonly directory: string;
};

/**
Starts a temporary deployment: a primary, two replicas, and a load on them. It runs in a child process that ends with
this process. Rejects with a `DemoFailure`, whose message is one line for the user, or with the signal's reason.
*/
export async function startDemo({serverBinary, signal, keeperFile}: DemoOptions): Promise<Demo> {
	const {message, process, stop} = await startKeeper<KeeperMessage>({
		part: 'demo-keeper',
		file: keeperFile,
		args: [serverBinary],
		signal,
	});
	process.once('exit', code => {
		// With exit code 0, the keeper (the child process that owns the servers) has removed its files itself.
		if (code !== 0) {
			removeServers(message.pids, message.directory);
		}
	});
	return {
		target: `127.0.0.1:${message.primaryPort}`,
		replicas: message.replicaPorts.map(port => `127.0.0.1:${port}`),
		keeperPid: process.pid ?? 0,
		stop,
	};
}

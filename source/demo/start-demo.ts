import {rmSync} from 'node:fs';
import {startKeeper} from './keeper-process.js';
import {killServers} from './server-process.js';

export type Demo = {
	/** `host:port` of the primary. */
	readonly target: string;
	readonly replicas: readonly string[];
	/** The process that owns the servers and the load. */
	readonly keeperPid: number;
	/** Resolves when no process and no file of the demo is left. Without it, the same happens when this process ends. */
	stop(): Promise<void>;
};

export type DemoOptions = {
	readonly serverBinary: string;
	/** Aborting it stops the demo, while it starts as well. */
	readonly signal?: AbortSignal;
	/** The built `keeper.ts`; beside this program's own files when not given. */
	readonly keeperFile?: string;
};

type KeeperMessage = {
	readonly primaryPort: number;
	readonly replicaPorts: readonly number[];
	readonly pids: readonly number[];
	readonly directory: string;
};

/**
Starts a throw-away deployment, a primary with two replicas and a load on them, in a process of its own that ends with
this one, whatever ends it. Rejects with a `DemoFailure`, whose message is one line for a person, or with the signal's
reason.
*/
export async function startDemo({serverBinary, signal, keeperFile}: DemoOptions): Promise<Demo> {
	const {message, process, stop} = await startKeeper<KeeperMessage>({
		part: 'demo-keeper',
		file: keeperFile,
		args: [serverBinary],
		signal,
	});
	process.once('exit', code => {
		// Otherwise it cleaned up itself.
		if (code !== 0) {
			killServers(message.pids);
			rmSync(message.directory, {recursive: true, force: true, maxRetries: 20, retryDelay: 25});
		}
	});
	return {
		target: `127.0.0.1:${message.primaryPort}`,
		replicas: message.replicaPorts.map(port => `127.0.0.1:${port}`),
		keeperPid: process.pid ?? 0,
		stop,
	};
}

import {startKeeper} from '../keeper-process.js';
import {removeServers} from '../server-process.js';
import type {StagedName} from './incident-names.js';

export type StagedDeployment = {
	/** The addresses of all servers as `host:port`, the primary first. */
	readonly addresses: readonly string[];
	/** The id of the process that owns the servers and their clients. */
	readonly keeperPid: number;
	/** Why the incident did not happen, in one line; undefined if it happened or is still to come. */
	failure(): string | undefined;
	/** Removes every process and file. They are also removed without this call when this process ends. */
	stop(): Promise<void>;
};

export type StagedOptions = {
	readonly serverBinary: string;
	readonly name: StagedName;
	readonly signal?: AbortSignal | undefined;
	/** The path of the built `keeper.ts` of this folder. By default it is beside this program's own files. */
	readonly keeperFile?: string | undefined;
};

type KeeperMessage = {
	readonly addresses: readonly string[];
	readonly pids: readonly number[];
	readonly directory: string;
};

/**
Starts the servers of an incident in a child process that ends with this process. The incident happens a few seconds
later, so that the monitor shows the healthy deployment first. Rejects with a `DemoFailure`, or with the signal's
reason.
*/
export async function startIncident({
	serverBinary,
	name,
	signal,
	keeperFile,
}: StagedOptions): Promise<StagedDeployment> {
	const {message, process, stop} = await startKeeper<KeeperMessage>({
		part: 'demo-incident',
		file: keeperFile,
		args: [serverBinary, name],
		signal,
	});
	let failure: string | undefined;
	process.stdout?.on('data', chunk => {
		failure = (JSON.parse(String(chunk)) as {readonly failure: string}).failure;
	});
	process.once('exit', code => {
		// With exit code 0, the keeper (the child process that owns the servers) has cleaned up itself.
		if (code !== 0) {
			removeServers(message.pids, message.directory);
		}
	});
	return {addresses: message.addresses, keeperPid: process.pid ?? 0, failure: () => failure, stop};
}

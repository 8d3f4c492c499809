import {ProcessorUse} from './processor-use.js';

/** What is kept of one process between two gatherings of evidence. */
type KnownProcess = {
	/** The start time and the name of the process. A new process with the same id, or another program, has others. */
	readonly identity: string;
	readonly isServer: boolean;
	/** The listening sockets that the process has open; undefined until they are read. */
	sockets?: {readonly listening: string; readonly inodes: ReadonlySet<string>};
};

/** One scan of all processes of this machine. */
export type ProcessScan = {
	/** Notes a process that the scan has found. */
	readonly note: (processId: number, identity: string, isServer: boolean) => void;
	/** Ends the scan. Processes that it did not find are forgotten. */
	readonly end: () => void;
};

/**
What an earlier gathering of evidence read of this machine's processes. The command line of a process that is no server
is not read again. The open files of a process are read again only after the machine's listening sockets have changed.
*/
export class KnownProcesses {
	/** What the processes used of the processors since an earlier scan. */
	readonly use = new ProcessorUse();
	#known: ReadonlyMap<number, KnownProcess> = new Map();

	/** Whether the last scan found that this process is no server. */
	isOther(processId: number, identity: string): boolean {
		const known = this.#known.get(processId);
		return known?.identity === identity && !known.isServer;
	}

	/** Begins a scan of all processes. Scans for several nodes may run at the same time. */
	scan(): ProcessScan {
		const scanned = new Map<number, KnownProcess>();
		return {
			note: (processId, identity, isServer) => {
				const known = this.#known.get(processId);
				const isSame = known?.identity === identity && known.isServer === isServer;
				scanned.set(processId, isSame ? known : {identity, isServer});
			},
			end: () => {
				this.#known = scanned;
			},
		};
	}

	/**
	The inodes of the listening sockets that a process has open; undefined if they have to be read.

	@param listening The inodes of all listening sockets of the machine, as one text.
	*/
	inodesOf(processId: number, listening: string): ReadonlySet<string> | undefined {
		const sockets = this.#known.get(processId)?.sockets;
		return sockets?.listening === listening ? sockets.inodes : undefined;
	}

	keepInodes(processId: number, listening: string, inodes: ReadonlySet<string>): void {
		const known = this.#known.get(processId);
		if (known !== undefined) {
			known.sockets = {listening, inodes};
		}
	}
}

import type {ConfigFileEvidence, ConfigMistake} from './config-evidence.js';
import type {CgroupEvidence} from './control-group.js';
import type {EarlierVisit} from './earlier-visit.js';
import type {ForegroundSave} from './foreground-save.js';
import type {LoggedHappening, LoggedReplica, LoggedStart, LogRemark} from './log-lines.js';

/** A fact of this machine that could not be read, and why. A rule that needs the fact can't be evaluated. */
export type EvidenceGap = {readonly what: string; readonly why: string};

/**
What a process is doing. `disk-wait` (uninterruptible sleep) waits for a disk, a network file system or swap. Source:
proc(5), /proc/PID/stat field 3.
*/
export type ProcessState = 'running' | 'sleeping' | 'disk-wait' | 'stopped' | 'zombie' | 'unknown';

/** What keeps a process from running, although nothing is wrong with the process itself. */
export type Suspension =
	/** A debugger is attached, and it holds the process. Source: ptrace(2). */
	| {readonly kind: 'debugger'; readonly processId: number; readonly name: string}
	/**
	The control group or one of its parents is frozen, as by `docker pause`. Writing `value` into `file` ends the freeze.
	Source: the kernel's Documentation/admin-guide/cgroup-v2.rst (cgroup.freeze) and cgroup-v1/freezer-subsystem.rst.
	*/
	| {readonly kind: 'frozen-group'; readonly group: string; readonly file: string; readonly value: string};

/** A listening socket, and the process that holds it. */
export type Listener = {
	/** The address to which the socket is bound (`0.0.0.0`, `127.0.0.1`, `::`), or a unix socket's path. */
	readonly address: string;
	/** The port; 0 for a unix socket. */
	readonly port: number;
	/** Connections that the kernel has accepted and the process has not accepted yet; undefined for a unix socket. */
	readonly queued: number | undefined;
	/**
	The id of the process that holds the socket. Undefined when the files of the process can't be read (another user's
	process, without root).
	*/
	readonly processId: number | undefined;
	/** The name of the process that holds the socket; undefined when its id is undefined. */
	readonly processName: string | undefined;
};

/**
A client of a port: one process of this machine, or another machine as a whole. It is listed with its number of
connections.
*/
export type ConnectionHolder = {
	readonly host: string;
	/** The id of the client's process. Undefined for another machine, and when the files of the process can't be read. */
	readonly processId: number | undefined;
	readonly processName: string | undefined;
	readonly connections: number;
};

/** A Redis or Valkey process on this machine, wherever it listens. */
export type FoundServer = {
	readonly processId: number;
	readonly name: string;
	readonly state: ProcessState;
	/** Where the process listens; empty when the process doesn't listen or its sockets can't be read. */
	readonly listens: ReadonlyArray<Pick<Listener, 'address' | 'port'>>;
	/**
	The address in the process title that the server sets: `*:6379` of `redis-server *:6379`. Undefined when the title
	has no address.
	*/
	readonly title: string | undefined;
};

export type ProcessEvidence = {
	readonly processId: number;
	/** The process id inside the server's container; the normal process id without a container. */
	readonly namespaceProcessId: number | undefined;
	readonly name: string;
	readonly state: ProcessState;
	readonly suspendedBy?: Suspension | undefined;
	/** When the process started, in milliseconds since the epoch. */
	readonly startedAtMs?: number | undefined;
	/**
	The kernel function in which the process sleeps: `do_signal_stop`, `ep_poll`. Undefined when redis-top may not read
	it.
	*/
	readonly waitsIn: string | undefined;
	readonly userId: number | undefined;
	readonly residentBytes: number | undefined;
	/** Bytes of the process that are in swap. */
	readonly swappedBytes: number | undefined;
	/** Bytes of anonymous memory in huge pages; undefined when redis-top may not read it. */
	readonly hugePageBytes: number | undefined;
	/** Whether the process may get huge pages; false when it has disabled them for itself (`disable-thp yes`). */
	readonly usesHugePages: boolean | undefined;
	readonly openFiles: number | undefined;
	readonly openFilesLimit: number | undefined;
	/** The soft limit of processes and threads of its user (RLIMIT_NPROC); infinite without a limit. */
	readonly processLimit?: number | undefined;
	/** The kernel's OOM score adjustment, from −1000 (never killed) to 1000 (killed first). */
	readonly oomScoreAdjustment: number | undefined;
	/** The working folder as the process sees it. It is the server's `dir`. */
	readonly workingFolder: string | undefined;
	/** Whether the process has another root folder than redis-top, because it runs in a container. */
	readonly hasOwnRoot: boolean;
};

/** The supervisor of the server: the program that starts the server again after it has ended. */
export type SupervisorEvidence =
	| {
			readonly kind: 'systemd';
			readonly unit: string;
			/**
			Whether the unit is a guess. Its name is usual for the port, but no process of the server was seen in the unit.
			*/
			readonly isGuess?: boolean | undefined;
			/**
			The state of the systemd unit: `active/running`, `failed/failed`. Undefined when systemctl is missing or doesn't
			answer.
			*/
			readonly state: string | undefined;
			/** How the service last ended: `exited 0`, `killed by signal 9`, `oom-kill`; undefined when unknown. */
			readonly lastExit: string | undefined;
			readonly restarts: number | undefined;
	  }
	| {
			readonly kind: 'container';
			readonly engine: 'docker' | 'podman' | 'kubernetes' | 'unknown';
			readonly id: string;
			readonly name: string | undefined;
			readonly state: string | undefined;
			readonly lastExit: string | undefined;
			readonly restarts: number | undefined;
	  }
	| {readonly kind: 'none'};

/** A process that the kernel killed because memory was short. */
export type OomKill = {
	/** When the process was killed, in milliseconds since the epoch; undefined when the log line has no time. */
	readonly atMs: number | undefined;
	readonly processId: number | undefined;
	readonly name: string;
	readonly line: string;
	/** The control group of the process; undefined when the kernel doesn't log it (before Linux 4.19). */
	readonly group?: string | undefined;
};

/** The server's previous process. */
export type EarlierProcess = {
	readonly processId: number;
	/**
	When the process was last seen to run, in milliseconds since the epoch; undefined when the process is known only from
	the server's log.
	*/
	readonly seenAtMs: number | undefined;
};

export type LogEvidence = {
	/** Where the log was read: a path, or `journal of redis-server.service`. */
	readonly source: string;
	/** The starts of processes that the log records, oldest first, at most 100. */
	readonly starts?: readonly LoggedStart[] | undefined;
	/** The last lines of the log, oldest first, printable, at most 20. */
	readonly lines: readonly string[];
	/** What happened according to log lines that have a known meaning and a time, oldest first, at most 60. */
	readonly happened?: readonly LoggedHappening[] | undefined;
	/** The kinds of log lines with a known meaning that were found, each once. The kind with the newest line is first. */
	readonly remarks: readonly LogRemark[];
	/** The replicas that the log names with a time, each once, the one with the newest line last, at most 20. */
	readonly replicas?: readonly LoggedReplica[] | undefined;
};

/** The folder into which a server saves its data. */
export type FolderEvidence = {
	/** The folder's path as the server names it. */
	readonly path: string;
	readonly freeBytes: number | undefined;
	readonly totalBytes: number | undefined;
	/** Free inodes of the file system; undefined when it does not count inodes. */
	readonly freeInodes: number | undefined;
	/** Whether the server's user may write into the folder, by the folder's owner, group and mode. */
	readonly isWritable: boolean | undefined;
	/** The folder's owner and mode: `0:0 755`. */
	readonly rights: string | undefined;
	readonly isReadOnlyMount: boolean | undefined;
	/** True when the folder was removed or its mount is gone. */
	readonly isMissing?: boolean | undefined;
};

/**
An unfinished file of a save or a rewrite that its process left behind: `temp-4711.rdb`, `temp-rewriteaof-bg-4711.aof`.
*/
export type LeftoverFile = {readonly path: string; readonly sizeBytes: number};

/** A file with a server's data, or the folder of its append-only files. */
export type DataFile = {
	readonly path: string;
	readonly sizeBytes: number;
	/** When the file was last written, in milliseconds since the epoch. */
	readonly modifiedAtMs: number;
};

/**
The files with a server's data. A value is undefined when the server has no file of this kind, or the file can't be
read.
*/
export type DataFilesEvidence = {
	readonly rdb: DataFile | undefined;
	/**
	All append-only files together: the sum of their sizes, and the newest time of a write. Files to which the server no
	longer writes are included. `bornAtMs` is when the folder with the files was created (before Redis 7.0: the file), in
	milliseconds since the epoch.
	*/
	readonly appendOnly: (DataFile & {readonly bornAtMs: number}) | undefined;
};

/** Time of all processors of this machine since it started, in ticks. Source: proc(5), /proc/stat. */
export type ProcessorTime = {
	readonly total: number;
	/** Time in ticks that the host of this virtual machine gave to other virtual machines. */
	readonly stolen: number;
	/** Threads that run or wait for a processor at this moment; undefined where the kernel doesn't report it. */
	readonly runnable?: number | undefined;
	/** The number of processors of this machine. */
	readonly processors?: number | undefined;
};

/** The folder of a server's previous process. */
export type EarlierFolderEvidence = {
	readonly path: string;
	readonly files: DataFilesEvidence;
	/**
	The config file of the previous process, if the present one was started without any or with another. Undefined
	otherwise, and if no such file is found.
	*/
	readonly configFile?: {readonly path: string; readonly setsPassword: boolean} | undefined;
};

/** Settings of the kernel that a server depends on. */
export type KernelEvidence = {
	/**
	The kernel's policy for memory overcommit: 0 heuristic, 1 always, 2 never. Source: /proc/sys/vm/overcommit_memory.
	*/
	readonly overcommitMemory: number | undefined;
	readonly transparentHugePages: 'always' | 'madvise' | 'never' | undefined;
	/** The kernel's upper limit of every accept queue, in connections (`net.core.somaxconn`). */
	readonly maximumBacklog: number | undefined;
	readonly totalMemoryBytes: number | undefined;
	readonly availableMemoryBytes: number | undefined;
	readonly totalSwapBytes: number | undefined;
	readonly freeSwapBytes: number | undefined;
	readonly clockSource: string | undefined;
	/** When the machine started, in milliseconds since the epoch. Source: proc(5), /proc/stat. */
	readonly bootedAtMs?: number | undefined;
	readonly processorTime?: ProcessorTime | undefined;
	/** Share of the last ten seconds in which a process waited for a processor, 0–1. Undefined before Linux 4.20. */
	readonly processorPressure?: number | undefined;
	/**
	Share of the last ten seconds in which all processes that could run waited for memory, 0–1. Undefined without PSI
	(before Linux 4.20).
	*/
	readonly memoryPressure?: number | undefined;
};

/**
The kernel's counters of a server's waits, since its machine or its process started. The difference of two readings
shows what happened in between.
*/
export type WaitEvidence = {
	/**
	When the counters were read, in milliseconds since the epoch. On a machine short of processor time that is up to
	seconds after the look at the machine began. Undefined in recordings of earlier versions.
	*/
	readonly readAtMs?: number | undefined;
	/**
	Nanoseconds in which the main thread was ready to run and had no processor. Source: the kernel's
	Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat.
	*/
	readonly processorWaitNs?: number | undefined;
	/** Connections dropped because an accept queue was full, in the server's network namespace (TcpExt ListenDrops). */
	readonly listenDrops?: number | undefined;
	/** TCP segments that were sent in the server's network namespace. Source: RFC 4022. */
	readonly segmentsSent?: number | undefined;
	/** TCP segments that were retransmitted in the server's network namespace. Source: RFC 4022. */
	readonly segmentsResent?: number | undefined;
	/** The disk with the server's folder; undefined for a file system without a disk of its own. */
	readonly disk?: DiskTime | undefined;
};

/** Time of a disk since the machine started. Source: the kernel's Documentation/admin-guide/iostats.rst. */
export type DiskTime = {
	readonly name: string;
	/** Milliseconds in which the disk had at least one request under way. */
	readonly busyMs: number;
	/** The number of requests that the disk finished. */
	readonly requests: number;
	/** Milliseconds that the finished requests took together. */
	readonly requestsMs: number;
};

/** A program of this machine, and how many processors its processes used between two readings of the machine. */
export type BusyProgram = {
	readonly processName: string;
	/** Its busiest processes, the busiest first. */
	readonly processIds: readonly number[];
	/** 0.5 is half of a processor. */
	readonly cores: number;
	/** The number of processors that the server is bound to, if the program is bound to the same ones. */
	readonly boundTo?: number | undefined;
};

/** A process of this machine, and the memory that it takes. */
export type LargeProcess = {readonly processName: string; readonly processId: number; readonly residentBytes: number};

/**
What redis-top found out about a server that runs, or should run, on the same machine as redis-top. Finding it out
changes nothing.
*/
export type LocalEvidence = {
	readonly kind: 'here';
	/** The server's process; undefined when none was found. */
	readonly process: ProcessEvidence | undefined;
	readonly earlierProcess?: EarlierProcess | undefined;
	/** The sockets that listen on the target's port or unix socket, on any address. */
	readonly listeners: readonly Listener[];
	/**
	The clients with the most connections to the port, the largest number first. They are read only when the server
	refuses further clients, and undefined otherwise.
	*/
	readonly connectionHolders?: readonly ConnectionHolder[] | undefined;
	/** Every Redis or Valkey process on this machine. */
	readonly servers: readonly FoundServer[];
	/** The program that restarts the server; undefined without a process, and where redis-top lacks rights. */
	readonly supervisor: SupervisorEvidence | undefined;
	/** The OOM kills, newest first; undefined when no kernel log can be read. */
	readonly oomKills: readonly OomKill[] | undefined;
	readonly log: LogEvidence | undefined;
	readonly folder: FolderEvidence | undefined;
	/** Unfinished files of earlier processes in the server's folder, to which nobody writes; undefined without a process. */
	readonly leftovers?: readonly LeftoverFile[] | undefined;
	/** The save that the server's own thread writes now; undefined without one. */
	readonly foregroundSave?: ForegroundSave | undefined;
	/** The files with the server's data; undefined without a process or a folder. */
	readonly dataFiles?: DataFilesEvidence | undefined;
	/**
	The folder of the server's previous process, and the data files in it. Undefined when both processes use one folder.
	*/
	readonly earlierFolder?: EarlierFolderEvidence | undefined;
	/**
	The server's config file. Undefined when the server was started without a config file, or the file can't be read
	completely.
	*/
	readonly configFile?: ConfigFileEvidence | undefined;
	/** The first certain mistake in the config file; undefined without one, and while the process runs. */
	readonly configMistake?: ConfigMistake | undefined;
	/** What earlier sessions of redis-top knew of the server's data, the newest first. */
	readonly visits?: readonly EarlierVisit[] | undefined;
	readonly kernel: KernelEvidence;
	readonly cgroup: CgroupEvidence | undefined;
	/** The kernel's counters of the server's waits; undefined without a process. */
	readonly waits?: WaitEvidence | undefined;
	/**
	The programs besides the server and redis-top that used most processor time since the reading before, the busiest
	first. Undefined in the first reading.
	*/
	readonly busyPrograms?: readonly BusyProgram[] | undefined;
	/** The process besides the server and redis-top that takes most memory. */
	readonly largest?: LargeProcess | undefined;
	readonly gaps: readonly EvidenceGap[];
};

export type HostEvidence =
	| LocalEvidence
	/** The target is on another machine. */
	| {readonly kind: 'elsewhere'; readonly why: string}
	/** This machine's processes can't be read from /proc, because its operating system is not Linux. */
	| {readonly kind: 'unavailable'; readonly why: string};

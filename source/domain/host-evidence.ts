/** Something of this machine that could not be read, and why: a rule that needs it can't be evaluated. */
export type EvidenceGap = {readonly what: string; readonly why: string};

/**
What a process does now. `disk-wait` (uninterruptible sleep) is waiting for a disk, a network file system or swap.
Source: proc(5), /proc/PID/stat field 3.
*/
export type ProcessState = 'running' | 'sleeping' | 'disk-wait' | 'stopped' | 'zombie' | 'unknown';

/** A socket that listens, and who holds it. */
export type Listener = {
	/** As it is bound: `0.0.0.0`, `127.0.0.1`, `::`, or a unix socket's path. */
	readonly address: string;
	/** 0 for a unix socket. */
	readonly port: number;
	/** Connections that the kernel took and the process has not accepted yet; undefined for a unix socket. */
	readonly queued: number | undefined;
	/** Undefined where the process' files can't be looked at (another user's, without root). */
	readonly processId: number | undefined;
	/** The process' name; undefined with its id. */
	readonly processName: string | undefined;
};

/** A Redis or Valkey process on this machine, whatever it listens on. */
export type FoundServer = {
	readonly processId: number;
	readonly name: string;
	readonly state: ProcessState;
	/** Where it listens; empty where that can't be seen or it doesn't. */
	readonly listens: ReadonlyArray<Pick<Listener, 'address' | 'port'>>;
	/** From its title, which a server sets itself: `*:6379`; undefined where it sets none. */
	readonly title: string | undefined;
};

export type ProcessEvidence = {
	readonly processId: number;
	/** Its own number inside its container; the same outside of one. */
	readonly namespaceProcessId: number | undefined;
	readonly name: string;
	readonly state: ProcessState;
	/** Wall time, milliseconds since the epoch. */
	readonly startedAtMs?: number | undefined;
	/** The kernel's function it sleeps in: `do_signal_stop`, `ep_poll`; undefined without the right to see it. */
	readonly waitsIn: string | undefined;
	readonly userId: number | undefined;
	readonly residentBytes: number | undefined;
	/** What of it lies in swap. */
	readonly swappedBytes: number | undefined;
	/** Anonymous memory in huge pages; undefined without the right to see it. */
	readonly hugePageBytes: number | undefined;
	/** False where the process has switched huge pages off for itself (`disable-thp yes`). */
	readonly usesHugePages: boolean | undefined;
	readonly openFiles: number | undefined;
	readonly openFilesLimit: number | undefined;
	/** −1000 (never killed) to 1000 (first). */
	readonly oomScoreAdjustment: number | undefined;
	/** Its working folder, which is the server's `dir`, as the process sees it. */
	readonly workingFolder: string | undefined;
	/** It sees other files than this session: a container. */
	readonly hasOwnRoot: boolean;
};

/** Who would restart it. */
export type SupervisorEvidence =
	| {
			readonly kind: 'systemd';
			readonly unit: string;
			/** True: its name is usual for the port, and no process of the server was seen in it. */
			readonly isGuess?: boolean | undefined;
			/** `active/running`, `failed/failed`; undefined where systemctl isn't there or doesn't answer. */
			readonly state: string | undefined;
			/** How it ended last: `exited 0`, `killed by signal 9`, `oom-kill`; undefined while unknown. */
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

/** A process that the kernel killed for want of memory. */
export type OomKill = {
	/** Wall time, milliseconds since the epoch; undefined where the log's line has none. */
	readonly atMs: number | undefined;
	readonly processId: number | undefined;
	readonly name: string;
	readonly line: string;
	/** The control group that it ran in; undefined where the kernel does not log it (before Linux 4.19). */
	readonly group?: string | undefined;
};

/** The process that the server was before the present one, or before it ended. */
export type EarlierProcess = {
	readonly processId: number;
	/** When it was last known to run, milliseconds since the epoch; undefined where only its log names it. */
	readonly seenAtMs: number | undefined;
};

/** A line of the server's log that means something. */
export type LogRemark = {
	/** Stable: `fork-failed`, `disk-full`, `crashed` …; see `parse/server-log.ts`. */
	readonly id: string;
	readonly severity: 'info' | 'warning' | 'critical';
	/** The rules it speaks for, by their ids. */
	readonly rules: readonly string[];
	readonly meaning: string;
	/** The newest such line. */
	readonly line: string;
	readonly atMs: number | undefined;
	/** How many such lines were read. */
	readonly count: number;
};

/** A process that wrote the first line of its life into the log. */
export type LoggedStart = {readonly processId: number; readonly atMs: number};

export type LogEvidence = {
	/** A path, or `journal of redis-server.service`. */
	readonly source: string;
	/** Oldest first, at most 100. */
	readonly starts?: readonly LoggedStart[] | undefined;
	/** Oldest first, printable, at most 20. */
	readonly lines: readonly string[];
	/** Newest first. */
	readonly remarks: readonly LogRemark[];
};

/** The folder that a server saves into. */
export type FolderEvidence = {
	/** As the server names it. */
	readonly path: string;
	readonly freeBytes: number | undefined;
	readonly totalBytes: number | undefined;
	/** Undefined where the file system counts none. */
	readonly freeInodes: number | undefined;
	/** Whether the server's user may write there, by owner, group and mode. */
	readonly isWritable: boolean | undefined;
	/** The folder's owner and mode: `0:0 755`. */
	readonly rights: string | undefined;
	readonly isReadOnlyMount: boolean | undefined;
	/** True: the folder was removed or its mount is gone. */
	readonly isMissing?: boolean | undefined;
};

/** Processor time of all of this machine's processors since it started, in ticks. Source: proc(5), /proc/stat. */
export type ProcessorTime = {
	readonly total: number;
	/** What the host of a virtual machine gave to others meanwhile. */
	readonly stolen: number;
};

/** The config file that a server was started with, as it is now. */
export type ConfigFileEvidence = {
	readonly path: string;
	/** Of the settings that rules compare those that stand in it, by lower-case name. */
	readonly settings: ReadonlyMap<string, string>;
};

/** Settings of the kernel that a server depends on. */
export type KernelEvidence = {
	/** 0 heuristic, 1 always, 2 never. Source: /proc/sys/vm/overcommit_memory. */
	readonly overcommitMemory: number | undefined;
	readonly transparentHugePages: 'always' | 'madvise' | 'never' | undefined;
	/** The kernel's cap on every accept queue. */
	readonly maximumBacklog: number | undefined;
	readonly totalMemoryBytes: number | undefined;
	readonly availableMemoryBytes: number | undefined;
	readonly totalSwapBytes: number | undefined;
	readonly freeSwapBytes: number | undefined;
	readonly clockSource: string | undefined;
	readonly processorTime?: ProcessorTime | undefined;
	/** Share of the last ten seconds in which a process waited for a processor; undefined without PSI (before Linux 4.20). */
	readonly processorPressure?: number | undefined;
};

/** What the process' control group may use of memory. */
export type CgroupEvidence = {
	/** Undefined: no limit. */
	readonly limitBytes: number | undefined;
	readonly usedBytes: number | undefined;
	/** Kills in this group since it was made. */
	readonly oomKills: number | undefined;
};

/**
Evidence about a server that runs, or should run, on the machine of redis-top. redis-top reads it and changes nothing.
*/
export type LocalEvidence = {
	readonly kind: 'here';
	/** The server's process; undefined where none was found. */
	readonly process: ProcessEvidence | undefined;
	readonly earlierProcess?: EarlierProcess | undefined;
	/** Who listens on the target's port or socket, on whichever address. */
	readonly listeners: readonly Listener[];
	/** Every Redis or Valkey process here. */
	readonly servers: readonly FoundServer[];
	/** Undefined where it can't be told, for want of a process or of rights. */
	readonly supervisor: SupervisorEvidence | undefined;
	/** Newest first; undefined where no kernel log can be read. */
	readonly oomKills: readonly OomKill[] | undefined;
	readonly log: LogEvidence | undefined;
	readonly folder: FolderEvidence | undefined;
	/** Undefined where it was started without one, or it can't be read as a whole. */
	readonly configFile?: ConfigFileEvidence | undefined;
	readonly kernel: KernelEvidence;
	readonly cgroup: CgroupEvidence | undefined;
	readonly gaps: readonly EvidenceGap[];
};

export type HostEvidence =
	| LocalEvidence
	/** The target is another machine. */
	| {readonly kind: 'elsewhere'; readonly why: string}
	/** This machine shows nothing of its processes: no Linux. */
	| {readonly kind: 'unavailable'; readonly why: string};

import type {NodeAddress, NodeRole} from './node.js';

/** In the order in which they are done; a restart has those that it needs. */
export type RestartStepId = 'failover' | 'save' | 'stop' | 'start' | 'load' | 'prove';

export type RestartStep = {
	readonly id: RestartStepId;
	/** `sent`: what was to be sent is on its way, and only looking can tell what came of it. */
	readonly state: 'todo' | 'sent' | 'done' | 'skipped' | 'failed';
	/** What is known of it, one line. */
	readonly note: string;
	/** Since when it is in this state, wall time in milliseconds. */
	readonly atMs: number;
};

/** What must be there again afterwards. Taken as long as the old process answers. */
export type RestartBefore = {
	readonly runId: string;
	readonly role: NodeRole;
	/** Undefined where INFO keyspace can't be read. */
	readonly keys: number | undefined;
	/** Those of them that may expire meanwhile. */
	readonly expiring: number;
	/** Replicas that are online. */
	readonly replicas: number;
};

/** How the server is started again. */
export type StartAdvice = {
	/** Who does it: `systemd (redis-server.service)`, `docker (cache)`, `nobody`. */
	readonly who: string;
	/** To be copied: as it is typed into a shell. */
	readonly text: string;
	/** What redis-top can run on this machine when asked to: a program and its arguments, never a shell's line. */
	readonly command: readonly string[] | undefined;
	/** Whether its supervisor starts it by itself when it stops; undefined while unknown. */
	readonly isAutomatic: boolean | undefined;
};

/** The progress of a restart. Kept in the state folder, so that it outlives redis-top. */
export type RestartRun = {
	readonly address: NodeAddress;
	readonly startedAtMs: number;
	readonly osUser: string;
	/** The process that moves it on. While that lives, other sessions only look. */
	readonly ownerPid: number;
	readonly before: RestartBefore;
	readonly start: StartAdvice;
	/** The data are in an append-only file, so that the save may be left out. */
	readonly isSaveOptional: boolean;
	readonly steps: readonly RestartStep[];
};

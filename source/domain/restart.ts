import type {NodeAddress, NodeRole} from './node.js';
import type {Silence} from './silence.js';

/** The steps of a restart in their order. A restart has only the steps that it needs. */
export type RestartStepId = 'failover' | 'save' | 'stop' | 'start' | 'load' | 'prove';

export type RestartStep = {
	readonly id: RestartStepId;
	/** The state of the step. `sent`: a command was sent, and only observation can show its result. */
	readonly state: 'todo' | 'sent' | 'done' | 'skipped' | 'failed';
	/** What is known about the step, as one line. */
	readonly note: string;
	/** When the step entered this state, in milliseconds since the epoch. */
	readonly atMs: number;
};

/**
What the server reported before a restart, to be compared with what the new process reports. It is read while the old
process still answers.
*/
export type RestartBefore = {
	readonly runId: string;
	readonly role: NodeRole;
	/** The number of keys; undefined when INFO keyspace can't be read. */
	readonly keys: number | undefined;
	/** The number of keys with a time to live, which may expire during the restart. */
	readonly expiring: number;
	/** The number of the server's online replicas. */
	readonly replicas: number;
};

/** How the server is started again after its stop. */
export type StartAdvice = {
	/** The program that starts the server: `systemd (redis-server.service)`, `docker (cache)`, `nobody`. */
	readonly who: string;
	/** The command that starts the server, for the operator to copy into a shell. */
	readonly text: string;
	/**
	The command that redis-top can run on this machine on request: a program and its arguments, without a shell.
	Undefined when only the operator can start the server.
	*/
	readonly command: readonly string[] | undefined;
	/** Whether the supervisor restarts the server by itself; undefined when unknown. */
	readonly isAutomatic: boolean | undefined;
};

/** The progress of a restart. It is saved in the state folder, so that it outlives redis-top. */
export type RestartRun = {
	readonly address: NodeAddress;
	readonly startedAtMs: number;
	readonly osUser: string;
	/**
	The id of the redis-top process that advances the restart. While this process lives, other redis-top processes only
	show the progress.
	*/
	readonly ownerPid: number;
	readonly before: RestartBefore;
	readonly start: StartAdvice;
	/** Whether the data is in an append-only file, so that the save may be left out. */
	readonly isSaveOptional: boolean;
	readonly steps: readonly RestartStep[];
	/** The silence in Alertmanager that holds until the restart is over; absent when there is none. */
	readonly silence?: Silence | undefined;
};

import type {Stage} from './stage.js';

/** What `redis-top check` must say of a staged incident. */
export type Expected = {
	/** Undefined: what is expected is a note, and the exit code is that of whatever else happens on this machine. */
	readonly exitCode?: 1 | 2;
	readonly verdict?: RegExp;
	/** Findings that must be there: `rule severity`, or the rule alone where its severity grows with time. */
	readonly rules: readonly string[];
	/** The name of the client that brings it about, which one of these findings must say. */
	readonly client?: string;
	/** Rules whose condition must hold for longer than `check` takes: it must say that it did not evaluate them. */
	readonly notEvaluated?: readonly string[];
};

/** An incident that is staged on real servers. */
export type Incident = {
	readonly expected: Expected;
	/**
	Starts the servers and a load on them, all of it healthy. Resolves with the function that makes the incident happen, which
	resolves when its effect is there.
	*/
	prepare(stage: Stage): Promise<() => Promise<void>>;
};

import type {Stage} from './stage.js';

/** The expected output of `redis-top check` during a staged incident. */
export type Expected = {
	/**
	The exit code; undefined if only a finding of severity info is expected. Such a finding does not change the exit code.
	The exit code then depends on findings about the machine that runs the demo.
	*/
	readonly exitCode?: 1 | 2;
	readonly verdict?: RegExp;
	/** Findings that must be listed, each as `RULE SEVERITY`, or as `RULE` if the finding's severity grows with time. */
	readonly rules: readonly string[];
	/** The name of the client that causes the incident. A finding of the expected rules must name it. */
	readonly client?: string;
	/** Rules whose condition must hold for longer than `check` runs. The output must name them as not evaluated. */
	readonly notEvaluated?: readonly string[];
};

/** An incident that is staged on real servers. */
export type Incident = {
	readonly expected: Expected;
	/**
	Starts the servers with a healthy load. Resolves with a function that causes the incident. That function resolves when
	the incident's effect shows.
	*/
	prepare(stage: Stage): Promise<() => Promise<void>>;
};

import type {ActionName, ActionOutcome} from './action.js';
import type {NodeAddress} from './node.js';

/**
The step of an action that an audit line records.

- `unlocked`: the operator typed the target's name, which unlocks actions for 15 minutes
- `refused`: redis-top did not offer or send the action
- `intent`: the command will be sent as soon as this line is synced to the disk
- `aborted`: the operator, a timeout or a changed target ended the action before sending
- `outcome`: the server's reply, or that the result is unknown
- `verified`, `failed`, `unproved`: the result of observing the server afterwards
*/
export type AuditPhase = 'unlocked' | 'refused' | 'intent' | 'aborted' | 'outcome' | 'verified' | 'failed' | 'unproved';

/**
The texts of an entry's phase and detail, in this order. The detail of a phase that ends an action begins with the name
of the phase (`verified: …`), so the phase is not repeated.
*/
export const phaseWords = (phase: AuditPhase, detail: string | undefined): readonly string[] =>
	detail === undefined
		? [phase]
		: phase === 'verified' || phase === 'failed' || phase === 'unproved'
			? [detail]
			: [phase, detail];

/** What the code of an action writes to the audit log. The log adds time, session, user and process. */
export type AuditFact = {
	readonly phase: AuditPhase;
	readonly target: NodeAddress;
	readonly runId: string | undefined;
	readonly action: ActionName;
	/** The command as typed into redis-cli; undefined when no command was chosen yet. */
	readonly command: string | undefined;
	/** The reason, the server's reply or the proof, as one line. Undefined for a phase that has none of these texts. */
	readonly detail: string | undefined;
	/** How sending the command ended; set only in the phase `outcome`. */
	readonly outcome?: ActionOutcome['kind'] | undefined;
	/** The command that reverts the action, as typed into redis-cli; absent when no command reverts it. */
	readonly revert?: string | undefined;
};

/** One line of the audit log. */
export type AuditEntry = AuditFact & {
	/** When the line was written: ISO 8601, UTC, with milliseconds. */
	readonly at: string;
	/** Identifies one run of redis-top. */
	readonly session: string;
	readonly osUser: string;
	/**
	The environment variable `SSH_CONNECTION` (client address and port, server address and port); undefined without SSH.
	*/
	readonly sshConnection: string | undefined;
	readonly pid: number;
};

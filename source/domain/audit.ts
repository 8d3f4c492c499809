import type {ActionName, ActionOutcome} from './action.js';
import type {NodeAddress} from './node.js';

/**
- `unlocked`: the target's name was typed, the session may act for a while
- `refused`: redis-top didn't offer or send it
- `intent`: written and synced before anything is sent
- `aborted`: the operator, the clock or a changed target ended it before sending
- `outcome`: what the server answered, or that nothing is known
- `verified`, `failed`, `unproved`: what looking showed afterwards
*/
export type AuditPhase = 'unlocked' | 'refused' | 'intent' | 'aborted' | 'outcome' | 'verified' | 'failed' | 'unproved';

/** What an action has to say. The log adds time, session, user and process. */
export type AuditFact = {
	readonly phase: AuditPhase;
	readonly target: NodeAddress;
	readonly runId: string | undefined;
	readonly action: ActionName;
	/** As it is typed into redis-cli; undefined where no command was decided on. */
	readonly command: string | undefined;
	/** Why, or the server's reply, or the proof; one line. */
	readonly detail: string | undefined;
	/** What came of sending; with the phase `outcome` alone. */
	readonly outcome?: ActionOutcome['kind'] | undefined;
	/** The command that takes it back, as it is typed into redis-cli; absent where nothing does. */
	readonly revert?: string | undefined;
};

/** One line of the audit log. */
export type AuditEntry = AuditFact & {
	/** ISO 8601, UTC, milliseconds. */
	readonly at: string;
	/** One run of redis-top. */
	readonly session: string;
	readonly osUser: string;
	/** `SSH_CONNECTION`: client address and port, server address and port. */
	readonly sshConnection: string | undefined;
	readonly pid: number;
};

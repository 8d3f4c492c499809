import type {ActionClass, ActionId, ActionOutcome, Check, LabelledValue, Verification} from '../domain/action.js';
import type {FileFacts} from '../host/data-file.js';
import type {NodeRecord} from '../state/monitor-state.js';
import type {Reading, ServerFacts} from './server-facts.js';

/** What the box shows of one action on one server. */
export type Preflight = {
	readonly effects: readonly string[];
	readonly facts: readonly LabelledValue[];
	readonly checks: readonly Check[];
	/** The command that takes it back, for the box, the audit and the reminder; absent where nothing does. */
	readonly revert?: readonly string[] | undefined;
};

/** One look at the server after sending, on a connection of its own. */
export type Sight =
	| {readonly kind: 'answered'; readonly reading: Reading}
	/** Nothing listens there: the process is gone. */
	| {readonly kind: 'gone'}
	/** It may live: no answer, no room, no rights, or another error on the way. */
	| {readonly kind: 'silent'; readonly why: string};

/** What is known when a proof is judged. */
export type ProofInput = {
	/** What the box was made of. */
	readonly facts: ServerFacts;
	/** Read on the action's connection immediately before sending. */
	readonly before: Reading;
	readonly dumpBefore: FileFacts;
	/** Undefined while a reply is owed. */
	readonly outcome: ActionOutcome | undefined;
	readonly sight: Sight;
	readonly dumpNow: FileFacts;
	/** Milliseconds since the outcome is known. */
	readonly sinceOutcomeMs: number;
};

/** One action: everything that sets it apart from the others. The gate, the guard and the dialog know only this. */
export type ActionRow = {
	readonly id: ActionId;
	/** Opens it in the menu, and executes it in its box. */
	readonly letter: string;
	readonly title: string;
	readonly class: ActionClass;
	readonly command: readonly string[];
	/** What `CONFIG GET` must tell for the preflight. */
	readonly configNames: readonly string[];
	/** Why it can't be done to this node now, from what the monitor knows already; undefined when it can be tried. */
	readonly whyNot: (record: NodeRecord) => string | undefined;
	readonly preflight: (facts: ServerFacts) => Preflight;
	/** How long a reply may take, milliseconds. */
	readonly replyTimeoutMs: (facts: ServerFacts) => number;
	/** True for a command that answers success by ending the connection. */
	readonly endsConnection: boolean;
	/** What one look proves. `running` means: look again. */
	readonly judge: (input: ProofInput) => Verification;
	/** After so long without a proof, looking stops and the result is `unproved`; milliseconds from the outcome. */
	readonly patienceMs: (facts: ServerFacts) => number;
};

import type {NodeAddress, NodeRole} from './node.js';

/**
Verb and object, as the audit log names an action: `bgsave`, `set-maxmemory`. The catalogue of actions knows every id
and has a stricter type of the same name; a test proves that each id named by a rule is in the catalogue.
*/
export type ActionName = string;

/**
The worst effect of an action. It decides how the action is guarded.

- `local`: touches no server
- `bounded`: some load, or something that recovers by itself
- `disruptive`: changes how the server behaves or who may use it
- `outage`: can stop the service or lose data
*/
export type ActionClass = 'local' | 'bounded' | 'disruptive' | 'outage';

/** The process that an action is for. A restarted server is another process: its `runId` is new. */
export type ActionTarget = {
	readonly address: NodeAddress;
	/** The server's `run_id`, 40 hexadecimal digits. */
	readonly runId: string;
	readonly role: NodeRole;
};

/** One result of the preflight. A `veto` says why the action must not be sent. */
export type Check = {
	readonly state: 'ok' | 'warning' | 'veto';
	readonly text: string;
	/**
	Typed to override the veto: what would be lost, with its number (`lose 1,234 keys`). Undefined where the veto can't be
	overridden.
	*/
	readonly lossPhrase?: string;
};

export type LabelledValue = readonly [label: string, value: string];

/** Another action that completes this one. It has its own dialog, command and proof. */
export type FollowUp = {
	readonly action: ActionName;
	/** The node that the action is for, as the target names it. */
	readonly node: NodeAddress;
	/** The cluster's name for that node. */
	readonly nodeId: string;
	readonly value: string;
	/** Completes the sentence "the key …": `does the same at the other end`. */
	readonly text: string;
};

/** What the dialog shows of one action on one server, read just before it is offered. */
export type Preflight = {
	/** What will happen, a sentence each. */
	readonly effects: readonly string[];
	readonly facts: readonly LabelledValue[];
	readonly checks: readonly Check[];
	/** The command that undoes the action; undefined where none does. */
	readonly revert?: readonly string[] | undefined;
	/** What is left to do on another node afterwards. */
	readonly follow?: FollowUp | undefined;
	/** Typed to confirm, in place of the target's name: the number of clients or keys that the action affects. */
	readonly phrase?: string | undefined;
	/** Set where the facts make the action worse than its row in the catalogue says. */
	readonly class?: ActionClass | undefined;
};

/** The command, its target and everything that the operator was shown. Frozen when the dialog asks to confirm. */
export type ActionPlan = Preflight & {
	readonly id: ActionName;
	readonly target: ActionTarget;
	/** Exactly what is sent, one argument a string. */
	readonly command: readonly string[];
	readonly title: string;
	/** Other servers that get the same command at the same time, once each. */
	readonly alsoTo?: readonly NodeAddress[] | undefined;
};

/** The result of sending. No command is sent a second time, whatever the result. */
export type ActionOutcome =
	/** No server received the command. */
	| {readonly kind: 'not-sent'; readonly why: string}
	/** The server answered with an error; `reply` is its text. */
	| {readonly kind: 'refused'; readonly reply: string}
	| {readonly kind: 'replied'; readonly reply: string}
	/** The connection ended without a reply. That is how SHUTDOWN answers when it succeeds. */
	| {readonly kind: 'closed'}
	/** The command was sent, and no reply came in time, or the connection was lost. Only observation can tell. */
	| {readonly kind: 'unknown'; readonly why: string};

/** What observing the server showed afterwards. */
export type Verification =
	| {readonly kind: 'running'; readonly progress: string}
	| {readonly kind: 'proved'; readonly text: string}
	| {readonly kind: 'failed'; readonly text: string}
	/** The action may have worked; redis-top can't see its effect. */
	| {readonly kind: 'unproved'; readonly text: string};

/** The progress of a sent action. `outcome` is undefined while the reply is pending. */
export type ActionProgress = {
	readonly plan: ActionPlan;
	readonly outcome: ActionOutcome | undefined;
	/** Undefined where there is nothing to prove: nothing was sent, or the server refused. */
	readonly verification: Verification | undefined;
	/** Failures beside the action itself, such as an audit line that could not be written after sending. */
	readonly problems: readonly string[];
};

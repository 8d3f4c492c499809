import type {NodeAddress, NodeRole} from './node.js';

/**
The name of an action as in the audit log, verb and object: `bgsave`, `set-maxmemory`. Rules name actions by this type,
which allows any text. The catalogue of actions has a type of the same name that allows only ids of existing actions. A
test proves that each id named by a rule is in the catalogue.
*/
export type ActionName = string;

/**
The worst effect of an action. It decides how the action is guarded.

- `local`: sends nothing to a server
- `bounded`: causes some load, or something that recovers by itself
- `disruptive`: changes how the server behaves or who may use it
- `outage`: can stop the service or lose data
*/
export type ActionClass = 'local' | 'bounded' | 'disruptive' | 'outage';

/** The server process that an action is for. A restarted server is another process with a new `runId`. */
export type ActionTarget = {
	readonly address: NodeAddress;
	/** The server's `run_id`, 40 hexadecimal digits. */
	readonly runId: string;
	readonly role: NodeRole;
};

/** One result of the preflight. In the state `veto`, the action must not be sent, and `text` says why. */
export type Check = {
	readonly state: 'ok' | 'warning' | 'veto';
	readonly text: string;
	/**
	The text that the operator types to override the veto. The text states what is lost and how much: `lose 1,234 keys`.
	Undefined when the veto can't be overridden.
	*/
	readonly lossPhrase?: string;
};

export type LabelledValue = readonly [label: string, value: string];

/** A second action on another node that completes this action. It has its own dialog, command and proof. */
export type FollowUp = {
	readonly action: ActionName;
	/** The address of the node for the second action, as the target reports it. */
	readonly node: NodeAddress;
	/** The cluster id of the node for the second action. */
	readonly nodeId: string;
	readonly value: string;
	/**
	The text that the dialog prints beside the keyboard key for the second action: `does the same at the other end`.
	*/
	readonly text: string;
};

/**
What the dialog shows about one action on one server. redis-top reads these facts just before it offers the action.
*/
export type Preflight = {
	/** What will happen, one sentence for each effect. */
	readonly effects: readonly string[];
	readonly facts: readonly LabelledValue[];
	readonly checks: readonly Check[];
	/** The command that undoes the action; undefined when no command undoes it. */
	readonly revert?: readonly string[] | undefined;
	/** The action that remains to be done on another node afterwards; undefined when nothing remains. */
	readonly follow?: FollowUp | undefined;
	/**
	The text that the operator types to confirm: the number of clients or keys that the action affects. Undefined when the
	operator types the target's name instead.
	*/
	readonly phrase?: string | undefined;
	/**
	The class of the action on this server, when it is worse than the class in the catalogue; undefined otherwise.
	*/
	readonly class?: ActionClass | undefined;
};

/** The alerts that an action is expected to cause. The action's dialog offers to silence them in Alertmanager. */
export type ExpectedAlerts = {
	/** The nodes that the alerts name, the target first. */
	readonly nodes: readonly NodeAddress[];
	/**
	How long the effect of the action continues after redis-top has verified the action, in milliseconds. For example,
	clients stay paused until the time of CLIENT PAUSE is over.
	*/
	readonly lastsMs: number;
};

/**
The command of an action, its target, and everything that the operator was shown. The plan no longer changes once the
dialog asks for confirmation.
*/
export type ActionPlan = Preflight & {
	readonly id: ActionName;
	readonly target: ActionTarget;
	/** The command exactly as it is sent. Each argument is one string. */
	readonly command: readonly string[];
	readonly title: string;
	/**
	Other servers that get the same command at the same time, each listed once; undefined when only the target gets it.
	*/
	readonly alsoTo?: readonly NodeAddress[] | undefined;
	/** The alerts that the action causes by design; undefined for an action that causes none. */
	readonly silence?: ExpectedAlerts | undefined;
};

/** The result of sending an action. Whatever the result, no command is sent a second time. */
export type ActionOutcome =
	/** No server received the command. */
	| {readonly kind: 'not-sent'; readonly why: string}
	/** The server answered with an error; `reply` is its text. */
	| {readonly kind: 'refused'; readonly reply: string}
	| {readonly kind: 'replied'; readonly reply: string}
	/** The connection ended without a reply. A successful SHUTDOWN ends in this way. */
	| {readonly kind: 'closed'}
	/**
	The command was sent, but no reply came in time or the connection was lost. Only observation can show whether it had
	an effect.
	*/
	| {readonly kind: 'unknown'; readonly why: string};

/** What observation of the server showed after an action. */
export type Verification =
	| {readonly kind: 'running'; readonly progress: string}
	| {readonly kind: 'proved'; readonly text: string}
	| {readonly kind: 'failed'; readonly text: string}
	/** The action may have worked, but redis-top can't observe its effect. */
	| {readonly kind: 'unproved'; readonly text: string};

/** The progress of a sent action. `outcome` is undefined while the reply is pending. */
export type ActionProgress = {
	readonly plan: ActionPlan;
	readonly outcome: ActionOutcome | undefined;
	/**
	What the observation after the action showed. Undefined when there is nothing to observe: nothing was sent, or the
	server refused.
	*/
	readonly verification: Verification | undefined;
	/** Failures other than that of the action itself, such as an audit line that could not be written after sending. */
	readonly problems: readonly string[];
	/** One line about the silence in Alertmanager; undefined without a silence. */
	readonly silence?: string | undefined;
};

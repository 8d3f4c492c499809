import type {NodeAddress, NodeRole} from './node.js';

/** Verb and object. A row of the catalogue for each; see `actions/catalogue.ts`. */
export type ActionId =
	| 'bgsave'
	| 'bgsave-schedule'
	| 'bgrewriteaof'
	| 'shutdown-save'
	| 'shutdown-nosave'
	| 'shutdown-now'
	| 'shutdown-force'
	| 'shutdown-safe'
	| 'shutdown-failover'
	| 'shutdown-abort'
	| 'set-maxmemory'
	| 'set-policy'
	| 'set-save'
	| 'set-stop-writes'
	| 'set-appendonly'
	| 'set-maxclients'
	| 'set-slowlog-threshold'
	| 'set-slowlog-length'
	| 'set-latency-threshold'
	| 'set-repl-backlog'
	| 'config-rewrite'
	| 'resetstat'
	| 'client-kill'
	| 'client-kill-filter'
	| 'client-unblock'
	| 'client-pause'
	| 'client-unpause'
	| 'slowlog-reset'
	| 'latency-reset'
	| 'commandlog-reset'
	| 'memory-purge'
	| 'script-kill'
	| 'function-kill'
	| 'replicaof'
	| 'promote'
	| 'failover'
	| 'failover-force'
	| 'failover-abort'
	| 'cluster-failover'
	| 'cluster-failover-force'
	| 'cluster-forget'
	| 'cluster-setslot-stable'
	| 'sentinel-failover'
	| 'sentinel-reset'
	/** Shown to be copied, never sent. */
	| 'cluster-takeover'
	/** Several actions in a row, each through its own box; see `actions/restart/`. */
	| 'restart';

/**
What an action can do at worst, and so how it is guarded.

- `local`: touches no server
- `bounded`: some load, or something that comes back by itself
- `disruptive`: changes how the server behaves or who may use it
- `outage`: can stop the service or lose data
*/
export type ActionClass = 'local' | 'bounded' | 'disruptive' | 'outage';

/** The one process an action is for. A server that restarted is another process: its `runId` is new. */
export type ActionTarget = {
	readonly address: NodeAddress;
	/** The server's `run_id`, 40 hexadecimal digits. */
	readonly runId: string;
	readonly role: NodeRole;
};

/** One thing that was looked at before the box opened. A `veto` says why the action must not be sent. */
export type Check = {
	readonly state: 'ok' | 'warning' | 'veto';
	readonly text: string;
	/**
	What must be typed to go on in spite of this veto: what would be lost, in words and numbers (`lose 1,234 keys`).
	Undefined where it can't be overridden.
	*/
	readonly lossPhrase?: string;
};

export type LabelledValue = readonly [label: string, value: string];

/** An action that belongs to another one and has a box, a command and a proof of its own. */
export type FollowUp = {
	readonly action: ActionId;
	/** Where it is for, as the server that was asked names it. */
	readonly node: NodeAddress;
	/** The cluster's name for that node. */
	readonly nodeId: string;
	readonly value: string;
	/** What it does, as `end it at the other end`. */
	readonly words: string;
};

/** What will be sent to whom, and everything the operator was shown. Frozen when the box opens. */
export type ActionPlan = {
	readonly id: ActionId;
	readonly target: ActionTarget;
	/** Exactly what goes over the wire, one argument a string. */
	readonly command: readonly string[];
	readonly title: string;
	/** What will happen, a sentence each. */
	readonly effects: readonly string[];
	readonly facts: readonly LabelledValue[];
	readonly checks: readonly Check[];
	/** The command that takes it back; absent where nothing does. */
	readonly revert?: readonly string[] | undefined;
	/** What is left to do elsewhere once this is done. */
	readonly follow?: FollowUp | undefined;
	/** What is typed to confirm instead of the target's name: how many it hits. */
	readonly phrase?: string | undefined;
	/** Where what was found makes it worse than its row in the catalogue says. */
	readonly class?: ActionClass | undefined;
	/** Other servers that get the same command at the same time, once each. */
	readonly alsoTo?: readonly NodeAddress[] | undefined;
};

/** What came of sending. Nothing is ever sent a second time, whatever it says. */
export type ActionOutcome =
	/** Nothing went over the wire. */
	| {readonly kind: 'not-sent'; readonly why: string}
	/** The server answered with an error: its words. */
	| {readonly kind: 'refused'; readonly reply: string}
	| {readonly kind: 'replied'; readonly reply: string}
	/** The connection ended without a reply, which is how this command answers when it works (SHUTDOWN). */
	| {readonly kind: 'closed'}
	/** It was sent, and no reply came in time, or the connection was lost. Only the server's state can tell. */
	| {readonly kind: 'unknown'; readonly why: string};

/** What looking at the server showed afterwards. */
export type Verification =
	| {readonly kind: 'running'; readonly progress: string}
	| {readonly kind: 'proved'; readonly text: string}
	| {readonly kind: 'failed'; readonly text: string}
	/** It may have worked; what would show it can't be seen from here. */
	| {readonly kind: 'unproved'; readonly text: string};

/** How far a sent action is. `outcome` is undefined while the reply is pending. */
export type ActionProgress = {
	readonly plan: ActionPlan;
	readonly outcome: ActionOutcome | undefined;
	/** Undefined where there is nothing to prove: nothing was sent, or the server refused. */
	readonly verification: Verification | undefined;
	/** What went wrong beside the action itself: an audit line that could not be written after sending. */
	readonly problems: readonly string[];
};

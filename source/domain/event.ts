import type {Message} from './message.js';
import type {NodeAddress} from './node.js';

export type EventSeverity = 'info' | 'warning' | 'critical';

/** Something that happened at a moment, as opposed to a state. */
export type MonitorEvent = {
	readonly atMs: number;
	readonly severity: EventSeverity;
	/** The node on which the event happened; undefined for an event of redis-top itself. */
	readonly node: NodeAddress | undefined;
	/**
	The kind of event in the past tense. Published names don't change: `restarted`, `role-changed`, `link-lost`,
	`link-restored`, `save-done`, `save-failed`, `clients-jumped`, `node-lost`, `reply-late`, `node-back`, `node-found`,
	`action`, `finding-opened`, `finding-worse`, `finding-over` …
	*/
	readonly kind: string;
	/** One line that completes "10.0.1.11:6379 …". It doesn't repeat the node's name. */
	readonly text: Message;
	/** True for an event from before redis-top started, which a server or the machine still reported. @default false */
	readonly isEarlier?: true;
};

/**
Kinds of events that are frequent in a healthy deployment. A view that has room for few events prefers events of other
kinds.
*/
export const routineKinds: ReadonlySet<string> = new Set(['save-done', 'rewrite-done', 'node-found']);

import type {Message} from './message.js';
import type {NodeAddress} from './node.js';

export type EventSeverity = 'info' | 'warning' | 'critical';

/** Something that happened at a moment, as opposed to a state. */
export type MonitorEvent = {
	readonly atMs: number;
	readonly severity: EventSeverity;
	/** The node it happened on; undefined for redis-top itself. */
	readonly node: NodeAddress | undefined;
	/** Past tense, stable: `restarted`, `role-changed`, `link-lost`, `link-restored`, `save-done`, `save-failed`, `clients-jumped`, `node-lost`, `reply-late`, `node-back`, `node-found`, `action` … */
	readonly kind: string;
	/** One line that completes "10.0.1.11:6379 …", without the node's own name. */
	readonly text: Message;
};

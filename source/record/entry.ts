import type {AuditEntry} from '../domain/audit.js';
import type {CloserLook} from '../domain/closer-look.js';
import type {MonitorEvent} from '../domain/event.js';
import type {Severity} from '../domain/finding.js';
import type {HostEvidence} from '../domain/host-evidence.js';
import type {Ladder} from '../domain/ladder.js';
import type {Message} from '../domain/message.js';
import type {Endpoint, NodeAddress, NodeOrigin} from '../domain/node.js';
import type {Exchange, Failure} from '../domain/sample.js';
import type {RecordedPoll} from '../poll/recorded-poll.js';
import type {RuleSettings} from '../rules/node-facts.js';

/**
One input of the monitor store. Each kind corresponds to a method of the store. A replay calls the same methods on a
store of its own.
*/
export type EntryContent =
	| {
			readonly kind: 'node-found';
			readonly address: NodeAddress;
			readonly endpoint: Endpoint;
			readonly origin: NodeOrigin;
			/** The rule settings of the target that the node belongs to; undefined: the defaults. */
			readonly settings?: RuleSettings | undefined;
	  }
	| {readonly kind: 'node-alias'; readonly address: NodeAddress; readonly alias: NodeAddress}
	| {readonly kind: 'node-gone'; readonly address: NodeAddress; readonly isGone: boolean}
	| {readonly kind: 'node-dismissed'; readonly address: NodeAddress}
	| {readonly kind: 'memory-used'; readonly nodes: number}
	| {readonly kind: 'poll'; readonly poll: RecordedPoll; readonly intervalMs: number}
	| {
			readonly kind: 'failure';
			readonly address: NodeAddress;
			readonly failedAtMs: number;
			readonly askedAtMs: number;
			readonly failure: Failure;
			readonly intervalMs: number;
	  }
	| {
			readonly kind: 'ping';
			readonly address: NodeAddress;
			/** The round trip of PING in milliseconds; undefined if no reply came. */
			readonly roundTripMs: number | undefined;
			readonly lagMs: number;
	  }
	| {readonly kind: 'look'; readonly address: NodeAddress; readonly look: CloserLook}
	| {
			readonly kind: 'host';
			readonly address: NodeAddress;
			readonly begunAtMs: number;
			readonly evidence: HostEvidence;
	  }
	| {readonly kind: 'ladder'; readonly address: NodeAddress; readonly ladder: Ladder}
	| {readonly kind: 'focus'; readonly address: NodeAddress | undefined}
	/** Events that a replay cannot derive from the recorded replies. */
	| {readonly kind: 'events'; readonly events: readonly MonitorEvent[]}
	/**
	Events from before the recording that servers and the machine still reported. The list is complete, newest first.
	*/
	| {readonly kind: 'earlier'; readonly events: readonly MonitorEvent[]}
	/** New lines of the audit log: actions through redis-top. */
	| {readonly kind: 'actions'; readonly lines: readonly AuditEntry[]};

/** `atMs`: when the store got the input, in milliseconds since the epoch. */
export type Entry = EntryContent & {readonly atMs: number};

export type EntryKind = EntryContent['kind'];

/** An open finding at the time of recording, and since when its condition has held. */
export type OpenFinding = {
	readonly rule: string;
	readonly node: NodeAddress | undefined;
	readonly subject: string | undefined;
	readonly sinceMs: number;
	/** Whether the finding is listed. False if its condition holds, but has not held for long enough. @default true */
	readonly isListed?: boolean;
};

/** The last reply of a node to each command. The replies may be from different polls. */
export type NodeReplies = {
	readonly address: NodeAddress;
	readonly intervalMs: number;
	/**
	The last answered poll, to which the last replies to all other commands are added. The map `ages` has those added
	replies.
	*/
	readonly poll: RecordedPoll;
	/** The arrival time of each reply from an earlier poll, in milliseconds since the epoch. */
	readonly ages: ReadonlyMap<Exchange, number>;
};

/** Everything that was known when a block began. With it, a block can be read without earlier blocks. */
export type WholeState = {
	readonly atMs: number;
	/**
	The entries, other than polls, that lead to the state: nodes, other addresses, failures, host evidence. Each entry
	keeps its original time.
	*/
	readonly entries: readonly Entry[];
	readonly replies: readonly NodeReplies[];
	readonly findings: readonly OpenFinding[];
};

/**
A moment that a user may jump to in a replay: a finding that opened or closed, an event, or an action. redis-top notes
these moments while it records.
*/
export type RecordedChange = {
	readonly atMs: number;
	readonly what: 'finding-opened' | 'finding-closed' | 'event' | 'action';
	readonly severity: Severity;
	readonly node: NodeAddress | undefined;
	/** The rule's id for a finding; the event's kind for an event. */
	readonly id: string;
	/** The change as a text that completes "10.0.1.11:6379 …". */
	readonly text: Message;
	/** The finding, and since when its condition held. Undefined for an event or action. */
	readonly finding?: OpenFinding | undefined;
};

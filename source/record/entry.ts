import type {AuditEntry} from '../domain/audit.js';
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
What the monitor was told at one moment: each kind is one of the ways into its store. A replay tells the same to a store of
its own.
*/
export type EntryContent =
	| {
			readonly kind: 'node-found';
			readonly address: NodeAddress;
			readonly endpoint: Endpoint;
			readonly origin: NodeOrigin;
			/** What the configuration says of its target; undefined: the defaults. */
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
			/** Milliseconds; undefined: no reply. */
			readonly roundTripMs: number | undefined;
			readonly lagMs: number;
	  }
	| {
			readonly kind: 'host';
			readonly address: NodeAddress;
			readonly begunAtMs: number;
			readonly evidence: HostEvidence;
	  }
	| {readonly kind: 'ladder'; readonly address: NodeAddress; readonly ladder: Ladder}
	| {readonly kind: 'focus'; readonly address: NodeAddress | undefined}
	/** Events that no reply shows. */
	| {readonly kind: 'events'; readonly events: readonly MonitorEvent[]}
	/** What was done through redis-top: new lines of the audit log. */
	| {readonly kind: 'actions'; readonly lines: readonly AuditEntry[]};

/** `atMs`: when the monitor was told, milliseconds since the epoch. */
export type Entry = EntryContent & {readonly atMs: number};

export type EntryKind = EntryContent['kind'];

/** A finding that is open, as the monitor that recorded listed it: since when its condition has held. */
export type OpenFinding = {
	readonly rule: string;
	readonly node: NodeAddress | undefined;
	readonly subject: string | undefined;
	readonly sinceMs: number;
	/** False while its condition holds and it is not listed yet. @default true */
	readonly isListed?: boolean;
};

/** The last replies of a node, each with its own age. */
export type NodeReplies = {
	readonly address: NodeAddress;
	readonly intervalMs: number;
	/** The last answered poll, with the last reply to every command: those of `ages` are older than the poll. */
	readonly poll: RecordedPoll;
	/** When each reply came that is older than the poll, milliseconds since the epoch. */
	readonly ages: ReadonlyMap<Exchange, number>;
};

/** All that the monitor knew when a block began. With it, a block is whole by itself. */
export type WholeState = {
	readonly atMs: number;
	/** What leads to the state beside replies: the nodes, their other names, failures, host evidence. Each with its own time. */
	readonly entries: readonly Entry[];
	readonly replies: readonly NodeReplies[];
	readonly findings: readonly OpenFinding[];
};

/**
What somebody who looks through a recording goes to: a finding that was raised or closed, an event, an action. As the
monitor that recorded saw it.
*/
export type RecordedChange = {
	readonly atMs: number;
	readonly what: 'finding-opened' | 'finding-closed' | 'event' | 'action';
	readonly severity: Severity;
	readonly node: NodeAddress | undefined;
	/** The rule's id, or the event's kind. */
	readonly id: string;
	/** Completes "10.0.1.11:6379 …". */
	readonly text: Message;
	/** Of a finding: which one, and since when its condition held. */
	readonly finding?: OpenFinding | undefined;
};

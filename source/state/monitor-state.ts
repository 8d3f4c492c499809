import type {ClusterState} from '../cluster/cluster-state.js';
import type {NodeRecord} from '../derive/node-record.js';
import type {TemporaryFix} from '../derive/temporary-fixes.js';
import type {AuditEntry} from '../domain/audit.js';
import type {MonitorEvent} from '../domain/event.js';
import type {KeyScan} from '../domain/key-scan.js';
import type {Message} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {BlindRule, Finding} from '../rules/finding.js';
import type {AlertingView} from './alerting-view.js';

export type {CommandRate} from '../derive/command-rates.js';
export type {DeploymentKind} from '../derive/deployment.js';
export type {
	Baseline,
	LargeHistory,
	LatencyBounds,
	LatencyReading,
	LogHistory,
	NodeRecord,
	PingReading,
	SlowlogHistory,
	Timed,
} from '../derive/node-record.js';
export type {ReplicaLink} from '../derive/replica-links.js';

/** The actions of all redis-top sessions of this user on this machine. */
export type AuditView = {
	/** The newest entries of the audit log, in order of time. */
	readonly entries: readonly AuditEntry[];
	/** The number of lines of the log that can't be read. */
	readonly broken: number;
	/**
	The temporary changes that were not reverted according to the log. The servers' settings show whether they are still
	in force.
	*/
	readonly fixes: readonly TemporaryFix[];
	/** Why the log can't be read; undefined when the log can be read. */
	readonly problem: string | undefined;
};

/** Where the figures of an earlier state come from, and which figures are missing. */
export type EarlierSource = {
	/** The name of the program that the figures come from: `Prometheus`. */
	readonly name: string;
	/** Why figures are missing, in one line; undefined when no figure is missing. */
	readonly note: string | undefined;
};

/** A critical condition that was seen once, and is not confirmed by a second sample yet. */
export type Suspicion = {readonly node: NodeAddress | undefined; readonly problem: Message};

export type MonitorState = {
	/** The target as it was typed, without a password. */
	readonly target: string;
	/**
	The nodes in the order of their discovery, targets first. A node is removed only when it is gone and dismissed.
	*/
	readonly nodes: ReadonlyMap<NodeAddress, NodeRecord>;
	/** The events, newest first, at most 1000. */
	readonly events: readonly MonitorEvent[];
	/** Events from before redis-top started, read from the logs of the servers and of the machine, newest first. */
	readonly earlierEvents?: readonly MonitorEvent[] | undefined;
	/** The findings that hold, and the findings that ended within the last 15 minutes, in no order. */
	readonly findings: readonly Finding[];
	/**
	Since when at least one critical finding has held at every moment, in milliseconds since the epoch; undefined when no
	critical finding holds.
	*/
	readonly incidentSinceMs?: number | undefined;
	/** The rules that could not be evaluated, with the node and the reason. */
	readonly blindRules: readonly BlindRule[];
	/** What the first samples show as critical and the next ones may confirm. Set in the first seconds only. */
	readonly suspicion?: Suspicion | undefined;
	/** The comparison of the nodes' cluster views; undefined before the first comparison. */
	readonly cluster?: ClusterState | undefined;
	/** Whether a node is reached over TLS without verification of its certificate (`--insecure`). */
	readonly isInsecure: boolean;
	readonly startedAtMs: number;
	/** The ACL user as which redis-top connects, for the ACL rules that it suggests; undefined: the default user. */
	readonly user?: string | undefined;
	/** The actions in the audit log; undefined without a screen, because the audit log is not read then. */
	readonly audit?: AuditView | undefined;
	/** What the Alertmanagers know of the findings; undefined without `--alertmanager`. */
	readonly alerting?: AlertingView | undefined;
	/**
	When the remembered nodes of this target were last seen, in milliseconds since the epoch. Undefined when no node is
	remembered.
	*/
	readonly rememberedAtMs?: number | undefined;
	/** Whether remembered nodes are polled, because no target answered. */
	readonly isFromMemory?: boolean;
	/** Whether the state is made from a recording, so that no node is connected to. */
	readonly isRecorded?: boolean;
	/** The scan of keys that the user asked for; undefined before the first scan. */
	readonly keyScan?: KeyScan | undefined;
	/** Whether names are replaced by pseudonyms (`--mask`). */
	readonly isMasked?: boolean;
	/**
	The source of the figures when the moment is older than this run's history. Undefined for figures that redis-top
	polled itself.
	*/
	readonly earlier?: EarlierSource | undefined;
};

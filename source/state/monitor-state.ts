import type {ClusterState} from '../cluster/cluster-state.js';
import type {NodeRecord} from '../derive/node-record.js';
import type {TemporaryFix} from '../derive/temporary-fixes.js';
import type {AuditEntry} from '../domain/audit.js';
import type {MonitorEvent} from '../domain/event.js';
import type {NodeAddress} from '../domain/node.js';
import type {BlindRule, Finding} from '../rules/finding.js';

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

/** What was done through redis-top, by every session of this user on this machine. */
export type AuditView = {
	/** The newest ones, by time. */
	readonly entries: readonly AuditEntry[];
	/** Lines that can't be understood. */
	readonly broken: number;
	/** Those that the log shows without their end; what the servers say of them decides. */
	readonly fixes: readonly TemporaryFix[];
	/** Why the log can't be read; undefined where it can. */
	readonly problem: string | undefined;
};

export type MonitorState = {
	/** What was asked for, as it was typed (without a password). */
	readonly target: string;
	/** In the order in which they were found; targets first. A node leaves when it is gone and dismissed, never before. */
	readonly nodes: ReadonlyMap<NodeAddress, NodeRecord>;
	/** Newest first, at most 1000. */
	readonly events: readonly MonitorEvent[];
	/** Open findings, and those that were closed within the last 15 minutes, in no order. */
	readonly findings: readonly Finding[];
	/** Since when a critical finding has been open without a break; undefined: none is open. */
	readonly incidentSinceMs?: number | undefined;
	/** The rules that could not be evaluated, on which node and why. */
	readonly blindRules: readonly BlindRule[];
	/** The cluster views of the nodes, compared; undefined before the first one. */
	readonly cluster?: ClusterState | undefined;
	/** True for a node reached over TLS whose certificate is not verified (`--insecure`). */
	readonly isInsecure: boolean;
	readonly startedAtMs: number;
	/** The ACL user redis-top connects as, for the rules that would grant more; undefined: the default user. */
	readonly user?: string | undefined;
	/** Undefined without a screen, where the audit log is not read. */
	readonly audit?: AuditView | undefined;
	/** When the nodes that are remembered of this target were last seen, milliseconds since the epoch; undefined: no node is remembered. */
	readonly rememberedAtMs?: number | undefined;
	/** No target answered, and the remembered nodes were asked instead. */
	readonly isFromMemory?: boolean;
	/** Names have pseudonyms in it (`--mask`). */
	readonly isMasked?: boolean;
};

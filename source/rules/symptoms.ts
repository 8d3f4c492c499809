import type {RuleId} from './all-rules.js';

/** Rules that blame a command or the load for the time of the main thread. */
export const slowSymptoms: readonly RuleId[] = ['lat.on_cmds', 'lat.command_hog', 'lat.queue'];

/** Rules about replies that come late. */
export const lateSymptoms: readonly RuleId[] = [
	'lat.mean_regress',
	'lat.p99',
	'lat.event',
	'lat.slowlog_new',
	'lat.eventloop',
	'conn.rtt',
];

/** Rules about a replica without a link, or with a link that brings nothing. */
export const linkSymptoms: readonly RuleId[] = ['rep.link_down', 'rep.io_stale', 'rep.sync', 'rep.disc_total'];
/** Rules about a primary whose replicas are behind or gone. */
export const followerSymptoms: readonly RuleId[] = [
	'rep.lag_ack',
	'rep.lag_bytes',
	'rep.lost',
	'rep.none',
	'rep.state',
	'rep.min_good',
	'rep.obuf',
	'mem.repl_buf',
];

/** Rules about a node's failure as other nodes report it. They also fire if the network between the nodes is cut. */
export const partedSymptoms: readonly RuleId[] = [
	'clu.view',
	'clu.state',
	'clu.node_fail',
	'clu.slots_fail',
	'clu.slots_pfail',
	'clu.coverage',
	'clu.links',
	'clu.no_replica',
	'clu.replica_unfit',
	'clu.epoch_dup',
	'rep.lost',
	'rep.none',
	'rep.state',
	'rep.min_good',
	'rep.diverged',
	'rep.link_down',
	'rep.io_stale',
	'rep.lag_ack',
];

/** Rules about clients and nodes after two clusters merged: they find neither their keys nor their slots. */
export const mergeSymptoms: readonly RuleId[] = [
	'key.drop',
	'key.flush',
	'key.miss',
	'err.failed',
	'err.rate',
	'rep.emptied',
	'rep.fullsync_storm',
	'clu.state',
	'clu.view',
	'clu.split',
	'clu.slot_skew',
	'clu.no_replica',
	'clu.ghost',
	'clu.epoch_dup',
	...linkSymptoms,
];

/** Findings of a primary about how far a replica is behind. */
export const behindSymptoms: readonly RuleId[] = ['rep.lag_bytes', 'rep.lag_ack', 'rep.overrun_eta'];

/** Rules of errors that clients get now. They come before a state in which nothing fails yet. */
export const clientErrors: ReadonlySet<RuleId> = new Set<RuleId>([
	'err.failed',
	'err.rate',
	'err.unknown',
	'sec.authfail',
]);

/**
What follows where a command holds each primary for too long: nodes do not answer while it runs, and former primaries
need full resyncs.
*/
export const failoverSymptoms: readonly RuleId[] = [
	'rep.fullsync_storm',
	'rep.link_down',
	'lat.slowlog_new',
	'lat.event',
	'conn.unresponsive',
	'sen.failing',
	'srv.busy',
];

/** What follows where a primary that lives was replaced once, on both nodes. */
export const replacementSymptoms: readonly RuleId[] = [
	...failoverSymptoms,
	'conn.flapping',
	'lat.p99',
	'lat.mean_regress',
	'lat.eventloop',
	'rep.promoted',
	'rep.promoted_behind',
	'rep.state',
	'rep.sync',
];

/** What two servers with one node id bring about: replicas and other nodes go to one or the other. */
export const sameIdSymptoms: readonly RuleId[] = [
	...linkSymptoms,
	'rep.fullsync_storm',
	'rep.flapping',
	'rep.lost',
	'rep.none',
	'clu.view',
	'clu.links',
	'clu.node_fail',
	'clu.no_replica',
	'clu.replica_unfit',
];

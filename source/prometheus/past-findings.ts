import type {NodeAddress} from '../domain/node.js';
import type {NodeSample} from '../domain/sample.js';
import {allRules, nodeRules, type RuleId} from '../rules/all-rules.js';
import {evaluateNode} from '../rules/engine.js';
import type {BlindRule, Finding} from '../rules/finding.js';
import {defaultRuleSettings, NodeFacts, newRuleMemory} from '../rules/node-facts.js';
import type {NodeRecord} from '../state/monitor-state.js';

/**
The rules that can be evaluated from the exporter's series. The other rules need facts that are in no series: clients,
settings, logs, the machine, or observations over minutes.
*/
export const carriedRules: readonly RuleId[] = [
	'conn.unreachable',
	'srv.loading',
	'mem.max',
	'mem.evict_storm',
	'mem.oom',
	'mem.system',
	'mem.frag',
	'per.rdb_fail',
	'per.aof_write',
	'per.aof_rewrite',
	'per.slow_save',
	'rep.link_down',
	'rep.io_stale',
	'rep.sync',
	'rep.lag_bytes',
	'rep.lag_ack',
	'cli.max',
	'cli.rejected',
	'cli.churn',
	'cpu.main',
	'err.rate',
	'key.expire_lag',
	'sec.old',
];

const carried = nodeRules.filter(({id}) => carriedRules.includes(id));

/** A node at a past moment: its record, and the sample before the sample in that record. */
export type PastNode = {readonly record: NodeRecord; readonly earlier: NodeSample | undefined};

/** The rules that can't be evaluated at a past moment, because the facts that they need are in no series. */
const unfed: readonly BlindRule[] = allRules
	.filter(({id}) => !carriedRules.includes(id))
	.map(({id}) => ({
		rule: id,
		node: undefined,
		reason: 'absent',
		why: 'no series of redis_exporter holds what it needs',
		grant: undefined,
	}));

/**
The findings of past records, and the rules that could not be evaluated. Only the rules in `carriedRules` are evaluated.
A condition becomes a finding at once, because nobody knows how long it had held.
*/
export function pastFindings(
	nodes: readonly PastNode[],
	atMs: number,
): {readonly findings: readonly Finding[]; readonly blindRules: readonly BlindRule[]} {
	const records: ReadonlyMap<NodeAddress, NodeRecord> = new Map(nodes.map(({record}) => [record.address, record]));
	const findings: Finding[] = [];
	const blindRules: BlindRule[] = [...unfed];
	for (const {record, earlier} of nodes) {
		const facts = new NodeFacts({
			record,
			earlier,
			memory: newRuleMemory(Number.NEGATIVE_INFINITY),
			settings: {...defaultRuleSettings, ...(record.thresholds !== undefined && {thresholds: record.thresholds})},
			nowMs: atMs,
			nodes: records,
		});
		for (const {rule, node, subject, evaluation} of evaluateNode(facts, undefined, carried)) {
			if (evaluation.kind === 'fires') {
				findings.push({...evaluation, rule: rule.id, node, subject, sinceMs: atMs, clearedAtMs: undefined});
			} else {
				const {reason, why, grant} = evaluation;
				blindRules.push({rule: rule.id, node, reason, why, grant});
			}
		}
	}

	return {findings, blindRules};
}

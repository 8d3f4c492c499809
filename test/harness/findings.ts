import type {Severity} from '../../source/domain/finding.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {RuleId} from '../../source/rules/all-rules.js';
import type {Finding} from '../../source/rules/finding.js';
import {sampledAtMs} from './records.js';

/** Makes a finding that has held for a minute. Fields that aren't given have short default values. */
export const findingOf = (
	rule: RuleId,
	severity: Severity,
	node: NodeAddress | string = '10.0.1.11:6379',
	parts: Partial<Finding> = {},
): Finding => ({
	rule,
	severity,
	node: node as NodeAddress,
	subject: undefined,
	problem: `has ${rule}`,
	evidence: [{name: 'used_memory', value: 1024 ** 3, unit: 'bytes'}],
	meaning: `What ${rule} means.`,
	next: [{kind: 'command', text: 'redis-cli -h 10.0.1.11 -p 6379 INFO'}],
	sinceMs: sampledAtMs - 60_000,
	clearedAtMs: undefined,
	...parts,
});

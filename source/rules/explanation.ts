import type {RuleId} from './all-rules.js';
import type {Finding} from './finding.js';

/**
A table row: findings of one rule (`cause`) explain findings of other rules (`symptoms`). `where` says on which nodes
the symptoms are:

- `here`: on the node of the cause
- `replicas`: on the nodes that replicate from the node of the cause
- `primary`: on the node that the node of the cause replicates from
- `anywhere`: on any node of the deployment

The symptom `*` means every other finding on these nodes except standing notes. Standing notes are advice and findings
of severity info, which existed before the incident.
*/
export type Explanation = {
	readonly cause: RuleId;
	readonly where: 'here' | 'replicas' | 'primary' | 'anywhere';
	readonly symptoms: ReadonlyArray<RuleId | '*'>;
	/** Which findings of the rule explain the symptoms. Default: all. */
	readonly isCause?: (finding: Finding) => boolean;
	/** Which findings of the rules in `symptoms` are symptoms of a cause. Default: all. */
	readonly isSymptom?: (finding: Finding, cause: Finding) => boolean;
};

import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import type {Finding} from '../rules/finding.js';

/** Where a finding holds on more nodes than this, polling all of them more often helps nobody. */
const mostNodes = 100;

/** The nodes with a finding that holds and is worse than info, the first hundred. They are polled as if they were visible. */
export const nodesWithFindings = memoizeByRef((findings: readonly Finding[]): readonly NodeAddress[] => {
	const holding = findings.filter(({severity, clearedAtMs}) => severity !== 'info' && clearedAtMs === undefined);
	return [...new Set(holding.flatMap(({node}) => node ?? []))].slice(0, mostNodes);
});

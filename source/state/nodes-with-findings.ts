import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {Finding} from '../rules/finding.js';

/** The nodes with a warning or critical finding that still holds: the first hundred at most. */
export const nodesWithFindings = memoizeByRef((findings: readonly Finding[]): readonly NodeAddress[] => {
	const open = findings.filter(({severity, clearedAtMs}) => severity !== 'info' && clearedAtMs === undefined);
	return [...new Set(open.flatMap(({node}) => node ?? []))].slice(0, scale.closelyPolledNodes);
});

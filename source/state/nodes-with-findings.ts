import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {Finding} from '../rules/finding.js';

/** The nodes with a finding above info that holds, at most the first hundred. */
export const nodesWithFindings = memoizeByRef((findings: readonly Finding[]): readonly NodeAddress[] => {
	const open = findings.filter(({severity, clearedAtMs}) => severity !== 'info' && clearedAtMs === undefined);
	return [...new Set(open.flatMap(({node}) => node ?? []))].slice(0, scale.closelyPolledNodes);
});

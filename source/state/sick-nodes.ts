import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import {scale} from '../domain/scale.js';
import type {Finding} from '../rules/finding.js';

/** The nodes that something worse than info is found on now, the first hundred. */
export const sickNodes = memoizeByRef((findings: readonly Finding[]): readonly NodeAddress[] => {
	const sick = findings.filter(({severity, clearedAtMs}) => severity !== 'info' && clearedAtMs === undefined);
	return [...new Set(sick.flatMap(({node}) => node ?? []))].slice(0, scale.closelyPolledNodes);
});

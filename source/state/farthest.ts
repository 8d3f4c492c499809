import type {Finding} from '../rules/finding.js';

/** The finding about the long way to a node, which is a note; undefined if all nodes are near. */
export const farthest = (findings: readonly Finding[]): Finding | undefined =>
	findings.find(({rule, clearedAtMs}) => rule === 'conn.distance' && clearedAtMs === undefined);

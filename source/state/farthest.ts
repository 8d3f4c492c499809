import type {Finding} from '../rules/finding.js';

/** The finding, of severity info, that a node is far away in the network; undefined when all nodes are near. */
export const farthest = (findings: readonly Finding[]): Finding | undefined =>
	findings.find(({rule, clearedAtMs}) => rule === 'conn.distance' && clearedAtMs === undefined);

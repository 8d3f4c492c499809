import type {NodeAddress} from '../../domain/node.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {PanelId} from '../../state/panel-table.js';
import {rankedFindings} from '../../state/verdict.js';

/** What the lower part of the wall display shows for some seconds: a panel, and the node that is in focus in it. */
export type WallScene = {readonly panel: PanelId; readonly node: NodeAddress | undefined};

/** Duration of a scene, in milliseconds: long enough to read it from across the room. */
export const sceneMs = 12_000;

/** The panel that shows the evidence of a rule, by the part of the rule's id before the dot. */
const panelByArea: Readonly<Record<string, PanelId>> = {
	mem: 'memory',
	key: 'memory',
	per: 'persistence',
	rep: 'replication',
	cli: 'clients',
	lat: 'commands',
	cpu: 'commands',
	err: 'commands',
	clu: 'cluster',
	sen: 'replication',
};

/** Panels that show all nodes. Such a panel gets one scene for all its findings, not one for each node. */
const panelsOfAll: ReadonlySet<PanelId> = new Set<PanelId>(['findings', 'replication', 'cluster']);

/** Largest number of scenes that take turns. With more scenes, each would come back too late. */
const mostScenes = 4;

/**
The scenes for the present findings, the most urgent first. The overview is the only scene when there is no warning and
no critical finding.
*/
export function wallScenes(state: MonitorState): readonly WallScene[] {
	const scenes: WallScene[] = [];
	// The panels of a node that doesn't answer show old data. A finding on this node therefore gets no scene if another
	// finding is its cause.
	const isSilent = (node: NodeAddress | undefined) => node !== undefined && state.nodes.get(node)?.reach !== 'up';
	for (const {finding, severity, causeKey} of rankedFindings(state)) {
		if (severity === 'info' || finding.clearedAtMs !== undefined) {
			continue;
		}

		const panel = panelByArea[finding.rule.split('.')[0] ?? ''] ?? 'findings';
		const isOfAll = panelsOfAll.has(panel);
		if (!isOfAll && causeKey !== undefined && isSilent(finding.node)) {
			continue;
		}

		if (!scenes.some(scene => scene.panel === panel && (isOfAll || scene.node === finding.node))) {
			scenes.push({panel, node: finding.node});
		}
	}

	return scenes.length > 0 ? scenes.slice(0, mostScenes) : [{panel: 'overview', node: undefined}];
}

/** The scene that is shown at a moment. The scenes take turns, each for `sceneMs`. */
export function sceneAt(scenes: readonly WallScene[], nowMs: number): WallScene {
	return scenes[Math.floor(nowMs / sceneMs) % scenes.length] ?? {panel: 'overview', node: undefined};
}

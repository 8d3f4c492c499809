import type {NodeAddress} from '../../domain/node.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {PanelId} from '../../state/panel-table.js';
import {rankedFindings} from '../../state/verdict.js';

/** What the lower part of the wall shows for a while. */
export type WallScene = {readonly panel: PanelId; readonly node: NodeAddress | undefined};

/** How long a scene stays, in milliseconds. */
export const sceneMs = 12_000;

/** The panel with the evidence of a rule, by the first part of the rule's id. */
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

/** Panels that show all nodes; one scene of such a panel covers every finding. */
const panelsOfAll: ReadonlySet<PanelId> = new Set<PanelId>(['findings', 'replication', 'cluster']);

/** Most scenes in a rotation, so that the first returns within a minute. */
const mostScenes = 4;

/** A scene for each panel and node with findings, worst first; the overview when there are no findings. */
export function wallScenes(state: MonitorState): readonly WallScene[] {
	const scenes: WallScene[] = [];
	// The panels of a node that does not answer show only old data.
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

/** The scene at a moment. */
export function sceneAt(scenes: readonly WallScene[], nowMs: number): WallScene {
	return scenes[Math.floor(nowMs / sceneMs) % scenes.length] ?? {panel: 'overview', node: undefined};
}

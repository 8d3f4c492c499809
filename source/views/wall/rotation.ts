import type {NodeAddress} from '../../domain/node.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {PanelId} from '../../state/panel-table.js';
import {rankedFindings} from '../../state/verdict.js';

/** What the lower part of the wall shows for a while. */
export type WallScene = {readonly panel: PanelId; readonly node: NodeAddress | undefined};

/** How long a scene stays, milliseconds: time to read it from across the room. */
export const sceneMs = 12_000;

/** The panel with a rule's evidence, by the part of its id before the dot. */
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

/** Panels that show all nodes. */
const panelsOfAll: ReadonlySet<PanelId> = new Set<PanelId>(['findings', 'replication', 'cluster']);

/** With more scenes the first would come round again too late. */
const mostScenes = 4;

/** The panels and nodes with findings, the most urgent first; the overview if nothing is wrong. */
export function wallScenes(state: MonitorState): readonly WallScene[] {
	const scenes: WallScene[] = [];
	// The panels of a node that doesn't answer show what was before.
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

/** The scene of a moment. */
export function sceneAt(scenes: readonly WallScene[], nowMs: number): WallScene {
	return scenes[Math.floor(nowMs / sceneMs) % scenes.length] ?? {panel: 'overview', node: undefined};
}

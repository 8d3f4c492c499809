import type {NodeAddress} from '../../domain/node.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {PanelId} from '../../state/panel-table.js';
import {rankedFindings} from '../../state/verdict.js';

/** What the wall's lower part shows for a while. */
export type WallScene = {readonly panel: PanelId; readonly node: NodeAddress | undefined};

/** A scene stays so long, milliseconds: time to read it from across the room. */
export const sceneMs = 12_000;

/** Where the evidence of a rule stands, by the first part of its id. */
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

/** They show all nodes, whichever is the sick one. */
const panelsOfAll: ReadonlySet<PanelId> = new Set<PanelId>(['findings', 'replication', 'cluster']);

/** At most so many: the first must come round again before it is forgotten. */
const mostScenes = 4;

/** The sick panels, worst first, with the sick node; where nothing is wrong, those that show how it goes. */
export function wallScenes(state: MonitorState): readonly WallScene[] {
	const scenes: WallScene[] = [];
	// Of one that doesn't answer its own panels have only what was before.
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

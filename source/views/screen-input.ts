import {clusterViewNode} from '../derive/cluster-view-node.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {Keyboard} from '../keys/keyboard.js';
import {heldPositions} from '../state/held-order.js';
import type {DeploymentKind, MonitorState, NodeRecord} from '../state/monitor-state.js';
import type {Subject} from '../state/subject.js';
import {tableOf, type ViewState} from '../state/view-state.js';
import type {Glyphs} from '../text/glyphs.js';
import type {HeaderLock} from './chrome.js';
import type {PanelInput} from './panel.js';

export type ScreenInput = {
	readonly state: MonitorState;
	readonly view: ViewState;
	readonly deployment: DeploymentKind;
	readonly lock: HeaderLock;
	/** Notes about actions that are shown outside of a dialog, such as a restart that is not finished. */
	readonly actionNotes?: readonly string[];
	/**
	The moment that the screen shows, in milliseconds since the epoch: now, the moment of the pause, or a past moment.
	*/
	readonly nowMs: number;
	/**
	The present moment, in milliseconds since the epoch, even while the screen shows another moment. Notices expire by it.
	*/
	readonly liveNowMs: number;
	/** The key bindings in force. */
	readonly keyboard: Keyboard;
	/**
	Whether the dialog of an action is open. The last line then names no keys, because the frame of the dialog names them.
	*/
	readonly hasDialog?: boolean;
	/**
	The oldest moment in the history of the node in focus, in milliseconds since the epoch; undefined without a history.
	*/
	readonly historyFromMs?: number | undefined;
	readonly glyphs: Glyphs;
	readonly columns: number;
	readonly rows: number;
};

/**
The node in focus: the chosen node, else the node of the critical problem on line 2, else the first node with a sample.
A Sentinel is taken only if no data node has a sample. Undefined without nodes.
*/
export const focusedNode = ({nodes}: MonitorState, view: ViewState): NodeRecord | undefined => {
	const wanted = view.node ?? view.followed;
	const chosen = wanted === undefined ? undefined : nodes.get(wanted);
	return chosen ?? firstSampled(nodes);
};

const firstSampled = memoizeByRef((nodes: MonitorState['nodes']): NodeRecord | undefined => {
	const records = [...nodes.values()];
	const sampled = records.filter(({sample}) => sample !== undefined);
	return sampled.find(({role}) => role !== 'sentinel') ?? sampled[0] ?? records[0];
});

/** The subject of line 2; undefined at a past moment, when line 2 is about the most urgent cause of that moment. */
export const shownSubject = ({subject, shownAtMs}: ViewState): Subject | undefined =>
	shownAtMs === undefined ? subject : undefined;

/**
The input of the panel in view. Its `node` is the node in focus. Only on the cluster panel, it is the node whose cluster
view is shown.
*/
export function panelInput({
	state,
	view,
	nowMs,
	glyphs,
	keyboard,
}: Pick<ScreenInput, 'state' | 'view' | 'nowMs' | 'glyphs' | 'keyboard'>): PanelInput {
	const node = focusedNode(state, view);
	return {
		state,
		node: node !== undefined && view.panel === 'cluster' ? clusterViewNode(state.nodes, node) : node,
		focus: node?.address,
		table: tableOf(view, view.panel),
		positions: heldPositions(view, node?.address),
		nowMs,
		windowMs: view.windowMs,
		glyphs,
		keyboard,
	};
}

import {memoizeByRef} from '../domain/memoize.js';
import type {Keyboard} from '../keys/keyboard.js';
import type {DeploymentKind, MonitorState, NodeRecord} from '../state/monitor-state.js';
import {tableOf, type ViewState} from '../state/view-state.js';
import type {Glyphs} from '../text/glyphs.js';
import type {HeaderLock} from './chrome.js';
import type {PanelInput} from './panel.js';

export type ScreenInput = {
	readonly state: MonitorState;
	readonly view: ViewState;
	readonly deployment: DeploymentKind;
	readonly lock: HeaderLock;
	/** What the actions have to say outside of their boxes: a restart that isn't over. */
	readonly actionNotes?: readonly string[];
	/** The moment that is shown: now, or when the screen was held, or one of the past. */
	readonly nowMs: number;
	/** Now, for notices and the like. */
	readonly liveNowMs: number;
	/** The keys in force. */
	readonly keyboard: Keyboard;
	readonly glyphs: Glyphs;
	readonly columns: number;
	readonly rows: number;
};

/** The one that was chosen, else the first that has told something: a dead seed and a sentinel are nothing to look at while others answer. */
export const focusedNode = ({nodes}: MonitorState, view: ViewState): NodeRecord | undefined => {
	const chosen = view.node === undefined ? undefined : nodes.get(view.node);
	return chosen ?? firstTelling(nodes);
};

const firstTelling = memoizeByRef((nodes: MonitorState['nodes']): NodeRecord | undefined => {
	const records = [...nodes.values()];
	const telling = records.filter(({sample}) => sample !== undefined);
	return telling.find(({role}) => role !== 'sentinel') ?? telling[0] ?? records[0];
});

export function panelInput({
	state,
	view,
	nowMs,
	glyphs,
	keyboard,
}: Pick<ScreenInput, 'state' | 'view' | 'nowMs' | 'glyphs' | 'keyboard'>): PanelInput {
	return {state, node: focusedNode(state, view), table: tableOf(view, view.panel), nowMs, glyphs, keyboard};
}

import type {NodeRecord} from '../state/monitor-state.js';
import {isStale} from '../state/new-record.js';
import {panelRow} from '../state/panel-table.js';
import {tableOf, type ViewState} from '../state/view-state.js';
import {cutLine, padLine} from '../text/fit.js';
import {blankLine, type Line, line, span} from '../text/line.js';
import {sanitize} from '../text/sanitize.js';
import {bytes, percent, perSecond, utcClock} from '../text/units.js';
import {footerLine} from './chrome/footer.js';
import {nextLine} from './chrome/next-line.js';
import {replayLine} from './chrome/replay-line.js';
import {findingCount} from './chrome/tab-bar.js';
import {temporaryNote} from './chrome/temporary-note.js';
import {blindNote, headerLine, staleNote, verdictLine} from './chrome.js';
import {wantsPassword} from './control/password-control.js';
import type {Panel, Rect} from './panel.js';
import {greyed} from './panels/card.js';
import {ladderBody, shownLadder} from './panels/ladder-body.js';
import {panelById, panels} from './panels.js';
import {productNote} from './product-note.js';
import {rowKeysOf} from './row-keys.js';
import {focusedNode, panelInput, type ScreenInput, shownSubject} from './screen-input.js';
import {wallLines} from './wall/wall.js';

/** The smallest screen with a panel, in cells. A smaller screen shows the verdict and a few figures as plain lines. */
export const smallestScreen = {columns: 40, rows: 10};

export const panelOf = (view: ViewState): Panel => panelById[view.panel];

/** The rectangle for the panel, between the two lines at the top and the line at the bottom. */
export const bodyRect = (columns: number, rows: number): Rect => ({width: columns, height: Math.max(0, rows - 3)});

/** The whole screen: exactly `rows` lines of exactly `columns` cells. So no line can wrap or scroll the terminal. */
export function screenLines(input: ScreenInput): Line[] {
	const {columns, rows, glyphs} = input;
	if (columns < 1 || rows < 1) {
		return [];
	}

	const lines = columns < smallestScreen.columns || rows < smallestScreen.rows ? smallScreen(input) : fullScreen(input);
	return Array.from({length: rows}, (_, index) => padLine(lines[index] ?? blankLine, columns, glyphs.ellipsis));
}

function fullScreen(input: ScreenInput): Line[] {
	const {state, view, deployment, lock, nowMs, glyphs, columns, rows} = input;
	const node = focusedNode(state, view);
	const {intervalMs, pausedAtMs, shownAtMs, baselineAtMs, recording, replay} = view;
	const isReplay = replay !== undefined;
	const bar = replay === undefined ? [] : [replayLine({...input, replay}, columns)];
	const height = rows - 2 - bar.length;
	return [
		headerLine(
			{
				state,
				node,
				deployment,
				lock,
				intervalMs,
				pausedAtMs,
				shownAtMs,
				baselineAtMs,
				recording,
				isReplay,
				isWall: view.isWall,
				nowMs,
				glyphs,
			},
			columns,
		),
		...(view.isWall
			? wallLines({...input, panels}, {width: columns, height})
			: [verdictLine(state, node, nowMs, glyphs, columns, shownSubject(view)), ...bodyLines(input, node, height - 1)]),
		...bar,
		footerLine(
			{
				...input,
				box: input.hasDialog === true ? 'action' : view.overlay?.kind,
				findings: findingCount(state, nowMs),
				nodes: state.nodes.size,
				canSort: panelOf(view).sortKeys.length > 1 && tableOf(view, view.panel).groupBy !== 'what-if',
				wantsPassword: wantsPassword(node),
				row: rowKeysOf(input),
				earlierName: state.earlier?.name,
			},
			columns,
		),
	];
}

function bodyLines(input: ScreenInput, node: NodeRecord | undefined, height: number): Line[] {
	const {state, view, nowMs, glyphs, columns} = input;
	const panel = panelOf(view);
	const reminder = temporaryNote(state, node, nowMs, {width: columns, key: input.keyboard.shown('take-back')});
	const ladder = shownLadder(state, node, panel, nowMs);
	if (ladder !== undefined && node !== undefined) {
		const top = reminder === undefined ? [] : [cutLine(reminder, columns, glyphs.ellipsis)];
		const body = ladderBody(ladder, node, {width: columns, height: height - top.length}, input);
		return Array.from({length: height}, (_, index) => [...top, ...body][index] ?? blankLine);
	}

	const shown = panelInput(input);
	const missing = state.earlier?.note;
	const next = nextLine(input, shown.node);
	const notes = [
		...(next === undefined ? [] : [next]),
		...(missing === undefined ? [] : [line(`! ${missing}`, 'warning')]),
		...(input.actionNotes ?? []).map(note => line(note, 'warning')),
		...(reminder === undefined ? [] : [reminder]),
		...(shown.node === undefined ? [] : notesOf(panel, shown.node, sanitizedUser(input), nowMs)),
	];
	const drawn = panel.draw(shown, {width: columns, height: height - notes.length});
	const isOld =
		shown.node !== undefined && isStale(shown.node, nowMs) && !isOfAllNodes(panel) && !greysItself.has(panel.id);
	const body = isOld ? drawn.map(greyed) : drawn;
	const lines = [...notes.map(note => cutLine(note, columns, glyphs.ellipsis)), ...body];
	return Array.from({length: height}, (_, index) => lines[index] ?? blankLine);
}

/**
Panels that are not greyed as a whole, because their lists show all nodes. They grey the figures of nodes that do not
answer themselves.
*/
const greysItself: ReadonlySet<Panel['id']> = new Set<Panel['id']>(['overview', 'replication']);

const sanitizedUser = ({state: {user}}: ScreenInput): string | undefined =>
	user === undefined ? undefined : sanitize(user);

/** Whether a panel shows all nodes. Such a panel is not greyed because a single node's data is stale. */
const isOfAllNodes = ({id}: Panel): boolean => panelRow(id).isOfAllNodes === true;

/**
The notes above a panel: the age of old data, a denied command that the panel needs, and fields that the product does
not report.
*/
function notesOf(panel: Panel, node: NodeRecord, user: string | undefined, nowMs: number): Line[] {
	const stale = isOfAllNodes(panel) ? undefined : staleNote(node, nowMs);
	const blind = blindNote(node, panel.commands, user);
	const product = productNote(panel.id, node);
	return [
		...(stale === undefined
			? []
			: [[span(`! ${stale}: the data below is from ${utcClock(node.lastReplyAtMs)}`, 'warning' as const)]]),
		...(blind === undefined ? [] : [blind]),
		...(product === undefined ? [] : [product]),
	];
}

/** The screen below 40×10: one line with the verdict, then as many of the most important figures as fit. */
function smallScreen({state, view, nowMs, glyphs, columns, rows}: ScreenInput): Line[] {
	const node = focusedNode(state, view);
	const verdict = verdictLine(state, node, nowMs, glyphs, columns, shownSubject(view));
	if (rows === 1 || node === undefined) {
		return [verdict];
	}

	const used = node.values.get('usedMemory');
	const limit = node.sample?.info.number('memory', 'maxmemory') ?? 0;
	const figures: Line[] = [
		...(view.replay === undefined ? [] : [line(`REPLAY ${utcClock(nowMs)}Z`, 'warning')]),
		[span('ops ', 'label'), span(perSecond(node.values.get('operations')))],
		[
			span('mem ', 'label'),
			span(`${bytes(used)}${limit > 0 && used !== undefined ? ` ${percent(used / limit)}` : ''}`),
		],
		[span('role ', 'label'), span(node.role)],
		[span('cli ', 'label'), span(String(node.values.get('connectedClients') ?? '-'))],
		[span('at ', 'label'), span(utcClock(node.lastReplyAtMs))],
	];
	return [verdict, ...figures];
}

import {ladderLines} from '../../diagnose/ladder-lines.js';
import type {NextStep} from '../../domain/finding.js';
import type {Ladder} from '../../domain/ladder.js';
import {messageText} from '../../domain/message.js';
import type {Keyboard} from '../../keys/keyboard.js';
import {largeRepliesMeaning, packetSizeSteps} from '../../rules/packet-size.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {criticalAfterMs} from '../../state/node-problem.js';
import {outageReason} from '../../state/verdict.js';
import {frame, innerHeight, innerWidth} from '../../text/frame.js';
import type {Line} from '../../text/line.js';
import {utcClock} from '../../text/units.js';
import {wantsPassword} from '../control/password-control.js';
import type {Panel, PanelInput, Rect} from '../panel.js';
import {lastKnown} from './last-known.js';

/** Height below which the ladder has no frame, in lines. Without the frame's two lines, two more steps fit. */
const leastFramedRows = 12;

/**
The connection ladder, which replaces panel 1 if no node answers, or if the node in focus has never answered. Undefined
otherwise, and while a command holds the node in focus: its connection is well. The other panels keep showing their last
figures.
*/
export function shownLadder(
	state: MonitorState,
	node: NodeRecord | undefined,
	panel: Pick<Panel, 'id'>,
	nowMs: number,
): Ladder | undefined {
	const isNothingThere = [...state.nodes.values()].every(({failure}) => failure !== undefined);
	const isWanted = panel.id === 'overview' && node?.failure !== undefined;
	if (!isWanted || isHeldByCommand(state, node, nowMs)) {
		return undefined;
	}

	return isNothingThere || node.sample === undefined ? node.ladder : undefined;
}

/**
Whether a reply of the node is pending because of a command, as far as is known. In the first seconds, a command is the
most likely reason.
*/
function isHeldByCommand(state: MonitorState, node: NodeRecord, nowMs: number): boolean {
	const {address, sample, failure, pendingSinceMs} = node;
	return (
		sample !== undefined &&
		failure?.code === 'TIMEOUT' &&
		(outageReason(state, address) !== undefined || nowMs - (pendingSinceMs ?? nowMs) < criticalAfterMs)
	);
}

/** The steps of the connection ladder as lines that fill the rectangle. */
export function ladderBody(
	climbed: Ladder,
	node: NodeRecord,
	{width, height}: Rect,
	{glyphs, keyboard, state, nowMs}: Pick<PanelInput, 'glyphs' | 'keyboard' | 'state' | 'nowMs'>,
): readonly Line[] {
	const known = lastKnown(node, state, nowMs);
	const ladder = withPasswordKey(withLostReplies(climbed, node), node, keyboard);
	if (height < leastFramedRows) {
		return ladderLines(ladder, width, height, known);
	}

	return frame({
		panel: 'overview',
		title: `1 Overview  ${node.address} ${node.reach}: the connection, step by step`,
		right: `tried ${utcClock(ladder.atMs)}`,
		lines: ladderLines(ladder, innerWidth(width, 1), innerHeight(width, height), known),
		width,
		height,
		glyphs,
		padding: 1,
	});
}

/**
The ladder as it is where a closer look has found that large replies alone stay away. The ladder itself stops at its PING,
whose silence would mean that the server hangs.
*/
function withLostReplies(ladder: Ladder, {failure, endpoint}: NodeRecord): Ladder {
	if (failure?.kind !== 'LARGE_REPLIES' || ladder.verdict.step !== 'ping') {
		return ladder;
	}

	const next = packetSizeSteps(endpoint);
	return {
		...ladder,
		rungs: ladder.rungs.map(rung =>
			rung.step === 'ping'
				? {...rung, result: messageText(failure.problem), meaning: largeRepliesMeaning, confirm: [], next}
				: rung,
		),
		verdict: {...ladder.verdict, text: messageText(failure.problem), next},
	};
}

/** If the node refuses the credentials, adds the key that asks for a password as the first next step of the ladder. */
function withPasswordKey(ladder: Ladder, node: NodeRecord, {shown}: Keyboard): Ladder {
	const key = shown('password');
	if (!wantsPassword(node) || key === '') {
		return ladder;
	}

	const step: NextStep = {kind: 'words', text: `${key} asks for user and password here, and tries them on this node`};
	return {...ladder, verdict: {...ladder.verdict, next: [step, ...ladder.verdict.next]}};
}

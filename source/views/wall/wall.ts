import type {NodeAddress} from '../../domain/node.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {ageOf, isStale} from '../../state/new-record.js';
import {withSubject} from '../../state/subject.js';
import {verdictOf} from '../../state/verdict.js';
import {plainTable} from '../../state/view-state.js';
import {type BigSize, bigHeight, bigText, bigWidth} from '../../text/big-text.js';
import {cellWidth} from '../../text/cell-width.js';
import {fit, padLine} from '../../text/fit.js';
import {frame} from '../../text/frame.js';
import type {Glyphs} from '../../text/glyphs.js';
import {blankLine, type Line, line, span, type Tone} from '../../text/line.js';
import {readingsPerCell, sparkline} from '../../text/sparkline.js';
import {shortAge, utcClock} from '../../text/units.js';
import {wrapWords} from '../../text/wrap-words.js';
import {verdictLine} from '../chrome-verdict.js';
import {eventWords, notableEvents} from '../event-words.js';
import {type Figure, figures} from '../figures.js';
import {shortName} from '../node-names.js';
import type {Panel, Rect} from '../panel.js';
import {type ScreenInput, shownSubject} from '../screen-input.js';
import {headline} from './headline.js';
import {sceneAt, type WallScene, wallScenes} from './rotation.js';

/** The smallest screen for the wall display, in cells. A smaller screen shows a few lines of text. */
const smallestWall = {columns: 80, rows: 24};

export type WallInput = ScreenInput & {readonly panels: readonly Panel[]};

/**
The lines of the wall display between the header and the last line, for readers five metres away. The verdict, the
length of the incident and the figures are at the top, in large letters. Below them, the panels with findings take
turns. A small screen shows the top alone.
*/
export function wallLines(input: WallInput, {width, height}: Rect): Line[] {
	const isSmall = width < smallestWall.columns || height < smallestWall.rows - 3;
	const top = [...verdictLines(input, width, isSmall ? 0 : height), ...incidentLine(input, width, height)];
	const cards = isSmall ? smallFigures(input) : figureCards(input, width, height);
	const rest = Math.max(0, height - top.length - cards.length);
	return [...top, ...cards, ...(isSmall ? [] : lowerPart(input, {width, height: rest}))].slice(0, height);
}

/**
The verdict in up to three lines of large letters, fewer on a low screen, and as one line of text below them. With a
height of 0 there is only the line of text.
*/
function verdictLines(input: WallInput, width: number, height: number): Line[] {
	const {state, view, nowMs, glyphs} = input;
	// If there is only one node, the header names it, and the lines below leave out its host.
	const only = state.nodes.size === 1 ? [...state.nodes.values()][0] : undefined;
	if (height === 0) {
		return [verdictLine(state, undefined, nowMs, glyphs, width, shownSubject(view))];
	}

	const verdict = withSubject(verdictOf(state, nowMs), shownSubject(view));
	const {severity} = verdict;
	const tone: Tone = severity === 'unknown' ? 'accent' : severity;
	// In ASCII, large letters are five rows high, and two lines of them need a blank line between them to be read. A low
	// screen has room for only one line of them.
	const most = glyphs.isAscii ? (height < 30 ? 1 : 2) : height >= 50 ? 3 : 2;
	const big = headline(verdict, state, width - 4, most).flatMap((part, index) => [
		...(glyphs.isAscii && index > 0 ? [''] : []),
		...bigText(part, 'small', glyphs),
	]);
	return [
		...(height < 30 ? [] : [blankLine]),
		...big.map(row => line(`  ${row}`, tone)),
		[span('  '), ...verdictLine(state, only, nowMs, glyphs, Math.max(0, width - 2), shownSubject(view))],
	];
}

function incidentLine({state, nowMs, glyphs}: WallInput, width: number, height: number): Line[] {
	const {incidentSinceMs} = state;
	if (incidentSinceMs === undefined) {
		const isYoung = verdictOf(state, nowMs).severity === 'critical';
		return [line(isYoung ? '  no incident yet: it may be a restart' : '  no incident: nothing critical now', 'dim')];
	}

	const clock = clockText(nowMs - incidentSinceMs);
	const text = `INCIDENT ${clock}`;
	const since = `since ${utcClock(incidentSinceMs)} UTC, the first critical finding`;
	if (width < 120) {
		return [[span(`  ${text}`, 'critical'), span(`  ${since}`)]];
	}

	const rows = bigText(text, 'small', glyphs);
	const clockLines = rows.map((row, index) => [
		span(`  ${row}`, 'critical'),
		...(index === rows.length - 1 ? [span(`   ${since}`)] : []),
	]);
	// Without a blank line, the letters run into the bar above them, which has the same colour.
	return height < 30 ? clockLines : [blankLine, ...clockLines];
}

/** A duration as text: `0:07`, `12:34`, `1:02:03`. */
function clockText(durationMs: number): string {
	const total = Math.max(0, Math.floor(durationMs / 1000));
	const [hours, minutes, secs] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
	const two = (n: number) => String(n).padStart(2, '0');
	return hours > 0 ? `${hours}:${two(minutes)}:${two(secs)}` : `${minutes}:${two(secs)}`;
}

const smallFigures = ({state}: WallInput): Line[] =>
	figures(state).map(({titles: [title = ''], text, tone, thresholds: [threshold = '']}) => [
		span(title.padEnd(22), 'label'),
		span(text.padEnd(10), tone),
		span(threshold, 'dim'),
	]);

/** The sizes of digits, largest first. All sizes but the last have the same height. */
type DigitSizes = readonly [BigSize, ...BigSize[]];

/**
Screen height, in lines, for each line that a pixel of a digit is high. A digit has five rows of pixels, so it takes a
quarter of the screen's height.
*/
const rowsPerPixelRow = 20;

/**
The sizes of the wall's digits, largest first. From 40 lines on, a digit takes a quarter of the screen's height. The
largest size has the proportions of printed digits, because a cell is twice as high as wide. Narrower sizes follow for
texts that do not fit.
*/
function digitSizes(height: number): DigitSizes {
	// `height` is without the header and the last line, so the screen has two lines more.
	const down = Math.floor((height + 2) / rowsPerPixelRow);
	return down < 2 ? ['small'] : [{across: down + 1, down}, ...narrowerSizes(down), 'small'];
}

const narrowerSizes = (down: number): readonly BigSize[] =>
	Array.from({length: down}, (_, index) => ({across: down - index, down}));

function figureCards(input: WallInput, width: number, height: number): Line[] {
	const all = figures(input.state);
	const sizes = digitSizes(height);
	const cardHeight = bigHeight(sizes[0], input.glyphs) + (height >= 34 ? 6 : 5);
	const cards = all.map((figure, index) => {
		const cardWidth = Math.floor(((index + 1) * width) / all.length) - Math.floor((index * width) / all.length);
		return figureCard(input, figure, {width: cardWidth, height: cardHeight}, sizes);
	});
	return Array.from({length: cardHeight}, (_, row) => cards.flatMap(card => card[row] ?? []));
}

/** The longest text that fits, else the shortest text. */
const fitting = (wordings: readonly string[], room: number): string =>
	wordings.find(text => cellWidth(text) <= room) ?? wordings.at(-1) ?? '';

function figureCard(
	{glyphs, nowMs, state}: WallInput,
	{titles, text, large: texts, tone, thresholds, node, named, culprit, series, change}: Figure,
	{width, height}: Rect,
	sizes: DigitSizes,
): readonly Line[] {
	const room = width - 4;
	// Large letters may use the cells beside the frame, which other lines leave blank.
	const letterRoom = width - 2;
	const values = series === undefined ? undefined : node?.series.get(series)?.groups(room, readingsPerCell(room));
	const isOld = node !== undefined && isStale(node, nowMs);
	const letters = inLetters(texts, letterRoom, sizes, glyphs);
	const indent = letters.some(row => cellWidth(row) >= letterRoom) ? '' : ' ';
	// A figure without a node is a dash, or words that say why there is no value.
	// No node stands out where the worst value is none at all.
	const isNone = node !== undefined && /^0\D*$/.test(text) && !isStale(node, nowMs);
	const who =
		node === undefined && text !== '-' ? [text] : isNone ? [''] : whoTexts(node, named, culprit, state, nowMs);
	return frame({
		title: fitting(titles, width - 6 - (change === undefined ? 0 : cellWidth(change) + 3)),
		right: change,
		lines: [
			blankLine,
			...letters.map(row => line(indent + row, isOld ? 'dim' : tone === 'plain' ? 'ok' : tone)),
			...(height > letters.length + 5
				? [line(values === undefined ? '' : ` ${sparkline(values, room, glyphs)}`, 'dim')]
				: []),
			line(` ${fitting(who, room)}`, isOld ? 'warning' : 'label'),
			line(` ${fitting(thresholds, room)}`, 'dim'),
		],
		width,
		height,
		glyphs,
	});
}

/**
The first text that fits in larger letters, else the first text that fits in smaller letters. If no text fits, the first
text is shown in the terminal's own letters.
*/
function inLetters(texts: readonly string[], room: number, sizes: DigitSizes, glyphs: Glyphs): readonly string[] {
	for (const size of sizes) {
		const text = texts.find(each => bigWidth(each, size) <= room);
		if (text !== undefined) {
			return bigText(text, size, glyphs);
		}
	}

	// The text is centred vertically in the room for large letters, so that the lines below keep their places.
	const above = Math.floor(bigHeight(sizes[0], glyphs) / 2);
	return [...Array.from({length: above}, () => ''), ...texts.slice(0, 1), ...Array.from({length: above}, () => '')];
}

/** Texts with the cause of a figure, its node, and the age of the node's data if that is old; longest first. */
function whoTexts(
	node: NodeRecord | undefined,
	named: NodeAddress | undefined,
	culprit: string | undefined,
	state: MonitorState,
	nowMs: number,
): readonly string[] {
	if (node === undefined) {
		return [''];
	}

	// An age without words below a figure in seconds would look like that figure.
	const old = isStale(node, nowMs) ? `data ${shortAge(ageOf(node, nowMs) ?? 0)} old` : '';
	const joined = (...parts: ReadonlyArray<string | undefined>) =>
		parts.filter(part => part !== undefined && part !== '').join(', ');
	if (state.nodes.size === 1) {
		// The header names the only node, so its name is left out.
		return [joined(culprit, old), culprit ?? old, ''];
	}

	const address = named ?? node.address;
	const short = shortName(address, state);
	const who = culprit === undefined ? [] : [joined(culprit, short, old), `${culprit} ${short}`, culprit];
	return [...who, joined(address, old), joined(short, old), short];
}

/** The lower part of the wall display: the panel of the scene at the left, events and actions at the right. */
function lowerPart(input: WallInput, {width, height}: Rect): Line[] {
	if (height < 5) {
		return [];
	}

	const rightWidth = width >= 160 ? 66 : 0;
	const left = scenePanel(input, {width: width - rightWidth, height});
	const right = rightWidth === 0 ? [] : happened(input, {width: rightWidth, height});
	return Array.from({length: height}, (_, row) => [
		...padLine(left[row] ?? blankLine, width - rightWidth, input.glyphs.ellipsis),
		...(right[row] ?? []),
	]);
}

function scenePanel({state, view, nowMs, glyphs, keyboard, panels}: WallInput, rect: Rect): readonly Line[] {
	const scene = sceneAt(wallScenes(state), nowMs);
	const panel = panels.find(({id}) => id === scene.panel);
	const node = sceneNode(state, scene);
	const table = view.tables[scene.panel] ?? plainTable;
	const drawn = panel?.draw({state, node, table, nowMs, windowMs: view.windowMs, glyphs, keyboard}, rect) ?? [];
	return drawn.map(withoutCursor);
}

/** A line without the mark and the background of a selected row. No key of the wall display moves a selection. */
function withoutCursor(spans: Line): Line {
	const first = spans.findIndex(({isUnderCursor}) => isUnderCursor === true);
	return first < 0
		? spans
		: spans.map(({isUnderCursor: _, ...each}, index) =>
				index === first ? {...each, text: each.text.replace(/^>/, ' ')} : each,
			);
}

/**
The node in focus of a scene. The cluster panel shows the view of a node that answers, because the last view of a dead
node is from before the incident.
*/
function sceneNode({nodes}: MonitorState, {panel, node}: WallScene): NodeRecord | undefined {
	const records = [...nodes.values()];
	const failing = node === undefined ? undefined : nodes.get(node);
	const isUseful = failing !== undefined && (panel !== 'cluster' || failing.reach === 'up');
	return isUseful ? failing : (records.find(({reach, role}) => reach === 'up' && role !== 'sentinel') ?? records[0]);
}

/** The actions through redis-top with the users who did them, and below them the events, newest first. */
function happened({state, nowMs, glyphs}: WallInput, {width, height}: Rect): readonly Line[] {
	const actsHeight = Math.min(9, Math.max(0, Math.floor(height / 3)));
	return [
		...frame({
			title: 'Who acted',
			lines: actions(state, nowMs, glyphs, width - 4),
			width,
			height: actsHeight,
			glyphs,
			padding: 1,
		}),
		...frame({
			title: 'Events',
			lines: events(state, nowMs, {width: width - 4, height: height - actsHeight - 2}),
			width,
			height: height - actsHeight,
			glyphs,
			padding: 1,
		}),
	];
}

function actions({audit, nodes}: MonitorState, nowMs: number, glyphs: Glyphs, width: number): Line[] {
	// The audit log has the actions on servers of other deployments as well.
	const entries = (audit?.entries ?? [])
		.filter(({phase, target}) => phase !== 'unlocked' && nodes.has(target))
		.toReversed();
	if (entries.length === 0) {
		return [line('nobody, through redis-top', 'dim')];
	}

	return entries.map(({at, osUser, command, action, phase, target}) =>
		line(
			fit(
				`${shortAge(nowMs - Date.parse(at))} ago  ${osUser}  ${command ?? action}  ${phase}  ${target}`,
				width,
				'left',
				glyphs.ellipsis,
			),
		),
	);
}

function events(state: MonitorState, nowMs: number, {width, height}: Rect): Line[] {
	return state.events.length === 0
		? [line('none yet', 'dim')]
		: notableEvents(state.events, Math.max(0, height), nowMs).flatMap(event => {
				const {atMs, node, severity} = event;
				const mark = severity === 'critical' ? '!! ' : severity === 'warning' ? '!  ' : '   ';
				// The header names the only node, so its name is left out.
				const name = node === undefined || state.nodes.size === 1 ? '' : `${shortName(node, state)} `;
				const words = `${utcClock(atMs)} ${mark}${name}${eventWords(event, state)}`;
				return wrapWords(words, width, ' '.repeat(12)).map(row => line(row, severity === 'info' ? 'plain' : severity));
			});
}

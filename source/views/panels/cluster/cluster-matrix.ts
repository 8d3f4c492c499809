import {type AgreementMatrix, agreementMatrix, type Opinion, type OpinionRow} from '../../../cluster/agreement.js';
import type {ClusterState} from '../../../cluster/cluster-state.js';
import type {ClusterComparison} from '../../../cluster/comparison.js';
import {memoizeByRef, memoizeLast} from '../../../domain/memoize.js';
import type {NodeAddress, NodeId} from '../../../domain/node.js';
import {cellWidth} from '../../../text/cell-width.js';
import {cut, fit} from '../../../text/fit.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, line, type Span, span, type Tone} from '../../../text/line.js';

/** Least width of a matrix column that shows words, in cells. Narrower columns show marks instead. */
const wordWidth = 7;
const moreWidth = 4;
const rowHeadWidth = {viewers: 20, side: 8, signature: 8, state: 5};

const trustTexts: Readonly<Record<Opinion['trust'], readonly [word: string, mark: string, tone: Tone]>> = {
	ok: ['', '', 'plain'],
	suspect: ['fail?', '?', 'warning'],
	failed: ['FAIL', '!!', 'critical'],
	handshake: ['new', '+', 'warning'],
	'no-address': ['noaddr', '@', 'warning'],
	missing: ['-', '-', 'warning'],
};

const roleLetters: Readonly<Record<Opinion['role'], string>> = {primary: 'P', replica: 'R', unknown: ''};

/** The shortest ending that distinguishes each address from the others: `7000`, `12`, `b-3`. */
export function distinctEnds(addresses: readonly string[]): string[] {
	const ports = new Set(addresses.map(address => address.slice(address.lastIndexOf(':'))));
	const bare =
		ports.size === 1 && addresses.length > 1
			? addresses.map(address => address.slice(0, address.lastIndexOf(':')))
			: addresses;
	const shared = sharedEnds(bare);
	return bare.map(address => {
		const cuts = [...address.matchAll(/[.:-]/g)].map(({index}) => index + 1).reverse();
		const own = cuts.map(start => address.slice(start)).find(end => end.length > (shared.get(address) ?? 0));
		return own ?? address;
	});
}

/**
For each name, the length of the longest ending that it shares with any other name. The names are reversed and sorted:
the other name with the longest common ending is then a neighbour.
*/
function sharedEnds(names: readonly string[]): ReadonlyMap<string, number> {
	const backwards = [...new Set(names)].map(name => ({name, reversed: [...name].reverse().join('')}));
	backwards.sort((a, b) => (a.reversed < b.reversed ? -1 : 1));
	const shared = new Map<string, number>();
	for (const [index, {name, reversed}] of backwards.entries()) {
		const after = commonStart(reversed, backwards[index + 1]?.reversed ?? '');
		const before = commonStart(reversed, backwards[index - 1]?.reversed ?? '');
		shared.set(name, Math.max(before, after));
	}

	return shared;
}

function commonStart(one: string, other: string): number {
	let length = 0;
	while (length < one.length && one[length] === other[length]) {
		length++;
	}

	return length;
}

/**
The rows of the matrix. They are memoized by the comparison of cluster views and by the order of the nodes. To compare
the views of a thousand nodes again for each drawing of the screen would take too long.
*/
const matrixOf = (isWhole: boolean) =>
	memoizeByRef((comparison: ClusterComparison) =>
		memoizeByRef((order: readonly NodeId[]) => agreementMatrix(comparison, order, isWhole)),
	);
const wholeMatrix = matrixOf(true);
const disputedMatrix = matrixOf(false);

/**
The short names of the nodes. They stay memoized when a new comparison has the same nodes, which is nearly always so.
*/
const keptNames = memoizeLast(distinctEnds);
const namesIn = memoizeByRef(({nameOf}: ClusterComparison) =>
	memoizeByRef(({subjects}: AgreementMatrix) => keptNames(subjects.map(nameOf))),
);

/**
The matrix that shows which nodes flag which other nodes. Nodes with equal views share one line. Without `isWhole` it is
empty when all views agree that no node fails. It has at most `height` lines of `width` cells.
*/
export function matrixLines(
	{comparison}: ClusterState,
	order: readonly NodeId[],
	{width, height, isWhole}: {readonly width: number; readonly height: number; readonly isWhole: boolean},
	glyphs: Glyphs,
): Line[] {
	const matrix = (isWhole ? wholeMatrix : disputedMatrix)(comparison)(order);
	if (height < 3 || comparison.views.length < 2 || (matrix.isUnanimous && !isWhole)) {
		return [];
	}

	const names = namesIn(comparison)(matrix);
	const headWidth = rowHead(undefined, glyphs).length;
	const room = width - headWidth;
	const longest = names.reduce((max, name) => Math.max(max, cellWidth(name)), 2);
	const wished = Math.max(wordWidth, longest) + 1;
	const columnWidth = matrix.subjects.length * wished <= room ? wished : Math.min(Math.max(longest, 3), 4) + 1;
	const columns = Math.max(0, Math.floor(room / columnWidth));
	// If not all columns fit, the number of hidden columns, such as `+94`, needs room too.
	const shown =
		matrix.subjects.length <= columns
			? matrix.subjects.length
			: Math.max(0, Math.floor((room - moreWidth) / columnWidth));
	const more = matrix.subjects.length - shown;
	const header = line(
		`${rowHead(undefined, glyphs)}${names
			.slice(0, shown)
			.map(name => fit(shortened(name, columnWidth - 1), columnWidth, 'left', glyphs.ellipsis))
			.join('')}${more > 0 ? `+${more}` : ''}`,
		'label',
	);
	const rows = matrix.rows.map(row => matrixRow(row, shown, columnWidth, glyphs));
	const unshown = rows.length - (height - 1);
	return unshown > 0
		? [header, ...rows.slice(0, height - 2), line(`   and ${unshown + 1} more opinions`, 'dim')]
		: [header, ...rows];
}

/** A name of at most `width` cells. The beginning is cut, because the end distinguishes the name from others. */
const shortened = (name: string, width: number): string => (name.length > width ? name.slice(-width) : name);

function rowHead(row: OpinionRow | undefined, {ellipsis}: Glyphs): string {
	const {viewers, side, signature, state} = rowHeadWidth;
	const cells: ReadonlyArray<readonly [string, number]> = [
		[row === undefined ? 'VIEW OF' : viewersText(row.viewers, viewers, ellipsis), viewers],
		[row?.side ?? 'SIDE', side],
		[row?.signature ?? 'SLOT MAP', signature],
		[row === undefined ? 'STATE' : (row.state ?? '-'), state],
	];
	return ` ${cells.map(([text, cells]) => `${fit(text, cells, 'left', ellipsis)} `).join('')}`;
}

function viewersText(viewers: readonly NodeAddress[], width: number, ellipsis: string): string {
	const more = viewers.length > 1 ? ` +${viewers.length - 1}` : '';
	return `${cut(viewers[0] ?? '', width - more.length, ellipsis)}${more}`;
}

function matrixRow(row: OpinionRow, shown: number, columnWidth: number, glyphs: Glyphs): Line {
	const tone: Tone = row.side === 'minority' || row.state === 'fail' ? 'critical' : 'plain';
	const cells = row.opinions.slice(0, shown).map((opinion): Span => {
		const [word, mark, cellTone] = trustTexts[opinion.trust];
		const trust = columnWidth > wordWidth ? word : mark;
		const role = roleLetters[opinion.role];
		return span(
			fit(
				[role, trust].filter(part => part !== '').join(columnWidth > wordWidth ? ' ' : ''),
				columnWidth,
				'left',
				glyphs.ellipsis,
			),
			cellTone,
		);
	});
	return [span(rowHead(row, glyphs), tone), ...cells];
}

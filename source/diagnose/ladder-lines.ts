import type {NextStep} from '../domain/finding.js';
import type {HostRemark, Ladder, Rung, RungStatus} from '../domain/ladder.js';
import {messageText} from '../domain/message.js';
import {cellWidth} from '../text/cell-width.js';
import {blankLine, type Line, type Span, span, type Tone} from '../text/line.js';
import {milliseconds, utcDateTime} from '../text/units.js';
import {wrapWhole, wrapWords} from '../text/wrap-words.js';
import {type Fact, hostFacts} from './host-lines.js';

/**
The mark of each status of a rung (a step's result). It is text with a colour, because many terminals and logs show no
colour.
*/
export const rungMarks: Readonly<Record<RungStatus, readonly [mark: string, style: Tone]>> = {
	ok: ['ok', 'ok'],
	info: ['i', 'accent'],
	warning: ['!', 'warning'],
	critical: ['!!', 'critical'],
	unknown: ['?', 'warning'],
	skipped: ['-', 'dim'],
};

const labelWidth = 9;
const markWidth = 3;
const tookWidth = 8;

/** Lines with `label` in a column at the left, and the wrapped text at the right. */
function labelled(label: string, text: string, width: number, tone?: Tone): Line[] {
	const room = Math.max(10, width - labelWidth - 1);
	return wrapWords(text, room).map((row, index) => [
		span(`${(index === 0 ? label : '').padEnd(labelWidth)} `, 'label'),
		span(row, tone),
	]);
}

function rungLines({step, status, tookMs, result, address}: Rung, width: number): Line[] {
	const [mark, tone] = rungMarks[status];
	const took = tookMs === undefined ? '' : milliseconds(tookMs);
	const where = address === undefined ? '' : `${address}: `;
	const head = [
		span(mark.padEnd(markWidth), tone),
		span(step.padEnd(labelWidth)),
		span(`${took.padStart(tookWidth)}  `, 'dim'),
	];
	const indent = markWidth + labelWidth + tookWidth + 2;
	const rows = wrapWords(where + result, Math.max(10, width - indent));
	const isDim = status === 'skipped';
	return rows.map((row, index) => [
		...(index === 0 ? head : [span(' '.repeat(indent))]),
		span(row, isDim ? 'dim' : 'plain'),
	]);
}

/** All steps in one or two rows, for a screen with few rows: `ok name tcp  !! greeting  - tls auth`. */
function compactRungs(rungs: readonly Rung[], width: number): Line[] {
	const groups: Array<{status: RungStatus; steps: string[]}> = [];
	for (const {status, step} of rungs) {
		const last = groups.at(-1);
		if (last?.status === status) {
			last.steps.push(...(last.steps.at(-1) === step ? [] : [step]));
		} else {
			groups.push({status, steps: [step]});
		}
	}

	const lines: Span[][] = [[]];
	let used = 0;
	for (const {status, steps} of groups) {
		const [mark, tone] = rungMarks[status];
		const text = ` ${steps.join(' ')}  `;
		const size = mark.length + cellWidth(text);
		if (used > 0 && used + size > width) {
			lines.push([]);
			used = 0;
		}

		lines.at(-1)?.push(span(mark, tone), span(text, status === 'skipped' ? 'dim' : 'plain'));
		used += size;
	}

	return lines;
}

const remarkTones: Readonly<Record<HostRemark['severity'], Tone>> = {
	info: 'accent',
	warning: 'warning',
	critical: 'critical',
};

/**
The mark at the end of a command's row if the command continues in the next row. A shell joins such rows, so the copied
command runs.
*/
const goesOn = ' \\';

function commandRows(command: string, width: number): string[] {
	// No row ends inside quotes: their spaces are replaced before the command is wrapped.
	const kept = command.replaceAll(/'[^']*'|"[^"]*"/g, quoted => quoted.replaceAll(' ', '\u00A0'));
	const rows = wrapWhole(kept, width);
	const broken = rows.length === 1 ? rows : wrapWhole(kept, width - goesOn.length);
	return broken.map((row, index) => {
		const text = row.replaceAll('\u00A0', ' ');
		return `${index === 0 ? '$ ' : '  '}${text}${index === broken.length - 1 ? '' : goesOn}`;
	});
}

function stepLines(label: string, steps: readonly NextStep[], width: number): Line[] {
	return steps.flatMap(({kind, text}, index) => {
		const numbered = index === 0 ? label : '';
		if (kind === 'words') {
			return labelled(numbered, messageText(text), width);
		}

		return commandRows(messageText(text), Math.max(10, width - labelWidth - 3)).map((row, line) => [
			span(`${(line === 0 ? numbered : '').padEnd(labelWidth)} `, 'label'),
			span(row, 'accent'),
		]);
	});
}

function certificateFacts({certificate}: Ladder): Fact[] {
	if (certificate === undefined) {
		return [];
	}

	const {subject, issuer, names, validFromMs, validToMs} = certificate;
	return [
		['subject', subject],
		['issuer', issuer],
		['names', names.length === 0 ? 'none (no subjectAltName)' : names.join(', ')],
		['valid', `${utcDateTime(validFromMs)} to ${utcDateTime(validToMs)} UTC`],
	];
}

const factLines = (facts: readonly Fact[], width: number): Line[] =>
	facts.flatMap(([label, value]) => labelled(label, value, width));

function hostingWords({hosting: {kind, service, certainty, because}}: Ladder): string {
	const name = service === undefined ? kind : service.name;
	return `${certainty === 'likely' && kind !== 'unknown' ? 'likely ' : ''}${name} (${because})`;
}

/** The rung (a step's result) that the verdict is about. */
const decisive = ({rungs, verdict}: Ladder): Rung | undefined =>
	rungs.find(({step, code, status}) => step === verdict.step && code === verdict.code && status === verdict.status);

/** A part of the drawn ladder. Parts of a group stand together, and a blank line separates groups. */
type Part = {readonly group: number; readonly lines: readonly Line[]};

/**
Draws the ladder (the result of each step to a serving node) in rows of at most `width` cells. Without a height nothing
is left out. A low screen first gets the steps in one row, the causes that this machine shows, and what to do. The other
parts follow while there is room, in this order: the failed step, how the process ended, what is known of the node, the
single steps, their meaning, the confirmation, the certificate, the machine's figures.

@param known What is known of the node besides the ladder, such as the data that it held.
*/
export function ladderLines(
	ladder: Ladder,
	width: number,
	height = Number.POSITIVE_INFINITY,
	known: readonly Fact[] = [],
): Line[] {
	const {rungs, remarks, verdict} = ladder;
	const reason = decisive(ladder);
	const remarkPart = ({severity, text}: HostRemark): Part => ({
		group: 1,
		lines: labelled('here', text, width, remarkTones[severity]),
	});
	const steps: Part = {group: 0, lines: rungs.flatMap(rung => rungLines(rung, width))};
	const compact: Part = {group: 0, lines: compactRungs(rungs, width)};
	const failed: Part = {group: 0, lines: reason === undefined ? [] : rungLines(reason, width)};
	const causes = remarks.filter(({severity}) => severity !== 'info').map(remarkPart);
	const ends = remarks.filter(({severity, id}) => severity === 'info' && id === 'ended').map(remarkPart);
	const infos = remarks.filter(({severity, id}) => severity === 'info' && id !== 'ended').map(remarkPart);
	const next: Part = {group: 3, lines: stepLines('do', verdict.next, width)};
	const heldPart: Part = {group: 2, lines: factLines(known, width)};
	// The usual meaning of a refusal names an end of the process, and the process is seen to run.
	const isElsewhere = remarks.some(({id}) => id === 'other-address');
	const meaning: Part = {
		group: 1,
		lines: reason?.meaning === undefined || isElsewhere ? [] : labelled('means', reason.meaning, width),
	};
	const others: readonly Part[] = [
		meaning,
		{group: 4, lines: stepLines('confirm', reason?.confirm ?? [], width)},
		{group: 5, lines: factLines(certificateFacts(ladder), width)},
		...[['hosting', hostingWords(ladder)] as const, ...hostFacts(ladder.host)].map(
			(fact): Part => ({group: 6, lines: factLines([fact], width)}),
		),
	];
	/** The parts in the order in which they are drawn. */
	const order = [steps, compact, failed, meaning, ...causes, ...ends, ...infos, heldPart, next, ...others.slice(1)];
	const drawn = (parts: readonly Part[], isSpaced: boolean) =>
		joinSections(
			order.filter(part => parts.includes(part)),
			isSpaced,
		);
	let chosen: readonly Part[] = [compact, ...causes, next];
	const isSpaced = drawn(chosen, true).length <= height;
	const fits = (parts: readonly Part[]) => drawn(parts, isSpaced).length <= height;
	for (const part of [failed, ...ends, heldPart, ...infos]) {
		chosen = fits([...chosen, part]) ? [...chosen, part] : chosen;
	}

	const withSteps = [steps, ...chosen.filter(part => part !== compact && part !== failed)];
	chosen = fits(withSteps) ? withSteps : chosen;
	for (const part of others) {
		chosen = fits([...chosen, part]) ? [...chosen, part] : chosen;
	}

	return drawn(chosen, isSpaced).slice(0, height);
}

/** The lines of the parts, with a blank line between groups if `isSpaced`. */
function joinSections(parts: readonly Part[], isSpaced: boolean): Line[] {
	let group: number | undefined;
	return parts
		.filter(({lines}) => lines.length > 0)
		.flatMap(part => {
			const isNew = group !== undefined && part.group !== group;
			group = part.group;
			return isNew && isSpaced ? [blankLine, ...part.lines] : part.lines;
		});
}

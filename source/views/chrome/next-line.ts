import {actionRow, groupLetter, groupOf, shortTitle} from '../../actions/catalogue/catalogue.js';
import {messageText} from '../../domain/message.js';
import type {RuleId} from '../../rules/all-rules.js';
import {isMistaken} from '../../rules/end-steps.js';
import type {Finding} from '../../rules/finding.js';
import {readTheLog} from '../../rules/next-steps.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {panelRow} from '../../state/panel-table.js';
import {withSubject} from '../../state/subject.js';
import {isOutage, verdictOf} from '../../state/verdict.js';
import {cellWidth} from '../../text/cell-width.js';
import {cut, lineWidth} from '../../text/fit.js';
import {type Line, span, withTarget} from '../../text/line.js';
import {remedyOfSubject} from '../control/action-subject.js';
import {advisedBy, remedyText} from '../control/remedy.js';
import {subjectFinding} from '../control/subject-finding.js';
import {shortName, showShortNames} from '../node-names.js';
import {stepText} from '../panels/findings/findings-facts.js';
import type {ScreenInput} from '../screen-input.js';

/** The smallest screen on which Overview has this line, in cells. A smaller screen needs the line for its figures. */
const leastScreen = {columns: 60, rows: 24};

type Part = {readonly key: string; readonly does: string; readonly opens?: string};

/**
The line of Overview below line 2. While line 2 names a problem, it has the remedy: the key of the guarded action that
helps, and the first step by hand. Its right part has the keys of all steps and of a save. Without a problem it has the
keys that a newcomer looks for. Undefined on a small screen and at a past moment.
*/
export function nextLine(input: ScreenInput, node: NodeRecord | undefined): Line | undefined {
	const {view, columns, rows} = input;
	if (
		view.panel !== 'overview' ||
		view.replay !== undefined ||
		view.shownAtMs !== undefined ||
		columns < leastScreen.columns ||
		rows < leastScreen.rows
	) {
		return undefined;
	}

	const finding = subjectFinding(input.state, view);
	return finding === undefined ? keysLine(input, node) : remedyLine(input, node, finding);
}

/** The keys for the user who has nothing to repair, as many as fit. */
function keysLine(input: ScreenInput, node: NodeRecord | undefined): Line {
	const parts = [
		...saveParts(input, node, 'saves to disk'),
		...bound(input, 'help', 'explains the figures'),
		...(canAct(input) ? bound(input, 'actions', 'all actions') : []),
		...bound(input, 'wall', 'wall display'),
		...bound(input, 'palette', 'finds anything'),
	].map(part => partLine(part));
	let line: Line = [span(' keys', 'label')];
	for (const part of parts) {
		line = lineWidth(line) + lineWidth(part) > input.columns ? line : [...line, ...part];
	}

	return line;
}

function remedyLine(input: ScreenInput, node: NodeRecord | undefined, finding: Finding): Line {
	const {state, columns, keyboard, glyphs} = input;
	const {key, id} = panelRow('findings');
	const isBound = keyboard.bindingOf(key)?.id === 'panel';
	const allSteps = isBound ? partLine({key, does: 'all steps', opens: id}) : [];
	let right: Line = [...allSteps, ...saveParts(input, node, 'saves').flatMap(part => partLine(part))];
	const remedy = canAct(input) ? remedyOfSubject(state, input.view) : undefined;
	const actionKey = keyboard.shown('row-action');
	const label = span(' next', 'label');
	let room = columns - lineWidth([label, ...right]);
	const action: Line[] = [];
	if (remedy !== undefined && actionKey !== '') {
		const where = state.nodes.size > 1 && remedy.node !== node ? ` on ${shortName(remedy.node.address, state)}` : '';
		const full = remedyText(remedy);
		const texts = [full + where, shortTitle(full) + where];
		const fits = (text: string): boolean => cellWidth(text) + actionKey.length + 3 <= room;
		if (!texts.some(fits)) {
			// The remedy is worth more than the key of a save.
			room += lineWidth(right) - lineWidth(allSteps);
			right = allSteps;
		}

		const does = texts.find(fits) ?? texts.at(-1) ?? '';
		const part = partLine({key: actionKey, does});
		room -= lineWidth(part);
		action.push(part);
	}

	const known = stepsFor(input, finding).map(({kind, text}) => ({
		kind,
		text: stepText({kind, text: kind === 'words' ? messageText(text, showShortNames(state)) : text}),
	}));
	const prefix = action.length === 0 ? '  ' : '  or ';
	// A sentence says what to do. A command, which may only show more, is taken if no sentence fits. So is a sentence that
	// only shows more, or continues another step.
	const isWhatToDo = ({kind, text}: {readonly kind: string; readonly text: string}): boolean =>
		kind === 'words' && text !== readTheLog && !/^(?:and|else|or|then) /.test(text);
	const sentences = known.filter(isWhatToDo).map(({text}) => shorterTexts(text));
	const steps = [
		...sentences.flat(),
		...known
			.filter(step => !isWhatToDo(step))
			.flatMap(({kind, text}) => (kind === 'words' ? shorterTexts(text) : [text])),
	];
	const fitsIn = (cells: number) => (text: string) => cellWidth(text) + prefix.length <= cells;
	const [urgent = []] = sentences;
	const wider = room + lineWidth(right) - lineWidth(allSteps);
	if (action.length === 0 && !urgent.some(fitsIn(room)) && urgent.some(fitsIn(wider))) {
		// The first step is worth more than the key of a save, and than a later step.
		room = wider;
		right = allSteps;
	}

	const ofNode = known
		.filter(({kind}) => kind === 'command')
		.map(({text}) => withoutProgram(text, finding, state.nodes.size));
	const fitting =
		steps.find(fitsIn(room)) ??
		(action.length === 0 ? ofNode.find(text => text !== '' && fitsIn(room)(text)) : undefined);
	const first = known[0]?.text ?? '';
	const step = fitting ?? (action.length === 0 ? cut(first, Math.max(0, room - prefix.length), glyphs.ellipsis) : '');
	const left = [label, ...action.flat(), ...(step === '' ? [] : [span(prefix, 'label'), span(step)])];
	const gap = ' '.repeat(Math.max(0, columns - lineWidth([...left, ...right])));
	return [...left, span(gap), ...right];
}

/**
A command for the node that the finding is about, without the program and its options: `CONFIG SET timeout 0`. Line 2
names the node. Empty for other steps and other nodes.
*/
function withoutProgram(text: string, {node}: Finding, nodes: number): string {
	const [, options = '', command = ''] = /^(?:redis|valkey)-cli ((?:-\S+ \S+ )*?)([A-Z].*)$/.exec(text) ?? [];
	const [, host, port] = /^-h (\S+) -p (\d+) /.exec(options) ?? [];
	return nodes === 1 || `${host}:${port}` === node ? command : '';
}

/** Where a sentence can end early: a clause begins with a colon, a semicolon or, after a comma, one of these words. */
const clauseEnd = /: |; |, (?=(?:and|as|but|if|in|longer|not|or|so|then|until|where|which|with) )/g;

/**
A sentence, then the same sentence without its last clause, and so on. What is left must say what to do: a place alone,
such as "on the replica", does not.
*/
function shorterTexts(sentence: string): readonly string[] {
	const whole = sentence.replace(/:$/, '');
	const end = [...whole.matchAll(clauseEnd)].at(-1)?.index ?? 0;
	return end <= 0 || /^(?:at|from|in|on) /.test(whole.slice(0, end))
		? [whole]
		: [whole, ...shorterTexts(whole.slice(0, end))];
}

/**
The steps of a finding. Those of a node that is out of reach tell how to start it. What a replica can do is more urgent,
so then the steps are those of the consequence that line 2 names. A node that a line of its config file keeps down is
started soonest. A node that loads its data needs time alone, unless an action helps.
*/
function stepsFor({state, view, nowMs}: ScreenInput, finding: Finding): Finding['next'] {
	if (!isOutage(finding) || isMistaken(finding)) {
		return finding.next;
	}

	const advised = advisedBy(finding, state);
	// The subject has the problem as it was at first. Its consequence may have been found later.
	const verdict = withSubject(verdictOf(state, nowMs), view.subject);
	const felt = 'cause' in verdict ? verdict.cause.consequence : undefined;
	const named = state.findings.find(
		({rule, node, clearedAtMs}) =>
			felt !== undefined && rule === felt.rule && node === felt.node && clearedAtMs === undefined,
	);
	const own = finding.rule === 'srv.loading' ? finding : (named ?? finding);
	return (advised === finding ? own : advised).next;
}

/** Whether a key on this screen may open the dialog of an action. */
const canAct = ({lock, state}: ScreenInput): boolean => lock.kind !== 'read-only' && state.isMasked !== true;

/** Rules of a save that failed. Their findings have no action where the next save must fail as well. */
const saveRules: ReadonlySet<RuleId> = new Set<RuleId>(['per.rdb_fail', 'per.misconf']);

/** Whether a finding shows that a save fails on its node. */
const showsSaveFails = ({rule, action, clearedAtMs}: Finding): boolean =>
	saveRules.has(rule) && action === undefined && clearedAtMs === undefined;

/** Whether data of its node are lost that its last RDB file may still have. The next save replaces that file. */
const needsItsFile = ({severity, effect, clearedAtMs}: Finding): boolean =>
	severity === 'critical' && effect === 'data-lost' && clearedAtMs === undefined;

/** The keys of a save on the node in focus: the menu of actions, then the letters of the group and of BGSAVE. */
function saveParts(input: ScreenInput, node: NodeRecord | undefined, does: string): readonly Part[] {
	const {id, letter} = actionRow('bgsave');
	const keys = [groupLetter(groupOf(id)), letter].filter(each => each !== undefined).join(' ');
	const canSave =
		node !== undefined &&
		node.reach === 'up' &&
		node.role !== 'sentinel' &&
		canAct(input) &&
		!input.state.findings.some(
			finding => finding.node === node.address && (showsSaveFails(finding) || needsItsFile(finding)),
		);
	return canSave
		? bound(input, 'actions', does).map(part => ({
				...part,
				key: `${part.key} ${keys}`,
				// As in the titles of the cards, the port names the node in focus.
				does:
					input.state.nodes.size > 1
						? `${does} ${node.address.slice(Math.max(0, node.address.lastIndexOf(':')))}`
						: does,
			}))
		: [];
}

/** The key of a binding with its effect; empty if the user has unbound the key. */
function bound({keyboard}: ScreenInput, id: string, does: string): readonly Part[] {
	const key = keyboard.shown(id).split(' ')[0] ?? '';
	return key === '' ? [] : [{key, does}];
}

const partLine = ({key, does, opens}: Part): Line => {
	const spans = [span(`  ${key}`, 'key'), span(` ${does}`, 'dim')];
	return opens === undefined ? spans : withTarget(spans, {panel: opens});
};

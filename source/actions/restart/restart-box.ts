import type {Check, LabelledValue} from '../../domain/action.js';
import type {RestartRun, RestartStep} from '../../domain/restart.js';
import {cut} from '../../text/fit.js';
import {type Line, line, span, type Tone} from '../../text/line.js';
import {grouped, seconds, utcClock} from '../../text/units.js';
import {wrapWords} from '../../text/wrap-words.js';
import {counted} from '../catalogue/saved-data.js';
import {checkLines, type DialogContent} from '../dialog/dialog-content.js';
import {choiceText, durationText, problemPrompt} from '../dialog/silence-choice.js';
import type {Handover} from './handover.js';
import {type RestartBox, stepKeys, stepTitles} from './restart-state.js';
import {currentStep, maySkip} from './steps.js';

export type RestartView = {
	readonly box: RestartBox;
	/** The restart of the dialog's node; undefined before the restart has begun. */
	readonly run: RestartRun | undefined;
	readonly notice: string | undefined;
	/** The failover of the primary; undefined while the failover isn't the current step. */
	readonly handover: Handover | undefined;
	/** Width of a line of text, in cells. */
	readonly width: number;
	/** Largest height of the whole dialog, in lines. */
	readonly rows: number;
	readonly nowMs: number;
	/** The Alertmanagers in which a silence can be set, as text. */
	readonly alertmanager?: string | undefined;
};

const frameRows = 2;
const empty = {facts: [], lines: [], prompt: undefined, typed: undefined, secondsLeft: undefined};

/** The content of the dialog; undefined while it is closed. */
export function restartDialog(view: RestartView): DialogContent | undefined {
	const {box, run, notice, width} = view;
	const drawn =
		box.kind === 'closed'
			? undefined
			: box.kind === 'reading'
				? readingDialog(box.address)
				: box.kind === 'silencing'
					? silencingDialog(box, view)
					: box.kind === 'offer'
						? offerDialog(box, view)
						: run === undefined
							? undefined
							: stepsDialog(box, run, view);
	return drawn === undefined || notice === undefined
		? drawn
		: {...drawn, lines: [...drawn.lines, ...wrapWords(`! ${notice}`, width, '  ').map(row => line(row, 'warning'))]};
}

const readingDialog = (address: string): DialogContent => ({
	...empty,
	title: `Restart ${address}`,
	tone: 'border',
	lines: [line(`Reading ${address} ...`)],
	hint: 'Esc closes',
});

const silencingDialog = (
	{address, durationMs}: RestartBox & {kind: 'silencing'},
	{alertmanager = '', width}: RestartView,
): DialogContent => ({
	...empty,
	title: `Restart ${address}`,
	tone: 'border',
	lines: wrapWords(`Setting a silence of ${durationText(durationMs)} in Alertmanager ${alertmanager} ...`, width).map(
		row => line(row),
	),
	hint: 'Esc cancels',
});

const cutValue = (width: number, labelWidth: number, value: string): string =>
	cut(value, Math.max(1, width - labelWidth), '...');

function offerDialog(box: RestartBox & {kind: 'offer'}, {width, rows, alertmanager}: RestartView): DialogContent {
	const {address, checks, refusal, run, silence} = box;
	const facts: readonly LabelledValue[] =
		silence === undefined ? box.facts : [...box.facts, ['silence', choiceText(silence, alertmanager ?? '')]];
	const begins =
		silence?.problem === undefined
			? 'to begin; each step asks again before it sends anything'
			: `to begin ${problemPrompt}`;
	const prompt: Line =
		run === undefined
			? [span(cut(refusal ?? 'it must not begin like this', width, '...'), 'critical')]
			: [span('press '), span('g', 'key'), span(` ${begins}`)];
	const plan = (run?.steps ?? []).map(({id}) => stepTitles[id]).join(', ');
	const steps = run === undefined ? [] : wrapWords(`steps: ${plan}`, width, '       ').map(row => line(row));
	const room = Math.max(0, rows - frameRows - facts.length - steps.length - 2);
	const labelWidth = Math.max(0, ...facts.map(([label]) => label.length)) + 2;
	return {
		...empty,
		title: `Restart ${address}, step by step`,
		tone: refusal === undefined ? 'warning' : 'critical',
		facts: facts.map(([label, value]) => [label, cutValue(width, labelWidth, value)] as const),
		lines: [...inRoom(checks, width, room), ...steps],
		prompt,
		hint: run === undefined ? 'Enter or Esc closes' : '> Cancel <  Enter or Esc',
	};
}

/**
The lines of the checks: first vetoes, then warnings, then the checks that found nothing. If the screen has too few
lines, the last lines are left out.
*/
function inRoom(checks: readonly Check[], width: number, room: number): Line[] {
	const rank = {veto: 0, warning: 1, ok: 2} as const;
	const sorted = checks.toSorted((a, b) => rank[a.state] - rank[b.state]);
	return sorted.flatMap(check => checkLines(check, width)).slice(0, room);
}

const marks: Readonly<Record<RestartStep['state'], readonly [mark: string, tone: Tone]>> = {
	todo: ['[ ]', 'plain'],
	sent: ['[~]', 'accent'],
	done: ['[x]', 'ok'],
	skipped: ['[-]', 'dim'],
	failed: ['[!]', 'critical'],
};

function stepsDialog(
	box: RestartBox & {kind: 'steps'},
	run: RestartRun,
	{width, nowMs, handover}: RestartView,
): DialogContent {
	const current = currentStep(run);
	const {before} = run;
	const labelWidth = run.silence === undefined ? 8 : 9;
	const stepLines = run.steps.map((step, index): Line => {
		const [mark, tone] = marks[step.state];
		const pointer = step === current ? '>' : ' ';
		const elapsed = step === current && step.state === 'sent' ? ` (${seconds((nowMs - step.atMs) / 1000)})` : '';
		const note = step.note === '' ? '' : `: ${step.note}`;
		return [
			span(`${pointer} ${mark} `, tone),
			span(cut(`${index + 1} ${stepTitles[step.id]}${elapsed}${note}`, width - 6, '...'), tone),
		];
	});
	const keys = before.keys === undefined ? 'an unknown number of keys' : counted(before.keys, 'key');
	const had = `run id ${before.runId.slice(0, 8)}, ${before.role}, ${keys} (${grouped(before.expiring)} may expire), ${counted(before.replicas, 'replica')}`;
	const advice = current === undefined ? [run.steps.at(-1)?.note ?? ''] : adviceFor(run, current, handover);
	const help = advice.flatMap(text => wrapWords(text, width).map(row => line(row)));
	return {
		...empty,
		title: `Restart ${run.address}, begun ${seconds((nowMs - run.startedAtMs) / 1000)} ago by ${run.osUser}`,
		tone: current === undefined ? 'ok' : current.state === 'failed' ? 'critical' : 'warning',
		facts: [
			['had', cutValue(width, labelWidth, had)],
			['starts', cutValue(width, labelWidth, startText(run))],
			...(run.silence === undefined
				? []
				: [['silence', `in Alertmanager, until ${utcClock(run.silence.endsAtMs)} UTC at the latest`] as const]),
		],
		lines: [...stepLines, ...help],
		prompt: box.isAbandoning
			? [span('press '), span('x', 'key'), span(' again to abandon it: nothing is sent, and the restart is forgotten')]
			: current === undefined
				? undefined
				: promptFor(run, current),
		typed: current !== undefined && mayRun(run, current) ? box.typed : undefined,
		hint: current === undefined ? 'Esc closes' : 'x abandons it, Esc hides this; its state is kept',
	};
}

function startText({start}: RestartRun): string {
	const again =
		start.isAutomatic === true
			? ', which starts it by itself'
			: start.isAutomatic === false
				? ''
				: ', perhaps by itself';
	return `by ${start.who}${again}`;
}

/** Whether redis-top can run this step on this machine, after the operator typed the server's address. */
export const mayRun = ({start}: RestartRun, step: RestartStep): boolean =>
	step.id === 'start' && step.state !== 'sent' && start.command !== undefined;

function promptFor(run: RestartRun, step: RestartStep): Line | undefined {
	const key = stepKeys[step.id];
	const skip: Line = maySkip(run, step.id) ? [span(', '), span('k', 'key'), span(' to skip it')] : [];
	if (step.id === 'start') {
		return mayRun(run, step)
			? [span('type '), span(run.address, 'key'), span(', then '), span('t', 'key'), span(' to run it from here')]
			: undefined;
	}

	if (key === undefined) {
		return skip.length === 0 ? undefined : [span('waiting until it is done'), ...skip];
	}

	return [span('press '), span(key.letter, 'key'), span(` for the dialog that will ${key.text}`), ...skip];
}

/** What to do at a step, in one or two sentences. */
function adviceFor({start, before}: RestartRun, step: RestartStep, handover: Handover | undefined): string[] {
	switch (step.id) {
		case 'failover':
			return [
				'It is a primary with a replica: fail over first, so that clients wait a second and not until the data are loaded.',
				handoverText(handover),
			];
		case 'save':
			return ['Writes a dump and proves it on the disk before the server stops. A dialog shows the facts and asks.'];
		case 'stop':
			return [
				`SHUTDOWN SAVE in a dialog: ${counted(before.keys, 'key')} must be on the disk when the process is gone.`,
			];
		case 'start':
			return start.isAutomatic === true
				? ['Its supervisor should start it. If it does not:', start.text]
				: ['Start it; redis-top notices when it answers:', start.text];
		case 'load':
			return ['It loads its data set; nothing is sent to it meanwhile.'];
		case 'prove':
			return step.state === 'failed'
				? ['Not everything is back: check it before clients use it. x ends this.']
				: ['Another run id, the keys, the role, the replicas.'];
	}
}

const handoverText = (handover: Handover | undefined): string =>
	handover?.kind === 'offered'
		? `f opens ${handover.text}; done when this server reports the role replica.`
		: `redis-top offers none: ${handover?.why ?? 'the node is not polled'}.`;

/** One line for the screen while a restart isn't over: the current step, and what the operator has to do. */
export function restartNote(run: RestartRun): string | undefined {
	const step = currentStep(run);
	if (step === undefined) {
		return undefined;
	}

	const place = `step ${run.steps.indexOf(step) + 1} of ${run.steps.length}, ${stepTitles[step.id]}`;
	const note = step.note === '' ? '' : `: ${step.note}`;
	return `! restart of ${run.address}: ${place}${step.state === 'failed' ? ' FAILED' : ''}${note}; R among the actions continues`;
}

import type {NodeAddress} from '../../domain/node.js';
import type {RestartRun} from '../../domain/restart.js';
import type {Silence} from '../../domain/silence.js';
import {runCommand} from '../../host/run-command.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {commandText} from '../../text/command-words.js';
import type {Choice} from '../catalogue/choice.js';
import type {ActionControllerOptions} from '../dialog/action-controller.js';
import {typeAheadMs} from '../dialog/dialog-clock.js';
import {retype} from '../dialog/dialog-fields.js';
import {bunchNotice} from '../dialog/dialog-keys.js';
import type {DialogKey} from '../dialog/dialog-state.js';
import {nextChoice, noSilence, wantedMs} from '../dialog/silence-choice.js';
import {failureText} from '../execute/gate.js';
import {type Handover, handoverOf} from './handover.js';
import {readRestartFacts, restartOffer} from './read-restart.js';
import {mayRun, restartNote} from './restart-box.js';
import {RestartRuns, type RestartRunsOptions, restartFact} from './restart-runs.js';
import {type RestartBox, stepKeys} from './restart-state.js';
import {currentStep, isOver, maySkip} from './steps.js';

export type RestartControllerOptions = Pick<
	ActionControllerOptions,
	'gate' | 'settingsOf' | 'whyReadOnly' | 'announce' | 'onChange' | 'silences'
> &
	Pick<RestartRunsOptions, 'folder' | 'pid'> & {
		readonly osUser: string;
		/** The newest record of every node. */
		readonly records: ReadonlyMap<NodeAddress, NodeRecord>;
		/** Opens the dialog of an action. As for any other action, that dialog confirms, sends and proves. */
		readonly openAction: (record: NodeRecord, choice: Choice) => void;
	};

type StepsBox = RestartBox & {kind: 'steps'};

/**
Runs the dialog of a restart. The dialog itself sends no command to a server: its keys open the dialogs of actions.
*/
export class RestartController {
	readonly runs: RestartRuns;
	#box: RestartBox = {kind: 'closed'};
	#notice: string | undefined;
	#openedAtMs = 0;
	readonly #ended = new AbortController();

	constructor(private readonly options: RestartControllerOptions) {
		const {gate, folder, pid, announce, silences} = options;
		const notify = (notice?: string) => this.#say(notice ?? this.#notice);
		this.runs = new RestartRuns({gate, folder, pid, signal: this.#ended.signal, announce, notify, silences});
	}

	get box(): RestartBox {
		return this.#box;
	}

	/** The restart of the node that the dialog is about; undefined if the node has no restart. */
	get run(): RestartRun | undefined {
		return 'address' in this.#box ? this.runs.get(this.#box.address) : undefined;
	}

	get notice(): string | undefined {
		return this.#notice;
	}

	get isOpen(): boolean {
		return this.#box.kind !== 'closed';
	}

	/** The failover of the dialog's primary; undefined while the failover isn't the current step. */
	get handover(): Handover | undefined {
		const {run} = this;
		return run !== undefined && currentStep(run)?.id === 'failover'
			? handoverOf(run.address, this.options.records)
			: undefined;
	}

	/** One line for each unfinished restart of a node that redis-top polls. */
	get notes(): readonly string[] {
		return this.runs.all().flatMap(run => (this.options.records.has(run.address) ? (restartNote(run) ?? []) : []));
	}

	open(record: NodeRecord): void {
		const {address} = record;
		this.#notice = undefined;
		this.#openedAtMs = this.options.gate.clock.elapsed();
		const run = this.runs.get(address);
		if (run !== undefined && !isOver(run)) {
			this.#show({kind: 'steps', address, typed: '', isAbandoning: false});
		} else {
			this.runs.drop(address);
			this.#show({kind: 'reading', address});
			void this.#offer(record);
		}
	}

	press(key: DialogKey): void {
		if (this.options.gate.clock.elapsed() - this.#openedAtMs < typeAheadMs) {
			return;
		}

		this.#notice = undefined;
		const run = this.run;
		if (key.kind === 'bunch') {
			this.#say(bunchNotice);
		} else if (key.kind === 'named' && (key.name === 'enter' || key.name === 'escape')) {
			this.#show({kind: 'closed'});
		} else if (this.#box.kind === 'offer' && key.kind === 'character' && key.text === 'g') {
			void this.#begin(this.#box);
		} else if (this.#box.kind === 'offer' && key.kind === 'named' && key.name === 'tab') {
			const {silence} = this.#box;
			this.#show({...this.#box, silence: silence && nextChoice(silence)});
		} else if (this.#box.kind === 'steps' && run !== undefined) {
			this.#pressInSteps(this.#box, run, key);
		}
	}

	/** Receives every new record of a node, which may complete a step of the node's restart. */
	see(record: NodeRecord): void {
		this.runs.see(record);
		if (this.isOpen) {
			this.options.onChange();
		}
	}

	/** Stops following the restarts. Each restart stays in its file and is not abandoned. */
	async close(): Promise<void> {
		this.#ended.abort();
		await this.runs.settled();
	}

	#show(box: RestartBox): void {
		this.#box = box;
		this.options.onChange();
	}

	#say(notice: string | undefined): void {
		this.#notice = notice;
		this.options.onChange();
	}

	async #offer(record: NodeRecord): Promise<void> {
		const box = await this.#readOffer(record).catch(error => refusedOffer(record.address, failureText(error)));
		if (this.#box.kind !== 'reading' || this.#box.address !== record.address) {
			return;
		}

		this.#show(box);
		if (box.refusal !== undefined) {
			const vetoes = box.checks.filter(({state}) => state === 'veto').map(({text}) => text);
			await this.runs.audit(record.address, 'refused', [box.refusal, ...vetoes].join('; '));
		}
	}

	async #readOffer(record: NodeRecord): Promise<RestartBox & {kind: 'offer'}> {
		const {gate, settingsOf, osUser, pid, whyReadOnly, silences} = this.options;
		const settings = settingsOf(record.address);
		if (whyReadOnly !== undefined || settings === undefined) {
			return refusedOffer(record.address, whyReadOnly ?? `how to reach ${record.address} is not known`);
		}

		const reading = await readRestartFacts(settings, record, gate);
		const offer = restartOffer(reading, record, {osUser, ownerPid: pid, nowMs: gate.clock.now()});
		const heldUntilMs = silences?.heldUntilMs(record.address);
		const isOffered = silences?.place !== undefined && offer.run !== undefined;
		return isOffered ? {...offer, silence: {...noSilence, heldUntilMs}} : offer;
	}

	async #begin(offer: RestartBox & {kind: 'offer'}): Promise<void> {
		if (offer.run === undefined) {
			return;
		}

		const durationMs = wantedMs(offer.silence);
		const silence = durationMs === undefined ? undefined : await this.#setSilence(offer, offer.run, durationMs);
		if (silence === 'not set') {
			return;
		}

		const run = {...offer.run, silence};
		try {
			await this.runs.begin(run);
			this.#show({kind: 'steps', address: run.address, typed: '', isAbandoning: false});
		} catch (error) {
			if (silence !== undefined) {
				this.options.silences?.lift(silence);
			}

			this.#show({...offer, silence: offer.silence && noSilence});
			this.#say(`not begun: ${failureText(error)}`);
		}
	}

	/**
	Sets the silence of a restart. If that fails, the offer of the restart is shown again. The key `g` then begins the
	restart without a silence.
	*/
	async #setSilence(
		offer: RestartBox & {kind: 'offer'},
		{address, before}: RestartRun,
		durationMs: number,
	): Promise<Silence | 'not set' | undefined> {
		const {silences} = this.options;
		const box: RestartBox = {kind: 'silencing', address, durationMs};
		this.#show(box);
		const nodes = [address, ...(this.options.records.get(address)?.otherNames ?? [])];
		const wish = {target: address, runId: before.runId, nodes, durationMs, what: 'a restart'};
		const {silence, problem} = (await silences?.set(wish)) ?? {silence: undefined, problem: undefined};
		const isCancelled = this.#box !== box;
		if (silence !== undefined && (isCancelled || problem !== undefined)) {
			silences?.lift(silence);
		}

		if (!isCancelled && problem !== undefined) {
			this.#show({...offer, silence: {...(offer.silence ?? noSilence), problem}});
		}

		return isCancelled || problem !== undefined ? 'not set' : silence;
	}

	#pressInSteps(box: StepsBox, run: RestartRun, key: DialogKey): void {
		const step = currentStep(run);
		const text = key.kind === 'character' ? key.text : undefined;
		if (step === undefined) {
			this.#show(text === 'q' ? {kind: 'closed'} : box);
		} else if (!this.runs.isOurs(run) && text !== 'x') {
			this.#say(`another redis-top runs this restart (process ${run.ownerPid}): end that one first`);
		} else if (mayRun(run, step) && box.typed !== '') {
			this.#pressInField(box, run, key);
		} else if (text === 'x') {
			this.#show({...box, isAbandoning: true});
			if (box.isAbandoning) {
				this.#show({kind: 'closed'});
				void this.runs.abandon(run);
			}
		} else {
			const next = {...box, isAbandoning: false};
			this.#show(next);
			this.#pressStep(next, run, key);
		}
	}

	#pressStep(box: StepsBox, run: RestartRun, key: DialogKey): void {
		const step = currentStep(run);
		const text = key.kind === 'character' ? key.text : undefined;
		const record = this.options.records.get(run.address);
		if (step === undefined || step.state === 'failed') {
			return;
		}

		const {action, letter} = stepKeys[step.id] ?? {};
		if (step.id === 'failover' && text === letter) {
			this.#handOver(run);
		} else if (text === 'k' && maySkip(run, step.id)) {
			this.runs.set(run, step.id, 'skipped', 'skipped');
		} else if (action !== undefined && text === letter && record !== undefined) {
			this.options.openAction(record, {action});
		} else if (mayRun(run, step)) {
			this.#pressInField(box, run, key);
		}
	}

	/**
	Opens the dialog of the failover. The failover step is done only when the node of the restart reports the role
	replica.
	*/
	#handOver(run: RestartRun): void {
		const handover = handoverOf(run.address, this.options.records);
		if (handover.kind === 'none') {
			this.#say(handover.why);
			return;
		}

		const {record, choice, text} = handover;
		this.runs.expectHandover({run: run.address, target: record.address, action: choice.action, text});
		this.options.openAction(record, choice);
	}

	/**
	Handles a key in the field for the address. The key that confirms is accepted only after the complete address, as for
	every outage action.
	*/
	#pressInField(box: StepsBox, run: RestartRun, key: DialogKey): void {
		const text = key.kind === 'character' ? key.text : undefined;
		if (box.typed === run.address && text === stepKeys.start?.letter) {
			this.#show({...box, typed: ''});
			void this.#start(run);
		} else {
			this.#show({...box, typed: retype(box.typed, key)});
		}
	}

	/** Runs the supervisor's command once on this machine, with an audit line before and after. */
	async #start(run: RestartRun): Promise<void> {
		const {gate, whyReadOnly} = this.options;
		const {command} = run.start;
		if (command === undefined || whyReadOnly !== undefined) {
			this.#say(whyReadOnly ?? 'redis-top can run nothing on that machine');
			return;
		}

		const text = commandText(command);
		try {
			const fact = restartFact(run.address, run.before.runId, 'intent', 'to be run on this machine');
			await gate.audit.append({...fact, command: text});
		} catch (error) {
			this.#say(`not run: ${failureText(error)}`);
			return;
		}

		this.runs.set(run, 'start', 'sent', `running ${text}`);
		const result = await runCommand(command, this.#ended.signal);
		const said = result.kind === 'done' ? `ended well ${result.text}`.trim() : `${result.kind}: ${result.why}`;
		await this.runs.audit(run.address, 'outcome', said, text);
		const now = this.runs.get(run.address);
		if (now !== undefined && currentStep(now)?.id === 'start') {
			this.runs.set(now, 'start', result.kind === 'failed' ? 'todo' : 'sent', `${text}: ${said}`);
		}
	}
}

const refusedOffer = (address: NodeAddress, refusal: string): RestartBox & {kind: 'offer'} => ({
	kind: 'offer',
	address,
	facts: [],
	checks: [],
	refusal,
	run: undefined,
});

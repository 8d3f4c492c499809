import type {ActionName, ActionProgress} from '../../domain/action.js';
import type {AuditFact, AuditPhase} from '../../domain/audit.js';
import type {MonitorEvent} from '../../domain/event.js';
import {type Message, message, nameOf} from '../../domain/message.js';
import type {NodeAddress} from '../../domain/node.js';
import type {RestartRun, RestartStep} from '../../domain/restart.js';
import {forgetRestart, isAlive, keepRestart, readRestarts} from '../../host/restart-files.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {failureText, type Gate} from '../execute/gate.js';
import {outcomeText, verificationText} from '../execute/outcome-text.js';
import type {Silences} from '../execute/silences.js';
import {restartNote} from './restart-box.js';
import {stepKeys, stepTitles} from './restart-state.js';
import {advance, currentStep, isOver, withStep} from './steps.js';

/** Interval between two reads of the files in which redis-top processes keep their restarts, in milliseconds. */
const readEveryMs = 2000;

export type RestartRunsOptions = {
	readonly gate: Pick<Gate, 'audit' | 'clock'>;
	/** The state folder, which keeps a restart until it is over. */
	readonly folder: string;
	/** Process id of this redis-top. The file of a restart names it as the owner of the restart. */
	readonly pid: number;
	/** Aborts when redis-top ends; then the files of other redis-top processes are no longer read. */
	readonly signal: AbortSignal;
	/** Lifts the silence of a restart that is over; undefined if no silence can be set. */
	readonly silences?: Silences | undefined;
	readonly announce: (event: MonitorEvent) => void;
	/** Called after every change of a restart. `notice` is a line that the dialog of the restart shows. */
	readonly notify: (notice?: string) => void;
};

/** The failover that was opened from the dialog of a restart. */
export type ExpectedHandover = {
	/** Address of the server that is being restarted. */
	readonly run: NodeAddress;
	readonly target: NodeAddress;
	readonly action: ActionName;
	readonly text: string;
};

/**
The state of each restart. The state is read from the files of earlier redis-top processes, advanced by polls, and
written to the disk.
*/
export class RestartRuns {
	readonly #runs = new Map<NodeAddress, RestartRun>();
	#keeping: Promise<void> = Promise.resolve();
	#handover: ExpectedHandover | undefined;

	constructor(private readonly options: RestartRunsOptions) {}

	get(address: NodeAddress): RestartRun | undefined {
		return this.#runs.get(address);
	}

	all(): readonly RestartRun[] {
		return [...this.#runs.values()];
	}

	/**
	Continues restarts whose redis-top process has ended, and shows the restarts of running redis-top processes. Returns
	when the signal aborts. Never rejects.
	*/
	async follow(): Promise<void> {
		const {folder, signal, gate} = this.options;
		while (!signal.aborted) {
			const kept = await readRestarts(folder);
			for (const run of kept) {
				this.#takeUp(run);
			}

			const addresses = new Set(kept.map(({address}) => address));
			for (const run of this.#runs.values()) {
				// The other redis-top has finished or abandoned the restart.
				if (!addresses.has(run.address) && !this.isOurs(run)) {
					this.#runs.delete(run.address);
					this.options.notify();
				}
			}

			await gate.clock.sleep(readEveryMs, signal);
		}
	}

	/** Whether this redis-top runs the restart. False while another redis-top runs it. */
	isOurs = ({ownerPid}: RestartRun): boolean => ownerPid === this.options.pid;

	#takeUp(run: RestartRun): void {
		const known = this.#runs.get(run.address);
		if (known !== undefined && this.isOurs(known)) {
			return;
		}

		const mine = this.isOurs(run) || isAlive(run.ownerPid) ? run : {...run, ownerPid: this.options.pid};
		this.#runs.set(run.address, mine);
		if (mine !== run) {
			this.#keep(mine);
		}

		this.options.notify();
	}

	/** Begins a restart. Rejects where its audit line or its file can't be written; the restart then doesn't begin. */
	async begin(run: RestartRun): Promise<void> {
		const {gate, folder} = this.options;
		const steps = run.steps.map(({id}) => stepTitles[id]).join(', ');
		await gate.audit.append(restartFact(run.address, run.before.runId, 'intent', `a restart began: ${steps}`));
		await keepRestart(folder, run);
		this.#runs.set(run.address, run);
		this.options.notify();
	}

	/** Forgets a restart that is over. */
	drop(address: NodeAddress): void {
		this.#runs.delete(address);
	}

	async abandon(run: RestartRun): Promise<void> {
		const note = restartNote(run) ?? '';
		await this.audit(run.address, 'aborted', `the restart was abandoned: ${note}`);
		this.#runs.delete(run.address);
		this.#forget(run);
		if (run.silence !== undefined) {
			this.options.silences?.lift(run.silence);
		}

		await this.settled();
	}

	/** Receives every new record of a node, and advances the node's restart by it. */
	see(record: NodeRecord): void {
		const run = this.#runs.get(record.address);
		if (run !== undefined && this.isOurs(run) && !isOver(run)) {
			this.#put(advance(run, record, this.options.gate.clock.now()));
		}
	}

	set(run: RestartRun, id: RestartStep['id'], state: RestartStep['state'], note: string): void {
		this.#put(withStep(run, id, state, note, this.options.gate.clock.now()));
	}

	/**
	Remembers the failover that is opened for a restart. The progress of this action then counts as the failover step of
	the restart, even if the action goes to another node.
	*/
	expectHandover(handover: ExpectedHandover): void {
		this.#handover = handover;
	}

	/**
	Updates the failover step if this is the progress of a restart's failover. Returns whether it is. A proved failover
	does not end the step: the node itself must report the role replica.
	*/
	#takeHandover({plan, outcome, verification}: ActionProgress, isFinal: boolean): boolean {
		const expected = this.#handover;
		if (expected === undefined || plan.id !== expected.action || plan.target.address !== expected.target) {
			return false;
		}

		const run = this.#runs.get(expected.run);
		const step = run && currentStep(run);
		if (run !== undefined && step?.id === 'failover') {
			const said = verification === undefined ? outcome && outcomeText(outcome) : verificationText(verification);
			const isOpen = !isFinal || verification?.kind === 'proved' || verification?.kind === 'unproved';
			this.set(run, step.id, isOpen ? 'sent' : 'todo', isFinal ? (said ?? 'nothing is known') : expected.text);
		}

		return true;
	}

	/**
	Receives the progress of every action. The first progress of a step's action marks the step as sent, and the last
	progress decides the state of the step. After an unproved stop, polls decide whether the server stopped.
	*/
	takeProgress(progress: ActionProgress, isFinal: boolean): void {
		if (this.#takeHandover(progress, isFinal)) {
			return;
		}

		const {plan, outcome, verification} = progress;
		const run = this.#runs.get(plan.target.address);
		const step = run?.steps.find(({id}) => stepKeys[id]?.action === plan.id);
		if (run === undefined || step === undefined || plan.target.runId !== run.before.runId) {
			return;
		}

		const isCurrent = step === currentStep(run);
		if (!isFinal) {
			if (isCurrent && step.state === 'todo') {
				this.set(run, step.id, 'sent', 'sent once');
			}
		} else if (verification?.kind === 'failed' && step.id === 'stop') {
			this.set(run, step.id, 'failed', verificationText(verification));
		} else if (isCurrent) {
			const said = outcome === undefined ? 'nothing is known' : outcomeText(outcome);
			const state = verification?.kind === 'proved' ? 'done' : verification?.kind === 'unproved' ? 'sent' : 'todo';
			this.set(run, step.id, state, verification === undefined ? said : verificationText(verification));
		}
	}

	async audit(address: NodeAddress, phase: AuditPhase, detail: string, command?: string): Promise<void> {
		const runId = this.#runs.get(address)?.before.runId;
		try {
			await this.options.gate.audit.append({...restartFact(address, runId, phase, detail), command});
		} catch (error) {
			this.options.notify(failureText(error));
		}
	}

	/** Resolves when all changes of restarts so far are on the disk. */
	settled(): Promise<void> {
		return this.#keeping;
	}

	#put(run: RestartRun): void {
		const before = this.#runs.get(run.address);
		if (before === undefined || before === run) {
			return;
		}

		this.#runs.set(run.address, run);
		if (isOver(run)) {
			const note = run.steps.at(-1)?.note ?? '';
			this.#tell(run, `restart verified: ${note}`, 'info');
			this.#keeping = this.#keeping.then(() => this.audit(run.address, 'verified', `restarted: ${note}`));
			this.#forget(run);
			if (run.silence !== undefined) {
				this.options.silences?.liftWhenAnswering(run.silence);
			}
		} else if (run.steps.some((step, index) => step.state !== before.steps[index]?.state)) {
			this.#keep(run);
		}

		this.options.notify();
	}

	#keep(run: RestartRun): void {
		this.#keeping = this.#keeping
			.then(() => keepRestart(this.options.folder, run))
			.catch(error => this.options.notify(`the restart's state can't be written: ${failureText(error)}`));
		const failed = currentStep(run);
		if (failed?.state === 'failed') {
			this.#tell(run, message`restart: ${stepTitles[failed.id]} FAILED: ${nameOf('quote', failed.note)}`, 'critical');
			this.#keeping = this.#keeping.then(() => this.audit(run.address, 'failed', failed.note));
		}
	}

	#forget(run: RestartRun): void {
		this.#keeping = this.#keeping
			.then(() => forgetRestart(this.options.folder, run.address))
			.catch(error => this.options.notify(failureText(error)));
	}

	#tell({address}: RestartRun, text: Message, severity: MonitorEvent['severity']): void {
		this.options.announce({atMs: this.options.gate.clock.now(), severity, node: address, kind: 'restart', text});
	}
}

export const restartFact = (
	target: NodeAddress,
	runId: string | undefined,
	phase: AuditPhase,
	detail: string,
): AuditFact => ({phase, target, runId, action: 'restart', command: undefined, detail});

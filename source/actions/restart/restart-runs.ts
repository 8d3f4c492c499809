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
import {restartNote} from './restart-box.js';
import {stepKeys, stepTitles} from './restart-state.js';
import {advance, currentStep, isOver, withStep} from './steps.js';

/** How often the files of other sessions are looked at, milliseconds. */
const lookEveryMs = 2000;

export type RestartRunsOptions = {
	readonly gate: Pick<Gate, 'audit' | 'clock'>;
	/** Where a restart is kept while it isn't over. */
	readonly folder: string;
	/** Of this session. */
	readonly pid: number;
	/** Ends the looking at what other sessions do. */
	readonly signal: AbortSignal;
	readonly announce: (event: MonitorEvent) => void;
	/** Something has changed; a notice for the box where there is one. */
	readonly notify: (notice?: string) => void;
};

/** The failover that was opened from a restart's box. */
export type ExpectedHandover = {
	/** Of the server that is to be restarted. */
	readonly run: NodeAddress;
	readonly target: NodeAddress;
	readonly action: ActionName;
	readonly text: string;
};

/** Where each restart stands: taken from the files of earlier sessions, moved on by what is seen, kept on the disk. */
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

	/** Takes up what earlier sessions have begun, and follows what others go on with; until the signal. Never rejects. */
	async follow(): Promise<void> {
		const {folder, signal, gate} = this.options;
		while (!signal.aborted) {
			const kept = await readRestarts(folder);
			for (const run of kept) {
				this.#takeUp(run);
			}

			const addresses = new Set(kept.map(({address}) => address));
			for (const run of this.#runs.values()) {
				// Whoever goes on with it has ended it.
				if (!addresses.has(run.address) && !this.isOurs(run)) {
					this.#runs.delete(run.address);
					this.options.notify();
				}
			}

			await gate.clock.sleep(lookEveryMs, signal);
		}
	}

	/** False while another session goes on with it. */
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

	/** Without an audit line and a file that keeps it, nothing begins: rejects. */
	async begin(run: RestartRun): Promise<void> {
		const {gate, folder} = this.options;
		const steps = run.steps.map(({id}) => stepTitles[id]).join(', ');
		await gate.audit.append(restartFact(run.address, run.before.runId, 'intent', `a restart began: ${steps}`));
		await keepRestart(folder, run);
		this.#runs.set(run.address, run);
		this.options.notify();
	}

	/** Forgets one that is over and whose box was closed. */
	drop(address: NodeAddress): void {
		this.#runs.delete(address);
	}

	async giveUp(run: RestartRun): Promise<void> {
		const note = restartNote(run) ?? '';
		await this.audit(run.address, 'aborted', `the restart was given up: ${note}`);
		this.#runs.delete(run.address);
		this.#forget(run);
		await this.settled();
	}

	/** To be called with every new record of a node. */
	see(record: NodeRecord): void {
		const run = this.#runs.get(record.address);
		if (run !== undefined && this.isOurs(run) && !isOver(run)) {
			this.#put(advance(run, record, this.options.gate.clock.now()));
		}
	}

	set(run: RestartRun, id: RestartStep['id'], state: RestartStep['state'], note: string): void {
		this.#put(withStep(run, id, state, note, this.options.gate.clock.now()));
	}

	/** What comes of this action is the failover's step of a restart, whichever node it goes to. */
	expectHandover(handover: ExpectedHandover): void {
		this.#handover = handover;
	}

	/** True for the failover of a restart. A proof by others is none: it is done when the node itself is a replica. */
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
	What comes of an action of the gate. A step is kept as sent before its reply can come, and whether a stop had its
	effect, looking tells better than a proof that gave up.
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

	/** Resolves when everything is on the disk. */
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
		} else if (run.steps.some((step, index) => step.state !== before.steps[index]?.state)) {
			this.#keep(run);
		}

		this.options.notify();
	}

	#keep(run: RestartRun): void {
		this.#keeping = this.#keeping
			.then(() => keepRestart(this.options.folder, run))
			.catch(error => this.options.notify(`where it stands can't be kept: ${failureText(error)}`));
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

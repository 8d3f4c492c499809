import type {ActionProgress} from '../../domain/action.js';
import type {AuditFact} from '../../domain/audit.js';
import type {MonitorEvent} from '../../domain/event.js';
import type {NodeAddress} from '../../domain/node.js';
import type {Silence} from '../../domain/silence.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {commandText} from '../../text/command-words.js';
import {utcClock} from '../../text/units.js';
import type {ConnectionSettings} from '../../wire/connection.js';
import type {Selection} from '../catalogue/action-row.js';
import {actionRow} from '../catalogue/catalogue.js';
import type {Choice} from '../catalogue/choice.js';
import {failureText, type Gate} from '../execute/gate.js';
import type {ActionPolicy} from '../execute/guard.js';
import {actionEvent} from '../execute/outcome-text.js';
import {type PreparedAction, prepareAction} from '../execute/prepare-action.js';
import {readDenials} from '../execute/read-denials.js';
import {runAction} from '../execute/run-action.js';
import type {Silences} from '../execute/silences.js';
import {dialogClock} from './dialog-clock.js';
import type {DialogContent} from './dialog-content.js';
import {
	type DialogEvent,
	type DialogKey,
	type DialogState,
	type Effect,
	newDialogState,
	type Offer,
	subjectOf,
} from './dialog-state.js';
import {drawDialog} from './draw-dialog.js';
import {reduceDialog} from './reduce-dialog.js';

export type ActionControllerOptions = {
	readonly gate: Gate;
	/** The connection settings for a node; undefined for an unknown node. */
	readonly settingsOf: (address: NodeAddress) => ConnectionSettings | undefined;
	/** Why actions cannot be unlocked; undefined where they can be unlocked. */
	readonly whyReadOnly: string | undefined;
	/** The silences that actions set in Alertmanager; undefined where no silence can be set. */
	readonly silences?: Silences | undefined;
	/** Whether actions are unlocked from the start (`--allow-actions`). */
	readonly startsUnlocked: boolean;
	readonly isProduction: boolean;
	/** The terminal's size in cells. */
	readonly columns: number;
	readonly rows: number;
	/** The newest record of a node, by its address or its cluster node id. */
	readonly recordOf?: (address: NodeAddress, nodeId: string | undefined) => NodeRecord | undefined;
	/** Copies a text to the terminal's clipboard. Returns false where the text is too long for the clipboard. */
	readonly copy?: (text: string) => boolean;
	/** Receives an event at the end of every confirmed action. */
	readonly announce: (event: MonitorEvent) => void;
	/** Receives every step of a confirmed action. `isFinal` is true for the last step of the action. */
	readonly onProgress?: (progress: ActionProgress, isFinal: boolean) => void;
	/** Called after every change of what `dialog()` or `lock` return. */
	readonly onChange: () => void;
};

/**
Whether the dialog closes by itself if no key is pressed for `idleTimeoutMs`. Such a dialog shows the seconds until it
closes.
*/
const isTimed = ({dialog}: DialogState): boolean => ['confirm', 'unlock', 'form'].includes(dialog.kind);

/** Interval between two updates of the seconds until a dialog closes, in milliseconds. */
const tickEveryMs = 250;

/**
Runs the dialog of one action. `press` takes a key, `dialog()` returns what to draw, and `onChange` reports changes.
`reduceDialog` makes all decisions, and only `runAction` sends the command.
*/
export class ActionController {
	#state: DialogState;
	#prepared: PreparedAction | undefined;
	/** The silence that was set for the action of the open dialog. */
	#silence: Silence | undefined;
	#run: Promise<void> | undefined;
	readonly #now: () => number;
	#isTicking = false;
	readonly #ended = new AbortController();
	readonly #pendingAudits = new Set<Promise<void>>();

	constructor(private readonly options: ActionControllerOptions) {
		const {whyReadOnly, startsUnlocked, isProduction, columns, rows, gate} = options;
		const unlockedUntilMs = startsUnlocked ? Number.POSITIVE_INFINITY : undefined;
		const policy: ActionPolicy = {whyReadOnly, unlockedUntilMs, isProduction};
		this.#state = newDialogState(policy, columns, rows, options.silences?.place);
		this.#now = dialogClock(gate.clock);
	}

	/**
	The node whose menu is open. Undefined without an open menu, and while the menu's search takes every pressed key as
	text.
	*/
	get menuFor(): NodeAddress | undefined {
		const {dialog} = this.#state;
		return dialog.kind === 'menu' && dialog.search === undefined ? dialog.subject.address : undefined;
	}

	/** True while the menu is open, also while its search is typed. */
	get isMenu(): boolean {
		return this.#state.dialog.kind === 'menu';
	}

	/** True while a dialog is open, which then takes all pressed keys. */
	get isOpen(): boolean {
		return this.#state.dialog.kind !== 'closed';
	}

	/** The confirmed action that has not ended; undefined if no action is running. */
	get running(): ActionProgress | undefined {
		return this.#state.running;
	}

	/**
	The state of the lock for the header: `read-only`, `locked`, or the seconds left (Infinity with `--allow-actions`).
	*/
	get lock(): 'read-only' | 'locked' | {readonly unlockedForSeconds: number} {
		const {whyReadOnly, unlockedUntilMs} = this.#state.policy;
		if (whyReadOnly !== undefined) {
			return 'read-only';
		}

		const leftMs = (unlockedUntilMs ?? 0) - this.#now();
		return leftMs > 0 ? {unlockedForSeconds: Math.ceil(leftMs / 1000)} : 'locked';
	}

	/** The content to draw now; undefined while no dialog is open. */
	dialog(): DialogContent | undefined {
		return drawDialog(this.#state, this.#now());
	}

	/** Opens the menu for this node (key `A`), or the dialog of the action that is still running. */
	open(record: NodeRecord, selection?: Selection): void {
		this.#take({kind: 'opened', record, selection});
	}

	/** Opens the dialog of one action, as if the action was chosen in the menu. */
	choose(record: NodeRecord, choice: Choice): void {
		this.#take({kind: 'chosen', record, choice});
	}

	press(key: DialogKey): void {
		this.#take({kind: 'pressed', key});
	}

	resize(columns: number, rows: number): void {
		this.#take({kind: 'resized', columns, rows});
	}

	/**
	Receives every new record of a node. An open dialog about the node closes when the node has another run_id or role, is
	down or refuses connections.
	*/
	see(record: NodeRecord): void {
		if ('subject' in this.#state.dialog) {
			this.#take({kind: 'seen', subject: subjectOf(record)});
		}
	}

	/**
	Stops observing, audits an open dialog as aborted, and closes every connection. A command that was already sent is not
	undone.
	*/
	async close(): Promise<void> {
		this.#take({kind: 'ended'});
		this.#ended.abort();
		this.#release();
		await this.#run;
		await Promise.all(this.#pendingAudits);
	}

	#take(event: DialogEvent): void {
		const {state, effects} = reduceDialog(this.#state, event, this.#now());
		const hasChanged = state !== this.#state;
		this.#state = state;
		for (const effect of effects) {
			this.#perform(effect);
		}

		if (hasChanged) {
			this.options.onChange();
		}

		void this.#keepTicking();
	}

	#perform(effect: Effect): void {
		switch (effect.kind) {
			case 'prepare':
				void this.#prepare(effect);
				return;
			case 'go-on':
				this.#goOn(effect.offer);
				return;
			case 'copy':
				if (this.options.copy?.(effect.text) !== true) {
					this.#take({kind: 'told', notice: 'too long for the clipboard of a terminal'});
				}

				return;
			case 'ask-rights':
				void this.#askRights(effect.address);
				return;
			case 'release':
				this.#release();
				return;
			case 'silence':
				void this.#setSilence(effect);
				return;
			case 'lift-silence':
				this.#liftSilence();
				return;
			case 'run':
				this.#run = this.#runPrepared();
				return;
			case 'audit':
				this.#appendAudit(effect.fact);
				return;
			case 'announce':
				this.options.announce(actionEvent(effect.progress, this.options.gate.clock.now()));
		}
	}

	#goOn({node, nodeId, choice}: Offer): void {
		const record = this.options.recordOf?.(node, nodeId);
		if (record === undefined) {
			this.#take({kind: 'told', notice: `${node} is not polled by redis-top`});
		} else {
			this.choose(record, choice);
		}
	}

	/**
	Asks the server which actions the user may run. The menu opens without waiting. After the reply, the menu greys the
	rows of denied actions.
	*/
	async #askRights(address: NodeAddress): Promise<void> {
		const {settingsOf, gate, whyReadOnly} = this.options;
		const settings = whyReadOnly === undefined ? settingsOf(address) : undefined;
		const denials = settings === undefined ? undefined : await readDenials(settings, gate);
		if (denials !== undefined && denials.size > 0) {
			this.#take({kind: 'denied', address, denials});
		}
	}

	async #prepare({ticket, action, subject, typed}: Effect & {kind: 'prepare'}): Promise<void> {
		const {address, runId, role} = subject;
		const settings = this.options.settingsOf(address);
		if (settings === undefined || runId === undefined) {
			this.#take({kind: 'preparation-failed', ticket, why: `how to reach ${address} is not known`});
			return;
		}

		// All audit lines must be written first. If the line that says "actions unlocked" fails, the action must not run.
		await Promise.all(this.#pendingAudits);
		const preparation = await prepareAction(
			{
				row: actionRow(action),
				settings,
				target: {address, runId, role},
				typed,
				lastInfo: this.#state.about?.record.sample?.info,
				settingsOf: this.options.settingsOf,
			},
			this.options.gate,
		);
		if (preparation.kind === 'failed') {
			this.#take({kind: 'preparation-failed', ticket, why: preparation.why});
			return;
		}

		const {prepared} = preparation;
		if (this.#state.ticket !== ticket || this.#state.dialog.kind !== 'preflighting') {
			prepared.port.close();
			return;
		}

		this.#prepared = prepared;
		const silencedUntilMs = this.options.silences?.heldUntilMs(address);
		this.#take({kind: 'prepared', ticket, plan: prepared.plan, silencedUntilMs});
	}

	async #setSilence({ticket, plan, durationMs}: Effect & {kind: 'silence'}): Promise<void> {
		const {silences} = this.options;
		const {target, command} = plan;
		const {silence, problem = undefined} =
			(await silences?.set({
				target: target.address,
				runId: target.runId,
				nodes: [...(plan.silence?.nodes ?? []), ...this.#otherNames(target.address)],
				durationMs,
				what: commandText(command),
			})) ?? {};
		if (this.#state.ticket !== ticket || this.#state.dialog.kind !== 'silencing') {
			// The dialog was cancelled while redis-top waited for Alertmanager. A silence that was set meanwhile is
			// lifted, because no action follows.
			if (silence !== undefined) {
				silences?.lift(silence);
			}

			return;
		}

		this.#silence = silence;
		this.#take({kind: 'silenced', ticket, problem});
	}

	/** The other addresses of a node. Its alerts may name any of them. */
	#otherNames(address: NodeAddress): readonly NodeAddress[] {
		const record = this.#state.about?.record;
		return record?.address === address ? (record.otherNames ?? []) : [];
	}

	#liftSilence(): void {
		if (this.#silence !== undefined) {
			this.options.silences?.lift(this.#silence);
		}

		this.#silence = undefined;
	}

	async #runPrepared(): Promise<void> {
		const prepared = this.#prepared;
		const silence = this.#silence;
		this.#silence = undefined;
		// From here on, `runAction` closes the connection.
		this.#prepared = undefined;
		if (prepared === undefined) {
			return;
		}

		const {gate, silences} = this.options;
		const setText = silence && `silenced in Alertmanager until ${utcClock(silence.endsAtMs)} UTC at the latest`;
		const tell = (progress: ActionProgress) => {
			this.options.onProgress?.(progress, false);
			this.#take({kind: 'progressed', progress: {...progress, silence: setText}});
		};
		try {
			const progress = await runAction(prepared, gate, tell, this.#ended.signal);
			this.options.onProgress?.(progress, true);
			const end = silence && silences?.endWith(silence, progress);
			this.#take({kind: 'finished', progress: {...progress, silence: end}});
		} catch (error) {
			const outcome = {kind: 'unknown', why: `a bug in redis-top: ${failureText(error)}`} as const;
			const progress = {plan: prepared.plan, outcome, verification: undefined, problems: []};
			const end = silence && silences?.endWith(silence, progress);
			this.#take({kind: 'finished', progress: {...progress, silence: end}});
		}
	}

	#release(): void {
		this.#prepared?.port.close();
		this.#prepared = undefined;
		this.#liftSilence();
	}

	#appendAudit(fact: AuditFact): void {
		const appending = this.options.gate.audit
			.append(fact)
			.catch(error => this.#take({kind: 'audit-failed', why: failureText(error)}))
			.finally(() => this.#pendingAudits.delete(appending));
		this.#pendingAudits.add(appending);
	}

	/** Updates the seconds until the dialog closes. Runs only while a dialog that closes by itself is open. */
	async #keepTicking(): Promise<void> {
		if (this.#isTicking) {
			return;
		}

		this.#isTicking = true;
		while (!this.#ended.signal.aborted && isTimed(this.#state)) {
			await this.options.gate.clock.sleep(tickEveryMs, this.#ended.signal);
			this.#take(this.#prepared?.port.isOpen === false ? {kind: 'connection-lost'} : {kind: 'ticked'});
			this.options.onChange();
		}

		this.#isTicking = false;
	}
}

import type {ActionProgress} from '../../domain/action.js';
import type {AuditFact} from '../../domain/audit.js';
import type {NodeAddress} from '../../domain/node.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {Selection} from '../catalogue/action-row.js';
import {actionRow} from '../catalogue/catalogue.js';
import type {Choice} from '../catalogue/choice.js';
import {failureText} from '../execute/gate.js';
import type {ActionPolicy} from '../execute/guard.js';
import {actionEvent} from '../execute/outcome-text.js';
import {type PreparedAction, prepareAction} from '../execute/prepare-action.js';
import {readDenials} from '../execute/read-denials.js';
import {runAction} from '../execute/run-action.js';
import type {ControllerOptions} from './controller-options.js';
import {sessionClock} from './dialog-clock.js';
import type {DialogContent} from './dialog-content.js';
import {
	type DialogKey,
	type Effect,
	type Offer,
	type Session,
	type SessionEvent,
	startSession,
	subjectOf,
} from './dialog-state.js';
import {actionDialog} from './draw-dialog.js';
import {step} from './reduce-dialog.js';

/** A box that gives up without keys, and counts its seconds. */
const isTimed = ({dialog}: Session): boolean => ['box', 'unlock', 'form'].includes(dialog.kind);

/** While a box is open, its seconds go down so often, milliseconds. */
const tickEveryMs = 250;

/**
What a screen holds of the guarded actions: it passes keys in, draws `dialog()`, and hears of changes. All decisions are in
`session.ts`, all sending in `run-action.ts`.
*/
export class ActionController {
	#session: Session;
	#prepared: PreparedAction | undefined;
	#run: Promise<void> | undefined;
	readonly #now: () => number;
	#isTicking = false;
	readonly #ended = new AbortController();
	readonly #pendingAudits = new Set<Promise<void>>();
	readonly #listeners = new Set<() => void>();

	constructor(private readonly options: ControllerOptions) {
		const {whyReadOnly, startsUnlocked, isProduction, columns, rows, gate} = options;
		const unlockedUntilMs = startsUnlocked ? Number.POSITIVE_INFINITY : undefined;
		const policy: ActionPolicy = {whyReadOnly, unlockedUntilMs, isProduction};
		this.#session = startSession(policy, columns, rows);
		this.#now = sessionClock(gate.clock);
	}

	/** The node whose menu is open and takes letters: what is typed into its search is text. */
	get menuFor(): NodeAddress | undefined {
		const {dialog} = this.#session;
		return dialog.kind === 'menu' && dialog.search === undefined ? dialog.subject.address : undefined;
	}

	/** True while a dialog takes the keys. */
	get isOpen(): boolean {
		return this.#session.dialog.kind !== 'closed';
	}

	/** The action that was sent and isn't proved yet. */
	get running(): ActionProgress | undefined {
		return this.#session.running;
	}

	/** For the header: `read-only`, `locked`, or how many seconds are left (Infinity with `--allow-actions`). */
	get lock(): 'read-only' | 'locked' | {readonly unlockedForSeconds: number} {
		const {whyReadOnly, unlockedUntilMs} = this.#session.policy;
		if (whyReadOnly !== undefined) {
			return 'read-only';
		}

		const leftMs = (unlockedUntilMs ?? 0) - this.#now();
		return leftMs > 0 ? {unlockedForSeconds: Math.ceil(leftMs / 1000)} : 'locked';
	}

	/** What to draw now; undefined while there is nothing. */
	dialog(): DialogContent | undefined {
		return actionDialog(this.#session, this.#now());
	}

	/** Called after every change of what `dialog()` or `lock` say. Returns the way to stop. */
	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** `A`: the menu for this node, or the action that is still running. */
	open(record: NodeRecord, selection?: Selection): void {
		this.#take({kind: 'opened', record, selection});
	}

	/** The box of one action, as if it was chosen in the menu. */
	choose(record: NodeRecord, choice: Choice): void {
		this.#take({kind: 'chosen', record, choice});
	}

	press(key: DialogKey): void {
		this.#take({kind: 'pressed', key});
	}

	resize(columns: number, rows: number): void {
		this.#take({kind: 'resized', columns, rows});
	}

	/** To be called with every new record of a node: a box about it closes when it isn't the same server any more. */
	see(record: NodeRecord): void {
		if ('subject' in this.#session.dialog) {
			this.#take({kind: 'seen', subject: subjectOf(record)});
		}
	}

	/** Ends the looking, audits what is open, closes every connection. What was sent stays sent. */
	async close(): Promise<void> {
		this.#take({kind: 'ended'});
		this.#ended.abort();
		this.#release();
		await this.#run;
		await Promise.all(this.#pendingAudits);
	}

	#take(event: SessionEvent): void {
		const {session, effects} = step(this.#session, event, this.#now());
		const hasChanged = session !== this.#session;
		this.#session = session;
		for (const effect of effects) {
			this.#perform(effect);
		}

		if (hasChanged) {
			this.#notify();
		}

		void this.#keepTicking();
	}

	#notify(): void {
		for (const listener of [...this.#listeners]) {
			listener();
		}
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
			this.#take({kind: 'told', notice: `${node} is not watched from here`});
		} else {
			this.choose(record, choice);
		}
	}

	/** Nobody waits for it: what it finds turns rows of an open menu grey. */
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

		// An unlock that can't be audited must not lead to a box.
		await Promise.all(this.#pendingAudits);
		const preparation = await prepareAction(
			{
				row: actionRow(action),
				settings,
				target: {address, runId, role},
				typed,
				lastInfo: this.#session.about?.record.sample?.info,
				settingsOf: this.options.settingsOf,
			},
			this.options.gate,
		);
		if (preparation.kind === 'failed') {
			this.#take({kind: 'preparation-failed', ticket, why: preparation.why});
			return;
		}

		const {prepared} = preparation;
		if (this.#session.ticket !== ticket || this.#session.dialog.kind !== 'preflighting') {
			prepared.port.close();
			return;
		}

		this.#prepared = prepared;
		this.#take({kind: 'prepared', ticket, plan: prepared.plan});
	}

	async #runPrepared(): Promise<void> {
		const prepared = this.#prepared;
		// The gate closes its port from now on.
		this.#prepared = undefined;
		if (prepared === undefined) {
			return;
		}

		const {gate} = this.options;
		const tell = (progress: ActionProgress) => {
			this.options.onProgress?.(progress, false);
			this.#take({kind: 'progressed', progress});
		};
		try {
			const progress = await runAction(prepared, gate, tell, this.#ended.signal);
			this.options.onProgress?.(progress, true);
			this.#take({kind: 'finished', progress});
		} catch (error) {
			const outcome = {kind: 'unknown', why: `a bug in redis-top: ${failureText(error)}`} as const;
			this.#take({
				kind: 'finished',
				progress: {plan: prepared.plan, outcome, verification: undefined, problems: []},
			});
		}
	}

	#release(): void {
		this.#prepared?.port.close();
		this.#prepared = undefined;
	}

	#appendAudit(fact: AuditFact): void {
		const appending = this.options.gate.audit
			.append(fact)
			.catch(error => this.#take({kind: 'audit-failed', why: failureText(error)}))
			.finally(() => this.#pendingAudits.delete(appending));
		this.#pendingAudits.add(appending);
	}

	/** Runs only while a box is open. */
	async #keepTicking(): Promise<void> {
		if (this.#isTicking) {
			return;
		}

		this.#isTicking = true;
		while (!this.#ended.signal.aborted && isTimed(this.#session)) {
			await this.options.gate.clock.sleep(tickEveryMs, this.#ended.signal);
			this.#take(this.#prepared?.port.isOpen === false ? {kind: 'connection-lost'} : {kind: 'ticked'});
			this.#notify();
		}

		this.#isTicking = false;
	}
}

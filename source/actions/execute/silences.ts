import type {ActionProgress} from '../../domain/action.js';
import type {AuditFact} from '../../domain/audit.js';
import type {MonitorEvent} from '../../domain/event.js';
import {type Message, message, nameOf} from '../../domain/message.js';
import type {NodeAddress} from '../../domain/node.js';
import type {Silence, SilencePart, SilencerSource} from '../../domain/silence.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {utcClock} from '../../text/units.js';
import {failureText, type Gate} from './gate.js';

export type SilencesOptions = {
	/** Sets and lifts silences in Alertmanager; undefined without `--alertmanager`. */
	readonly silencer: SilencerSource | undefined;
	readonly gate: Pick<Gate, 'audit' | 'clock'>;
	readonly announce: (event: MonitorEvent) => void;
};

export type SilenceWish = {
	readonly target: NodeAddress;
	readonly runId: string;
	/** The addresses of the nodes whose alerts are silenced. */
	readonly nodes: readonly NodeAddress[];
	readonly durationMs: number;
	/** The action that the silence is for, as text: `SHUTDOWN SAVE`. */
	readonly what: string;
};

/** The result of setting a silence. If only some of several Alertmanagers have the silence, both fields are set. */
export type SetSilence = {readonly silence: Silence | undefined; readonly problem: string | undefined};

/** Interval between two attempts to lift a silence, in milliseconds. */
const liftAgainMs = 10_000;

/** Largest number of attempts to lift a silence. After the last attempt the silence stays until its end time. */
const mostAttempts = 30;

/** Longest wait at the end of redis-top for requests to Alertmanager under way, in milliseconds. */
const lastWaitMs = 2000;

type Waiting = {
	readonly silence: Silence;
	/**
	The silence is lifted only after a sample of the node that is newer than this time, in milliseconds since the epoch.
	*/
	readonly notBeforeMs: number;
};

/**
The silences in Alertmanager that guarded actions set. Each step is in the audit log. A silence is lifted when its
action has ended and the node answers again. If redis-top ends first, the silence stays until its end time.
*/
export class Silences {
	readonly #options: SilencesOptions;
	/** Silences of actions that have ended. Each silence is lifted when its node answers. */
	readonly #waiting = new Set<Waiting>();
	/** By node: the silence that this redis-top has set for the node and not lifted yet. */
	readonly #held = new Map<NodeAddress, Silence>();
	readonly #lifting = new Set<Promise<void>>();
	readonly #ended = new AbortController();

	constructor(options: SilencesOptions) {
		this.#options = options;
	}

	/** The Alertmanagers as text; undefined where no silence can be set. */
	get place(): string | undefined {
		return this.#options.silencer?.place;
	}

	/** When the silence of a node ends, in milliseconds since the epoch; undefined if the node has no silence. */
	heldUntilMs(target: NodeAddress): number | undefined {
		const endsAtMs = this.#held.get(target)?.endsAtMs;
		return endsAtMs !== undefined && endsAtMs > this.#options.gate.clock.now() ? endsAtMs : undefined;
	}

	/** Sets a silence. Never rejects. The silence is not set where the audit log can't be written. */
	async set({target, runId, nodes, durationMs, what}: SilenceWish): Promise<SetSilence> {
		const {gate} = this.#options;
		const silencer = await this.#options.silencer?.load();
		if (silencer === undefined) {
			return {silence: undefined, problem: 'there is no --alertmanager'};
		}

		const endsAtMs = gate.clock.now() + durationMs;
		const request = {nodes, endsAtMs, comment: `redis-top: ${what} on ${target}`};
		const fact = silenceFact(target, runId);
		const command = silencer.commandOf(request);
		try {
			await gate.audit.append({...fact, phase: 'intent', command, detail: request.comment});
		} catch (error) {
			return {silence: undefined, problem: failureText(error)};
		}

		const {parts, problem} = await silencer.set(request);
		const silence = parts.length === 0 ? undefined : {target, parts, endsAtMs};
		const said =
			silence === undefined ? '' : `set until ${utcClock(endsAtMs)} UTC, ${parts.map(({id}) => id).join(', ')}`;
		await this.#audit({
			...fact,
			phase: 'outcome',
			detail: [said, problem ?? ''].filter(text => text !== '').join('; '),
			outcome: silence === undefined ? 'unknown' : 'replied',
		});
		if (silence !== undefined) {
			this.#held.set(target, silence);
		}

		return {silence, problem};
	}

	/** Lifts a silence whose action is not sent or has no effect. Returns at once. */
	lift(silence: Silence): void {
		const lifting = this.#lift(silence).finally(() => this.#lifting.delete(lifting));
		this.#lifting.add(lifting);
	}

	/**
	Lifts a silence at the first reply of its node to a poll that arrives after this call. Returns at once.

	@param lastsMs How long the action's effect, such as a pause of clients, still continues, in milliseconds. Replies
	within this time do not count.
	*/
	liftWhenAnswering(silence: Silence, lastsMs = 0): void {
		this.#waiting.add({silence, notBeforeMs: this.#options.gate.clock.now() + lastsMs});
	}

	/**
	Lifts the silence of an action that has ended: now, or when the node answers. Returns one line that says which of the
	two.
	*/
	endWith(silence: Silence, {outcome, verification, plan}: ActionProgress): string {
		const hadNoEffect = outcome?.kind === 'not-sent' || outcome?.kind === 'refused';
		if (hadNoEffect && verification === undefined) {
			this.lift(silence);
			return 'the silence in Alertmanager is being lifted';
		}

		this.liftWhenAnswering(silence, plan.silence?.lastsMs);
		const end = `at ${utcClock(silence.endsAtMs)} UTC at the latest`;
		return `the silence in Alertmanager ends when the server answers, ${end}`;
	}

	/** Receives every new record of a node, and lifts the silence of a node that answers again. */
	see({address, reach, sample}: NodeRecord): void {
		for (const waiting of this.#waiting) {
			const {silence, notBeforeMs} = waiting;
			if (silence.endsAtMs <= this.#options.gate.clock.now()) {
				this.#waiting.delete(waiting);
				this.#forget(silence);
			} else if (address === silence.target && reach === 'up' && (sample?.atMs ?? 0) > notBeforeMs) {
				this.#waiting.delete(waiting);
				this.lift(silence);
			}
		}
	}

	/** Stops lifting silences. A silence that is not lifted stays until its end time. The audit log has that time. */
	async close(): Promise<void> {
		this.#ended.abort();
		const wait = new AbortController();
		await Promise.race([Promise.all(this.#lifting), this.#options.gate.clock.sleep(lastWaitMs, wait.signal)]);
		wait.abort();
		await Promise.all(
			[...this.#waiting].map(({silence}) =>
				this.#audit({
					...silenceFact(silence.target, undefined),
					phase: 'unproved',
					detail: `redis-top ended: it ends by itself at ${utcClock(silence.endsAtMs)} UTC`,
				}),
			),
		);
		this.#waiting.clear();
	}

	async #lift(silence: Silence): Promise<void> {
		const {gate} = this.#options;
		const silencer = await this.#options.silencer?.load();
		const {target, parts, endsAtMs} = silence;
		let left = parts;
		let problem: string | undefined = 'there is no --alertmanager';
		for (let attempt = 1; silencer !== undefined && left.length > 0 && attempt <= mostAttempts; attempt++) {
			const results = await Promise.all(left.map(async part => [part, await silencer.lift(part)] as const));
			left = results.flatMap(([part, why]) => (why === undefined ? [] : [part]));
			problem = results.find(([, why]) => why !== undefined)?.[1];
			if (left.length === 0 || this.#ended.signal.aborted || gate.clock.now() >= endsAtMs) {
				break;
			}

			if (attempt === 1) {
				this.#tell(target, message`the silence is not lifted yet: ${nameOf('quote', problem ?? '')}`, 'warning');
			}

			await gate.clock.sleep(liftAgainMs, this.#ended.signal);
		}

		this.#forget(silence);
		await this.#noteEnd(silence, left, problem);
	}

	async #noteEnd({target, parts, endsAtMs}: Silence, left: readonly SilencePart[], problem = ''): Promise<void> {
		const fact = silenceFact(target, undefined);
		if (left.length === 0) {
			await this.#audit({...fact, phase: 'verified', detail: `lifted: ${parts.map(({id}) => id).join(', ')}`});
			this.#tell(target, 'the silence in Alertmanager is lifted', 'info');
			return;
		}

		const end = `it ends by itself at ${utcClock(endsAtMs)} UTC`;
		await this.#audit({...fact, phase: 'failed', detail: `not lifted: ${problem}; ${end}`});
		this.#tell(target, message`the silence is not lifted: ${nameOf('quote', problem)}; ${end}`, 'warning');
	}

	#forget(silence: Silence): void {
		if (this.#held.get(silence.target) === silence) {
			this.#held.delete(silence.target);
		}
	}

	async #audit(fact: AuditFact): Promise<void> {
		try {
			await this.#options.gate.audit.append(fact);
		} catch (error) {
			this.#tell(fact.target, message`silence: ${nameOf('quote', failureText(error))}`, 'warning');
		}
	}

	#tell(node: NodeAddress, text: Message, severity: MonitorEvent['severity']): void {
		const {gate, announce} = this.#options;
		announce({atMs: gate.clock.now(), severity, node, kind: 'action', text});
	}
}

/**
The action name in audit lines about silences. The catalogue has no such action, because a silence changes no server.
*/
export const silenceAction = 'silence';

const silenceFact = (target: NodeAddress, runId: string | undefined): AuditFact => ({
	phase: 'intent',
	target,
	runId,
	action: silenceAction,
	command: undefined,
	detail: undefined,
});

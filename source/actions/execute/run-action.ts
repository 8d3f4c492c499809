import type {ActionOutcome, ActionProgress, Verification} from '../../domain/action.js';
import type {AuditPhase} from '../../domain/audit.js';
import {type FileFacts, readFileFacts} from '../../host/data-file.js';
import {parseClusterNodes} from '../../parse/cluster-nodes.js';
import {textOf} from '../../parse/reply-values.js';
import {commandText} from '../../text/command-words.js';
import {sanitize} from '../../text/sanitize.js';
import {type ActionPort, ReplyFailure, WireFailure} from '../../wire/redis-port.js';
import type {Observation, PeerReport} from '../catalogue/action-row.js';
import {busyText, dumpPath, type Reading, type ReadPort, takeReading} from '../catalogue/server-facts.js';
import {failureText, type Gate} from './gate.js';
import {joinOutcomes, outcomeText, verificationPhase, verificationText} from './outcome-text.js';
import {askPeer, type Peer} from './peers.js';
import {identityChange, newVeto, type PreparedAction} from './prepare-action.js';

/** Interval between two observations of the server, in milliseconds. */
const observeEveryMs = 500;

/**
Error codes of connecting which mean that no process listens: the port is closed, or the file of the Unix socket is
missing.
*/
const goneCodes = new Set(['ECONNREFUSED', 'ENOENT']);

/**
Sends a prepared action. No other function of the program sends a command that can change a server; a test checks this
in the sources.

The steps: audit the intent, read the target's identity again, send once, audit the outcome, observe until the effect is
proved, audit the proof. The command is sent at most once. It is not sent at all where the intent can't be audited or
another process answers.

@param onProgress Receives every step; the last one is the resolved value.
@param signal Ends observing. A command that was already sent is not undone.
*/
export async function runAction(
	prepared: PreparedAction,
	gate: Gate,
	onProgress: (progress: ActionProgress) => void,
	signal?: AbortSignal,
): Promise<ActionProgress> {
	const run = new Run(prepared, gate, onProgress, signal);
	try {
		return await run.finish();
	} finally {
		prepared.port.close();
	}
}

type Start = {readonly before: Reading; readonly dumpBefore: FileFacts};

class Run {
	#progress: ActionProgress;

	constructor(
		private readonly prepared: PreparedAction,
		private readonly gate: Gate,
		private readonly onProgress: (progress: ActionProgress) => void,
		private readonly signal: AbortSignal | undefined,
	) {
		this.#progress = {plan: prepared.plan, outcome: undefined, verification: undefined, problems: []};
	}

	async finish(): Promise<ActionProgress> {
		const start = await this.#checkTarget();
		if (start === undefined) {
			return this.#progress;
		}

		const outcome = await this.#observeUntilReply(this.#sendOnce(), start);
		this.#tell({outcome});
		await this.#note('outcome', outcomeText(outcome), outcome.kind);
		if (outcome.kind === 'not-sent' || outcome.kind === 'refused') {
			this.#tell({verification: undefined});
			return this.#progress;
		}

		const verification = await this.#verify(outcome, start);
		// The result is audited before the screen shows it, so that the audit log has every result that the screen showed.
		await this.#note(verificationPhase(verification), verificationText(verification));
		this.#tell({verification});
		return this.#progress;
	}

	/**
	Audits the intent, then checks that the plan's target still answers. Undefined where the command must not be sent.
	*/
	async #checkTarget(): Promise<Start | undefined> {
		const {plan, port} = this.prepared;
		try {
			await this.#audit('intent', undefined);
		} catch (error) {
			this.#tell({outcome: {kind: 'not-sent', why: failureText(error)}});
			return undefined;
		}

		try {
			const dumpBefore = await this.#readDump();
			const {row, facts} = this.prepared;
			const other = await this.prepared.readOther();
			const before = await this.#readTarget(port);
			const change =
				identityChange(plan.target, before.info) ??
				row.recheck?.(facts, before) ??
				newVeto(this.prepared, before, other);
			if (change === undefined) {
				return {before, dumpBefore};
			}

			await this.#abort(change);
		} catch (error) {
			await this.#abort(failureText(error));
		}

		return undefined;
	}

	/**
	Reads the target. While a script blocks the server, INFO gets only the BUSY error, so the facts of the preflight are
	returned.
	*/
	async #readTarget(port: ReadPort): Promise<Reading> {
		const {row, facts, settings} = this.prepared;
		try {
			return await takeReading(port, settings.timeoutMs, row.asks?.(facts.words ?? []));
		} catch (error) {
			if (facts.busy === undefined || busyText(error) === undefined) {
				throw error;
			}

			return facts;
		}
	}

	async #abort(why: string): Promise<void> {
		this.#tell({outcome: {kind: 'not-sent', why}});
		await this.#note('aborted', why);
	}

	/**
	Sends the command once to the target. With `send-to-nodes` the other nodes get it at the same time, once each.
	*/
	async #sendOnce(): Promise<ActionOutcome> {
		const {port, peers, row} = this.prepared;
		if (row.peers !== 'send-to-nodes') {
			return this.#sendOn(port);
		}

		const outcomes = await Promise.all([this.#sendOn(port), ...peers.map(async peer => this.#sendToPeer(peer))]);
		return joinOutcomes(outcomes);
	}

	async #sendToPeer(peer: Peer): Promise<ActionOutcome> {
		const port = this.gate.openActionPort(peer.settings);
		try {
			await port.open();
			const [reply] = await port.ask([['CLUSTER', 'NODES']], peer.settings.timeoutMs);
			const own = parseClusterNodes(typeof reply === 'string' ? reply : '').find(({flags}) => flags.has('myself'));
			return own?.id === peer.id
				? await this.#sendOn(port)
				: {kind: 'not-sent', why: `${peer.address} is another node now`};
		} catch (error) {
			return {kind: 'not-sent', why: `${peer.address}: ${failureText(error)}`};
		} finally {
			port.close();
		}
	}

	async #sendOn(port: ActionPort): Promise<ActionOutcome> {
		const {plan, facts, row} = this.prepared;
		try {
			const reply = await port.send(plan.command, row.replyTimeoutMs(facts));
			return {kind: 'replied', reply: textOf(reply) ?? JSON.stringify(reply)};
		} catch (error) {
			if (error instanceof ReplyFailure) {
				return {kind: 'refused', reply: sanitize(error.message)};
			}

			if (error instanceof WireFailure && !error.wasSent) {
				return {kind: 'not-sent', why: failureText(error)};
			}

			const hasEnded = error instanceof WireFailure && error.code !== 'TIMEOUT';
			return hasEnded && row.endsConnection ? {kind: 'closed'} : {kind: 'unknown', why: failureText(error)};
		}
	}

	/**
	Observes the server on other connections while the reply is pending. A reply may take long: SHUTDOWN waits for
	replicas, and fork is slow.
	*/
	async #observeUntilReply(sending: Promise<ActionOutcome>, start: Start): Promise<ActionOutcome> {
		const stop = new AbortController();
		void this.#tellProgress(start, stop.signal);
		try {
			return await Promise.race([sending, this.#endOfRun()]);
		} finally {
			stop.abort();
		}
	}

	async #tellProgress(start: Start, stopped: AbortSignal): Promise<void> {
		for (;;) {
			await this.gate.clock.sleep(observeEveryMs, stopped);
			const verification = stopped.aborted ? undefined : await this.#verifyOnce(undefined, start, 0);
			if (stopped.aborted) {
				return;
			}

			if (verification?.kind === 'running') {
				this.#tell({verification});
			}
		}
	}

	/** Resolves only when redis-top ends. The outcome of the command is then unknown. */
	#endOfRun(): Promise<ActionOutcome> {
		return new Promise(resolve => {
			const end = () => resolve({kind: 'unknown', why: 'redis-top ended before a reply came'});
			this.signal?.addEventListener('abort', end, {once: true});
			if (this.signal?.aborted) {
				end();
			}
		});
	}

	async #verify(outcome: ActionOutcome, start: Start): Promise<Verification> {
		const {clock} = this.gate;
		const outcomeAtMs = clock.elapsed();
		const verifyTimeoutMs = this.prepared.row.verifyTimeoutMs(this.prepared.facts);
		for (;;) {
			const sinceOutcomeMs = clock.elapsed() - outcomeAtMs;
			const verification = await this.#verifyOnce(outcome, start, sinceOutcomeMs);
			if (verification.kind !== 'running') {
				return verification;
			}

			if (this.signal?.aborted) {
				return {kind: 'unproved', text: `redis-top ended first; last seen: ${verification.progress}`};
			}

			if (sinceOutcomeMs > verifyTimeoutMs) {
				return {kind: 'unproved', text: `not seen to end; last seen: ${verification.progress}`};
			}

			this.#tell({verification});
			await clock.sleep(observeEveryMs, this.signal);
		}
	}

	/** Makes one observation on a new connection. The action's own connection may be closed, or its reply pending. */
	async #verifyOnce(outcome: ActionOutcome | undefined, start: Start, sinceOutcomeMs: number): Promise<Verification> {
		const {row, facts} = this.prepared;
		const observation = await this.#observe();
		const dumpNow = await this.#readDump();
		return row.verify({facts, ...start, outcome, observation, dumpNow, sinceOutcomeMs});
	}

	async #observe(): Promise<Observation> {
		const {settings, row, facts} = this.prepared;
		const port: ReadPort = this.gate.openActionPort(settings);
		try {
			await port.open();
			const reading = await takeReading(port, settings.timeoutMs, row.asks?.(facts.words ?? []));
			return {kind: 'answered', reading, peers: await this.#askPeers()};
		} catch (error) {
			const isGone = error instanceof WireFailure && goneCodes.has(error.code);
			return isGone ? {kind: 'gone', peers: await this.#askPeers()} : {kind: 'silent', why: failureText(error)};
		} finally {
			port.close();
		}
	}

	#askPeers(): Promise<readonly PeerReport[]> {
		return Promise.all(this.prepared.peers.map(async peer => askPeer(peer, this.gate)));
	}

	async #readDump(): Promise<FileFacts> {
		const {machine, config} = this.prepared.facts;
		const file = dumpPath(config);
		return machine.kind === 'here' && file !== undefined
			? readFileFacts(file)
			: {kind: 'unreadable', why: 'not on this machine'};
	}

	#tell(change: Partial<ActionProgress>): void {
		this.#progress = {...this.#progress, ...change};
		this.onProgress(this.#progress);
	}

	async #audit(phase: AuditPhase, detail: string | undefined, outcome?: ActionOutcome['kind']): Promise<void> {
		const {id, target, command, revert} = this.prepared.plan;
		await this.gate.audit.append({
			phase,
			target: target.address,
			runId: target.runId,
			action: id,
			command: commandText(command),
			detail,
			outcome,
			revert: revert === undefined ? undefined : commandText(revert),
		});
	}

	/**
	Audits a step after the intent. If the line cannot be written, the operator is only told: a command that was sent
	cannot be taken back.
	*/
	async #note(phase: AuditPhase, detail: string, outcome?: ActionOutcome['kind']): Promise<void> {
		try {
			await this.#audit(phase, detail, outcome);
		} catch (error) {
			this.#tell({problems: [...this.#progress.problems, failureText(error)]});
		}
	}
}

import type {Clock} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import type {Failure, PollOutcome} from '../domain/sample.js';
import type {SentinelHello} from '../domain/sentinel.js';
import {replyFailure} from '../parse/reply-error.js';
import {socketFailure} from '../parse/socket-error.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {probeGreeting} from '../wire/raw-probe.js';
import {type RedisPort, ReplyFailure, WireFailure} from '../wire/redis-port.js';
import {greetingFailure, tlsEnded} from './greeting-failure.js';
import type {PollDemand} from './poll-demand.js';
import {NodeRefusal, pollNode} from './poll-node.js';
import {newPollState, type PollState} from './poll-state.js';
import {authRetryMs, type Backoff, nextBackoff, noBackoff, phaseOf, retryDelay, untilNextTurn} from './schedule.js';
import {SentinelDiscovery} from './sentinel-discovery.js';

/** A hung server keeps its connection for so many intervals before it is dropped and tried anew. */
const missesBeforeClose = 5;
/** A raw probe costs the server a connection: at most one in so many milliseconds. Source: signals B.2. */
const probeEveryMs = 10_000;
/** Polls in a row that it is asked at each interval, new or back again, before it waits for its turn among many: rates and views come early. */
const pollsBeforeTurns = 3;
/** Two polls are at least so far apart, milliseconds, whoever asks for one: a rate over less is mostly our own commands. */
const leastSpacingMs = 200;

export type NodeLoopOptions = {
	readonly address: NodeAddress;
	readonly settings: ConnectionSettings;
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly intervalMs: () => number;
	readonly demand: () => PollDemand;
	/** So many intervals lie between two polls of it while it answers; asked after each. Default: one. */
	readonly intervalsBetween?: (() => number) | undefined;
	/** Connects wait for a place, so that a large deployment isn't knocked on all at once. */
	readonly connectInTurn: <T>(connect: () => Promise<T>) => Promise<T>;
	/** Awaited before replies are parsed, so that a key never waits for many nodes' replies. */
	readonly yieldIfDue?: (() => Promise<void> | undefined) | undefined;
	readonly report: (outcome: PollOutcome, intervalMs: number) => void;
	/** Sentinels that were heard on this node. */
	readonly heard?: ((hellos: readonly SentinelHello[]) => void) | undefined;
	/** How long this process was held up lately, milliseconds: no doing of the server's. */
	readonly lagMs?: (() => number) | undefined;
};

/** One node's endless poll: its turn comes, it is asked, the outcome is reported; never two requests at once. */
export class NodeLoop {
	readonly #options: NodeLoopOptions;
	readonly #ear: SentinelDiscovery;
	#port: RedisPort | undefined;
	#state: PollState = newPollState();
	#misses = 0;
	#answers = 0;
	/** Intervals until its next poll. */
	#every = 1;
	#answeredAtMs = 0;
	#isWaiting = false;
	#backoff: Backoff = noBackoff;
	#shortestTripMs = Number.POSITIVE_INFINITY;
	#isByHand = false;
	#wake = new AbortController();
	#isAuthRefused = false;
	#askedAtMs = 0;
	#lastProbe: {readonly atMs: number; readonly failure: Failure} | undefined;

	constructor(options: NodeLoopOptions) {
		this.#options = options;
		this.#ear = new SentinelDiscovery({...options, report: hellos => options.heard?.(hellos)});
	}

	/** More nodes may be found before long. */
	get isListening(): boolean {
		return this.#ear.isListening;
	}

	/** Polls now instead of at the next turn; `isByHand` also fetches what is too dear to be fetched by itself. */
	pollNow(isByHand: boolean): void {
		this.#isByHand ||= isByHand;
		this.#wake.abort();
	}

	/** Runs until the signal aborts. Never rejects. */
	async run(): Promise<void> {
		const {clock, signal} = this.#options;
		// One listener for the loop's life: a signal of AbortSignal.any for every turn stays in memory, 170 bytes each.
		signal.addEventListener('abort', () => this.#wake.abort(), {once: true});
		while (!signal.aborted) {
			// Before the poll, so that whoever asks for one while it runs gets another after it.
			this.#wake = this.#wake.signal.aborted ? new AbortController() : this.#wake;
			const startedMs = clock.elapsed();
			await this.#poll();
			this.#isWaiting = true;
			await this.#untilTurn();
			this.#isWaiting = false;
			const spareMs = startedMs + leastSpacingMs - clock.elapsed();
			if (spareMs > 0) {
				await clock.sleep(spareMs, signal);
			}
		}

		this.#port?.close();
	}

	async #poll(): Promise<void> {
		const {address, clock, demand, report, settings} = this.#options;
		const intervalMs = this.#intervalMs();
		this.#askedAtMs = clock.now();
		try {
			const port = await this.#openPort();
			const isByHand = this.#isByHand;
			this.#isByHand = false;
			const outcome = await pollNode({
				address,
				port,
				state: this.#state,
				demand: {...demand(), isByHand},
				clock,
				yieldIfDue: this.#options.yieldIfDue,
				timeoutMs: Math.min(settings.timeoutMs, Math.max(intervalMs, 1000)),
			});
			this.#misses = 0;
			this.#answers += 1;
			this.#lastProbe = undefined;
			if (outcome.kind === 'sampled') {
				this.#slowDown(outcome.sample.roundTripMs);
				void this.#ear.listen(outcome.extras.sentinelListeners, this.#state);
			}

			report(this.#inItsTurn(outcome), this.#intervalMs());
		} catch (error) {
			await this.#miss(error);
		}
	}

	/** With how many intervals went by before it, and how many are to come. */
	#inItsTurn(outcome: PollOutcome): PollOutcome {
		const nowMs = this.#options.clock.elapsed();
		const wentBy = Math.round((nowMs - this.#answeredAtMs) / this.#intervalMs()) - 1;
		const skipped = Math.max(0, Math.min(wentBy, this.#every - 1));
		this.#answeredAtMs = nowMs;
		this.#every = this.#answers < pollsBeforeTurns ? 1 : (this.#options.intervalsBetween?.() ?? 1);
		return outcome.kind === 'sampled' && (skipped > 0 || this.#every > 1)
			? {...outcome, skipped, every: this.#every}
			: outcome;
	}

	/** What the shortest round trip took is the network's, and our own delay ours; only what comes on top is the server's doing. */
	#slowDown(roundTripMs: number): void {
		this.#shortestTripMs = Math.min(this.#shortestTripMs, roundTripMs);
		const extraMs = roundTripMs - this.#shortestTripMs - (this.#options.lagMs?.() ?? 0);
		this.#backoff = nextBackoff(this.#backoff, extraMs, this.#options.intervalMs());
	}

	async #miss(error: unknown): Promise<void> {
		this.#misses += 1;
		this.#answers = 0;
		this.#every = 1;
		const failure = await this.#failureOf(error);
		this.#isAuthRefused = failure.layer === 'auth';
		this.#state.isRecovering ||= failure.code === 'TIMEOUT';
		this.#reportFailure(failure);
		if (error instanceof WireFailure && error.code === 'TIMEOUT' && this.#port?.isOpen) {
			await this.#awaitOwedReply(failure, this.#port);
		} else if (!(error instanceof NodeRefusal)) {
			this.#closePort();
		}
	}

	/** While a reply is owed nothing more is sent: it would only pile up and burst when the server wakes. */
	async #awaitOwedReply(failure: Failure, port: RedisPort): Promise<void> {
		const {clock, signal} = this.#options;
		const settled = port.settled().then(
			() => 'settled' as const,
			() => 'lost' as const,
		);
		for (let waited = 0; waited < missesBeforeClose && !signal.aborted; waited++) {
			const how = await Promise.race([settled, clock.sleep(this.#intervalMs(), signal).then(() => 'late' as const)]);
			if (how === 'settled') {
				return;
			}

			if (how === 'lost') {
				break;
			}

			this.#reportFailure(failure);
		}

		this.#closePort();
	}

	#reportFailure(failure: Failure): void {
		const {address, clock, report} = this.#options;
		report({kind: 'failed', address, atMs: clock.now(), askedAtMs: this.#askedAtMs, failure}, this.#intervalMs());
	}

	async #openPort(): Promise<RedisPort> {
		if (this.#port?.isOpen) {
			return this.#port;
		}

		this.#closePort();
		const port = this.#options.openPort(this.#options.settings);
		this.#port = port;
		await this.#options.connectInTurn(async () => port.open());
		// Whoever waits long for its turn is lost at once, not when it comes.
		port.onceClosed?.(() => {
			if (this.#port === port && this.#isWaiting && this.#every > 1) {
				this.#wake.abort();
			}
		});
		return port;
	}

	#closePort(): void {
		this.#port?.close();
		this.#port = undefined;
	}

	async #failureOf(error: unknown): Promise<Failure> {
		if (error instanceof NodeRefusal) {
			return error.failure;
		}

		if (error instanceof ReplyFailure) {
			return replyFailure(error.message);
		}

		if (error instanceof WireFailure) {
			return this.#explain(socketFailure(error.code, error.message));
		}

		// A defect of ours: the node's line says so, the program goes on.
		return socketFailure('INTERNAL', error instanceof Error ? error.message : String(error));
	}

	/** Where the client library only saw a closed connection, the port itself is asked what it has to say. */
	async #explain(failure: Failure): Promise<Failure> {
		const {clock, settings} = this.#options;
		const isVague = ['CLOSED', 'EPIPE', 'ECONNRESET', 'ERR_SSL_WRONG_VERSION_NUMBER'].includes(failure.code);
		const isTlsTimeout = failure.code === 'ETIMEDOUT' && settings.tls !== undefined;
		if (!isVague && !isTlsTimeout) {
			return failure;
		}

		if (this.#lastProbe !== undefined && clock.elapsed() - this.#lastProbe.atMs < probeEveryMs) {
			return this.#lastProbe.failure;
		}

		const greeting = await probeGreeting(settings.endpoint, settings.timeoutMs);
		const isTls = settings.tls !== undefined;
		const hint = isTls && isVague && greeting.kind === 'speaks-tls' ? tlsEnded : failure;
		const explained = greetingFailure(greeting, isTls) ?? hint;
		this.#lastProbe = {atMs: clock.elapsed(), failure: explained};
		return explained;
	}

	/** Who waits for its turn among many is spared already, and held back further only beyond that. */
	#intervalMs(): number {
		return this.#options.intervalMs() * Math.max(1, this.#backoff.factor / this.#every);
	}

	#retryMs(): number {
		if (this.#isAuthRefused) {
			return authRetryMs;
		}

		return Math.max(retryDelay(this.#misses), Math.min(this.#intervalMs(), 1000));
	}

	/** A turn that would come within half an interval of the last poll is left to the next: a rate wants some time. */
	#turnMs(nowMs: number, address: NodeAddress): number {
		const periodMs = this.#intervalMs() * this.#every;
		const turnMs = untilNextTurn(nowMs, periodMs, phaseOf(address));
		return turnMs < this.#intervalMs() / 2 ? turnMs + periodMs : turnMs;
	}

	async #untilTurn(): Promise<void> {
		const {address, clock} = this.#options;
		const turnMs = this.#misses > 0 ? this.#retryMs() : this.#turnMs(clock.now(), address);
		await clock.sleep(turnMs, this.#wake.signal);
	}
}

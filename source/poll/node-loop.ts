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
import {authRetryMs, type Backoff, nextBackoff, noBackoff, phaseOf, retryDelay, untilNextPoll} from './schedule.js';
import {SentinelDiscovery} from './sentinel-discovery.js';

/** Intervals without a reply after which the connection is closed and opened again. */
const missesBeforeClose = 5;
/** Interval between two raw probes, milliseconds: each costs the server a connection. */
const probeEveryMs = 10_000;
/** Polls at each interval before a new or returned node joins the rotation, so that its rates and views come early. */
const pollsBeforeRotation = 3;
/** Shortest interval between two polls, milliseconds, also by hand: a rate over less is mostly our own commands. */
const leastSpacingMs = 200;

export type NodeLoopOptions = {
	readonly address: NodeAddress;
	readonly settings: ConnectionSettings;
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly intervalMs: () => number;
	readonly demand: () => PollDemand;
	/** Intervals between two polls while it answers, read after each poll. @default 1 */
	readonly intervalsBetween?: (() => number) | undefined;
	/** Limits the connections that are made at the same time. */
	readonly connectInTurn: <T>(connect: () => Promise<T>) => Promise<T>;
	/** Awaited before replies are parsed, so that a key never waits for many nodes' replies. */
	readonly yieldIfDue?: (() => Promise<void> | undefined) | undefined;
	readonly report: (outcome: PollOutcome, intervalMs: number) => void;
	/** Takes the addresses that Sentinels published on this node. */
	readonly received?: ((hellos: readonly SentinelHello[]) => void) | undefined;
	/** Event-loop lag of the last seconds, milliseconds: it is not the server's. */
	readonly lagMs?: (() => number) | undefined;
};

/** Polls one node until it is stopped, and reports each outcome. There is never a second request in flight. */
export class NodeLoop {
	readonly #options: NodeLoopOptions;
	readonly #discovery: SentinelDiscovery;
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
	#isRefused = false;
	#askedAtMs = 0;
	#lastProbe: {readonly atMs: number; readonly failure: Failure} | undefined;

	constructor(options: NodeLoopOptions) {
		this.#options = options;
		this.#discovery = new SentinelDiscovery({...options, report: hellos => options.received?.(hellos)});
	}

	/** More nodes may be found before long. */
	get isListening(): boolean {
		return this.#discovery.isListening;
	}

	/** Polls now instead of at the next interval; `isByHand` also asks what is too expensive for the schedule. */
	pollNow(isByHand: boolean): void {
		this.#isByHand ||= isByHand;
		this.#wake.abort();
	}

	/** Runs until the signal aborts. Never rejects. */
	async run(): Promise<void> {
		const {clock, signal} = this.#options;
		// One listener for the loop's life: a signal of AbortSignal.any for every poll would stay in memory, 170 bytes each.
		signal.addEventListener('abort', () => this.#wake.abort(), {once: true});
		while (!signal.aborted) {
			// Set before the poll, so that a request for a poll while it runs leads to another one.
			this.#wake = this.#wake.signal.aborted ? new AbortController() : this.#wake;
			const startedMs = clock.elapsed();
			await this.#poll();
			this.#isWaiting = true;
			await this.#untilNextPoll();
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
				void this.#discovery.listen(outcome.extras.sentinelListeners, this.#state);
			}

			report(this.#withRotation(outcome), this.#intervalMs());
		} catch (error) {
			await this.#miss(error);
		}
	}

	/** Adds how many intervals were skipped before this poll, and how many come after it. */
	#withRotation(outcome: PollOutcome): PollOutcome {
		const nowMs = this.#options.clock.elapsed();
		const wentBy = Math.round((nowMs - this.#answeredAtMs) / this.#intervalMs()) - 1;
		const skipped = Math.max(0, Math.min(wentBy, this.#every - 1));
		this.#answeredAtMs = nowMs;
		this.#every = this.#answers < pollsBeforeRotation ? 1 : (this.#options.intervalsBetween?.() ?? 1);
		return outcome.kind === 'sampled' && (skipped > 0 || this.#every > 1)
			? {...outcome, skipped, every: this.#every}
			: outcome;
	}

	/** Backs off by what a round trip took beyond the shortest one, which is the network's share, and our own lag. */
	#slowDown(roundTripMs: number): void {
		this.#shortestTripMs = Math.min(this.#shortestTripMs, roundTripMs);
		const extraMs = roundTripMs - this.#shortestTripMs - (this.#options.lagMs?.() ?? 0);
		this.#backoff = nextBackoff(this.#backoff, extraMs, this.#options.intervalMs());
	}

	async #miss(error: unknown): Promise<void> {
		this.#misses += 1;
		this.#answers = 0;
		this.#every = 1;
		const failure = withoutCredentials(await this.#failureOf(error), this.#options.settings);
		this.#isRefused = isRefusal(failure, this.#options.settings);
		this.#state.isRecovering ||= failure.code === 'TIMEOUT';
		this.#reportFailure(failure);
		if (error instanceof WireFailure && error.code === 'TIMEOUT' && this.#port?.isOpen) {
			await this.#awaitPendingReply(failure, this.#port);
		} else if (!(error instanceof NodeRefusal) || failure.layer === 'auth') {
			// A server or proxy that asks for a password in the middle of a connection is given it on the next one.
			this.#closePort();
		}
	}

	/** While a reply is pending nothing more is sent: commands would pile up and burst when the server responds again. */
	async #awaitPendingReply(failure: Failure, port: RedisPort): Promise<void> {
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
		// A server answers a client that has not logged in only up to ten arguments, and nothing says that it is the same
		// server: the first command is plain INFO, as for an unknown one.
		this.#state.version = undefined;
		// A node in rotation is polled as soon as its connection ends, so that its loss is seen at once.
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

		// A bug in redis-top: the node's line says so, and the program goes on.
		return socketFailure('INTERNAL', error instanceof Error ? error.message : String(error));
	}

	/** Where the client library only saw a closed connection, a raw probe reads what the server says before it closes. */
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
		const explained = greetingFailure(greeting, isTls, settings.password !== undefined) ?? hint;
		this.#lastProbe = {atMs: clock.elapsed(), failure: explained};
		return explained;
	}

	/** A node in rotation is polled less often already: backing off only adds what goes beyond that. */
	#intervalMs(): number {
		return this.#options.intervalMs() * Math.max(1, this.#backoff.factor / this.#every);
	}

	#retryMs(): number {
		if (this.#isRefused) {
			return authRetryMs;
		}

		return Math.max(retryDelay(this.#misses), Math.min(this.#intervalMs(), 1000));
	}

	/** A poll within half an interval of the last one is skipped: a rate needs some time. */
	#pollDelayMs(nowMs: number, address: NodeAddress): number {
		const periodMs = this.#intervalMs() * this.#every;
		const delayMs = untilNextPoll(nowMs, periodMs, phaseOf(address));
		return delayMs < this.#intervalMs() / 2 ? delayMs + periodMs : delayMs;
	}

	async #untilNextPoll(): Promise<void> {
		const {address, clock} = this.#options;
		const delayMs = this.#misses > 0 ? this.#retryMs() : this.#pollDelayMs(clock.now(), address);
		await clock.sleep(delayMs, this.#wake.signal);
	}
}

/**
Whether the server refuses this user, so that an early retry does harm: it locks accounts and fills ACL LOG. NOAUTH for a
connection without a password does neither.
*/
function isRefusal({layer, code, kind}: Failure, {password}: ConnectionSettings): boolean {
	const isHarmless = (code === 'NOAUTH' || kind === 'NOAUTH') && password === undefined;
	return code === 'NOPERM' || (layer === 'auth' && !isHarmless);
}

/** The reason why a node that wants a password was given none, though there is one. */
const withoutCredentials = (failure: Failure, {isWithheld = false}: ConnectionSettings): Failure =>
	isWithheld && failure.layer === 'auth'
		? {...failure, reason: "announced outside the targets' hosts and networks: --follow any gives it the password"}
		: failure;

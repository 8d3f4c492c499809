import type {Clock} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import type {Failure, PollOutcome} from '../domain/sample.js';
import type {SentinelHello} from '../domain/sentinel.js';
import {replyFailure, withLostPassword} from '../parse/reply-error.js';
import {largeRepliesLost, socketFailure} from '../parse/socket-error.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {probeEveryMs} from '../wire/raw-probe.js';
import {type RedisPort, type Reply, ReplyFailure, WireFailure} from '../wire/redis-port.js';
import {type answeringPort, SilentHost} from '../wire/silent-host.js';
import {smallRequestEveryMs, whyPending} from '../wire/small-reply.js';
import {isRefusal, withoutCredentials} from './credentials.js';
import {explainedFailure, isVague} from './explain-failure.js';
import type {PollDemand} from './poll-demand.js';
import {NodeRefusal, pollNode} from './poll-node.js';
import {leastSpacingMs, newPollState, type PollState} from './poll-state.js';
import {authRetryMs, type Backoff, nextBackoff, noBackoff, phaseOf, retryDelay, untilNextPoll} from './schedule.js';
import {SentinelDiscovery} from './sentinel-discovery.js';

/** Number of intervals without a reply after which the connection is closed and opened again. */
const missesBeforeClose = 5;
/**
Number of polls for which a new or returned node is polled at each interval, so that its rates and cluster view are
known early. Then the node is polled in rotation, at every Nth interval only.
*/
const pollsBeforeRotation = 3;

export type NodeLoopOptions = {
	readonly address: NodeAddress;
	readonly settings: ConnectionSettings;
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly intervalMs: () => number;
	readonly demand: () => PollDemand;
	/**
	Whether polls come at the node's own moment within the interval (`phaseOf`). Otherwise each poll comes an interval
	after the previous one. @default true
	*/
	readonly hasPlace?: boolean | undefined;
	/**
	Returns the number of intervals between two polls while the node answers. It is read after each poll. @default 1
	*/
	readonly intervalsBetween?: (() => number) | undefined;
	/** Limits the number of connections that are made at the same time. */
	readonly connectInTurn: <T>(connect: () => Promise<T>) => Promise<T>;
	/** Awaited before replies are parsed, so that a key press never waits for the replies of many nodes. */
	readonly yieldIfDue?: (() => Promise<void> | undefined) | undefined;
	readonly report: (outcome: PollOutcome, intervalMs: number) => void;
	/** Called with the addresses that Sentinels published on this node. */
	readonly received?: ((hellos: readonly SentinelHello[]) => void) | undefined;
	/**
	Returns redis-top's own event-loop lag of the last seconds in milliseconds. It does not count as the server's delay.
	*/
	readonly lagMs?: (() => number) | undefined;
	/** Asks the host of a server that answers no connection. Tests of fake servers give their own. */
	readonly answeringPort?: typeof answeringPort | undefined;
};

/** Polls one node until it is stopped, and reports each outcome. Never more than one request is in flight. */
export class NodeLoop {
	readonly #options: NodeLoopOptions;
	readonly #discovery: SentinelDiscovery;
	readonly #silentHost: SilentHost;
	#settings: ConnectionSettings;
	#port: RedisPort | undefined;
	#state: PollState = newPollState();
	#misses = 0;
	#answers = 0;
	/** The node is polled at every interval (1) or at every Nth interval (N). */
	#every = 1;
	#answeredAtMs = 0;
	#isWaiting = false;
	#backoff: Backoff = noBackoff;
	#shortestTripMs = Number.POSITIVE_INFINITY;
	#isByHand = false;
	#wake = new AbortController();
	#isRefused = false;
	/** The error of the last poll whose replies were late. */
	#lateError: WireFailure | undefined;
	#askedAtMs = 0;
	#askedSmallAtMs = Number.NEGATIVE_INFINITY;
	/** Why replies stay away, if another connection has shown that since the node last answered. */
	#whyPending: Failure | undefined;
	#lastProbe: {readonly atMs: number; readonly failure: Failure} | undefined;

	constructor(options: NodeLoopOptions) {
		this.#options = options;
		this.#settings = options.settings;
		this.#silentHost = new SilentHost(options.clock, options.answeringPort);
		this.#discovery = new SentinelDiscovery({
			...options,
			settings: () => this.#settings,
			report: hellos => options.received?.(hellos),
		});
	}

	/** Whether Sentinels are being discovered, so that more nodes may be found soon. */
	get isListening(): boolean {
		return this.#discovery.isListening;
	}

	/**
	Polls now instead of at the next interval. `isByHand`: the poll also sends requests that are too expensive for the
	schedule.
	*/
	pollNow(isByHand: boolean): void {
		this.#isByHand ||= isByHand;
		this.#wake.abort();
	}

	/** Connects with `settings` from now on, and polls at once. A reply that is pending is not awaited. */
	connectWith(settings: ConnectionSettings): void {
		this.#settings = settings;
		this.#lastProbe = undefined;
		this.#whyPending = undefined;
		this.#isRefused = false;
		this.#closePort();
		this.#wake.abort();
	}

	/** Polls until the signal aborts. Never rejects. */
	async run(): Promise<void> {
		const {clock, signal} = this.#options;
		// One listener serves the loop's whole life. With AbortSignal.any, each poll would leave a signal of 170 bytes
		// in memory.
		signal.addEventListener('abort', () => this.#wake.abort(), {once: true});
		while (!signal.aborted) {
			// The abort controller is renewed before the poll, not after it. A poll requested during this poll
			// therefore aborts the wait after this poll, and follows at once.
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
		const {address, clock, demand, report} = this.#options;
		const intervalMs = this.#intervalMs();
		const misses = this.#misses;
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
				timeoutMs: Math.min(this.#settings.timeoutMs, Math.max(intervalMs, 1000)),
				whenLate: async error => this.#awaitLate(error, port),
			});
			const wasLate = this.#misses > misses;
			this.#misses = 0;
			this.#answers += 1;
			this.#lastProbe = undefined;
			this.#whyPending = undefined;
			this.#askedSmallAtMs = wasLate ? this.#askedSmallAtMs : Number.NEGATIVE_INFINITY;
			if (outcome.kind === 'sampled') {
				if (!wasLate) {
					this.#slowDown(outcome.sample.roundTripMs);
				}

				void this.#discovery.listen(outcome.extras.sentinelListeners, this.#state);
			}

			report(this.#withRotation(outcome), this.#intervalMs());
		} catch (error) {
			await this.#miss(error);
		}
	}

	/**
	Adds to the outcome the number of intervals skipped before this poll, and the number of intervals between the next
	polls.
	*/
	#withRotation(outcome: PollOutcome): PollOutcome {
		const nowMs = this.#options.clock.elapsed();
		const wentBy = Math.round((nowMs - this.#answeredAtMs) / this.#intervalMs()) - 1;
		const skipped = Math.max(0, Math.min(wentBy, this.#every - 1));
		this.#answeredAtMs = nowMs;
		this.#every = this.#answers < pollsBeforeRotation ? 1 : (this.#options.intervalsBetween?.() ?? 1);
		const isSlowed = this.#backoff.factor > this.#every;
		return outcome.kind === 'sampled' && (skipped > 0 || this.#every > 1 || isSlowed)
			? {...outcome, skipped, every: this.#every, isSlowed}
			: outcome;
	}

	/**
	Makes polls rarer when the server responds slowly. Two parts of the round trip don't count: the shortest round trip
	seen, which is the network's share, and redis-top's own event-loop lag.
	*/
	#slowDown(roundTripMs: number): void {
		this.#shortestTripMs = Math.min(this.#shortestTripMs, roundTripMs);
		const extraMs = roundTripMs - this.#shortestTripMs - (this.#options.lagMs?.() ?? 0);
		this.#backoff = nextBackoff(this.#backoff, extraMs, this.#options.intervalMs());
	}

	async #miss(error: unknown): Promise<void> {
		if (error === this.#lateError) {
			return;
		}

		const failure = await this.#noteMiss(error);
		if (!(error instanceof NodeRefusal) || failure.layer === 'auth') {
			// A server or proxy that requests a password on an open connection gets the password when the connection is
			// opened again.
			this.#closePort();
		}
	}

	/** Reports that a poll failed. Returns the failure. */
	async #noteMiss(error: unknown): Promise<Failure> {
		this.#misses += 1;
		this.#answers = 0;
		this.#every = 1;
		const refusal = withoutCredentials(await this.#failureOf(error), this.#settings);
		const found = this.#settings.password === undefined ? refusal : withLostPassword(refusal);
		const failure = (found.code === 'TIMEOUT' ? this.#whyPending : undefined) ?? found;
		this.#isRefused = isRefusal(failure, this.#settings);
		this.#state.isRecovering ||= failure.code === 'TIMEOUT';
		this.#reportFailure(failure);
		return failure;
	}

	/**
	Waits for replies that are late, and sends nothing on the connection meanwhile. Further commands would pile up, and
	run all at once when the server responds again. One small request on another connection shows whether only large
	replies stay away. Resolves with the replies, which are as new as they come; with undefined if the connection was
	closed. A server that is held up again and again answers only in the pauses, so late replies are all that it gives.
	*/
	async #awaitLate(error: WireFailure, port: RedisPort): Promise<readonly Reply[] | undefined> {
		const {clock, signal} = this.#options;
		this.#lateError = error;
		const failure = await this.#noteMiss(error);
		void this.#askSmall(port);
		const settled = port.settled().catch(() => 'lost' as const);
		for (let waited = 0; waited < missesBeforeClose && !signal.aborted; waited++) {
			const how = await Promise.race([settled, clock.sleep(this.#intervalMs(), signal).then(() => 'late' as const)]);
			if (how === 'lost') {
				break;
			}

			if (how !== 'late') {
				return how;
			}

			this.#reportFailure(this.#whyPending ?? failure);
		}

		this.#closePort();
		return undefined;
	}

	/** Finds out over another connection why a reply stays away, and reports that at once. */
	async #askSmall(pending: RedisPort): Promise<void> {
		const {clock, openPort, signal} = this.#options;
		if (clock.elapsed() - this.#askedSmallAtMs < smallRequestEveryMs) {
			return;
		}

		this.#askedSmallAtMs = clock.elapsed();
		const why = await whyPending({pending, settings: this.#settings, openPort, clock, signal});
		const failure =
			why instanceof WireFailure
				? await this.#silentHost.failureOf(why, this.#settings.endpoint, true)
				: why && largeRepliesLost;
		// The reply may have come while the host was asked.
		if (failure !== undefined && this.#misses > 0) {
			this.#whyPending = failure;
			this.#reportFailure(failure);
		}
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
		const port = this.#options.openPort(this.#settings);
		this.#port = port;
		await this.#options.connectInTurn(async () => port.open());
		// Before AUTH, a server refuses commands with more than ten arguments, such as INFO with several sections. The new
		// connection may also lead to another server. So the first command is plain INFO, as for an unknown server.
		this.#state.version = undefined;
		// A node in rotation is polled as soon as its connection ends, so that its failure is seen at once.
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
			return this.#explain(await this.#silentHost.failureOf(error, this.#settings.endpoint));
		}

		// Any other error is a bug in redis-top. It is shown as the failure of this node, and redis-top continues.
		return socketFailure('INTERNAL', error instanceof Error ? error.message : String(error));
	}

	/**
	Finds out why a connection was closed without a reason. A raw probe connects again, and reads what the server sends
	before the server closes the connection.
	*/
	async #explain(failure: Failure): Promise<Failure> {
		const {clock} = this.#options;
		const settings = this.#settings;
		if (!isVague(failure, settings)) {
			return failure;
		}

		if (this.#lastProbe !== undefined && clock.elapsed() - this.#lastProbe.atMs < probeEveryMs) {
			return this.#lastProbe.failure;
		}

		const explained = await explainedFailure(failure, settings);
		this.#lastProbe = {atMs: clock.elapsed(), failure: explained};
		return explained;
	}

	/**
	The interval in milliseconds, times the backoff factor. A node in rotation is already polled only at every Nth
	interval, so the factor is divided by N. The result is never below one interval.
	*/
	#intervalMs(): number {
		return this.#options.intervalMs() * Math.max(1, this.#backoff.factor / this.#every);
	}

	#retryMs(): number {
		if (this.#isRefused) {
			return authRetryMs;
		}

		return Math.max(retryDelay(this.#misses), Math.min(this.#intervalMs(), 1000));
	}

	/**
	Milliseconds until the next poll. A poll less than half an interval after the last poll is skipped, because rates over
	so short a time would be inaccurate.
	*/
	#pollDelayMs(nowMs: number, address: NodeAddress): number {
		const periodMs = this.#intervalMs() * this.#every;
		if (this.#options.hasPlace === false) {
			return Math.max(0, this.#askedAtMs + periodMs - nowMs);
		}

		const delayMs = untilNextPoll(nowMs, periodMs, phaseOf(address));
		return delayMs < this.#intervalMs() / 2 ? delayMs + periodMs : delayMs;
	}

	async #untilNextPoll(): Promise<void> {
		const {address, clock} = this.#options;
		const delayMs = this.#misses > 0 ? this.#retryMs() : this.#pollDelayMs(clock.now(), address);
		await clock.sleep(delayMs, this.#wake.signal);
	}
}

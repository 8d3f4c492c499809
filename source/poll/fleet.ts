import {addressOf, type NodeAddress, type NodeOrigin} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import {scale} from '../domain/scale.js';
import {Semaphore} from '../domain/semaphore.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {ClusterPace} from './cluster-poll-schedule.js';
import {isCompleteListing, knownMembers, Naming, peersFound, type Sampled, sentinelsDiscovered} from './discovery.js';
import {type Member, noteFailing} from './fleet-member.js';
import type {FleetOptions} from './fleet-options.js';
import {FleetTurns, intervalsBetweenTurns} from './fleet-turns.js';
import {NodeLoop} from './node-loop.js';
import {FocusedPing} from './ping-loop.js';
import type {PollInterest} from './poll-demand.js';
import {RunIds} from './run-ids.js';
import {SlowlogTurns} from './slowlog-turns.js';
import {TimeSlicer} from './time-slicer.js';

/** Every node's loop. Finds more nodes in what the nodes say, and forgets none until it is dismissed. */
export class Fleet {
	readonly #options: FleetOptions;
	readonly #members = new Map<NodeAddress, Member>();
	readonly #runIds = new RunIds();
	readonly #clusterPace = new ClusterPace();
	readonly #aliases = new Set<NodeAddress>();
	readonly #naming = new Naming();
	readonly #slowlogTurns = new SlowlogTurns();
	/** Data nodes that a sentinel we ask names. */
	readonly #watched = new Set<NodeAddress>();
	/** Nobody has answered yet, and the nodes of an earlier visit were not asked. */
	#mayRecall = true;
	#intervalMs: number;
	#focus: NodeAddress | undefined;
	#interests: ReadonlySet<PollInterest> = new Set();
	readonly #turns = new FleetTurns();
	readonly #ping = new FocusedPing();
	readonly #turnstile = new Semaphore(scale.connectsAtOnce);
	readonly #slices: TimeSlicer;

	constructor(options: FleetOptions) {
		this.#options = options;
		this.#intervalMs = options.intervalMs;
		this.#slices = new TimeSlicer(() => options.clock.elapsed());
	}

	start(): void {
		for (const settings of this.#options.targets) {
			this.#add(settings, 'target');
		}
	}

	/** The node that is looked at gets the full set of commands and a connection for PING alone. */
	setFocus(address: NodeAddress | undefined): void {
		if (this.#focus === address) {
			return;
		}

		this.#focus = address;
		const member = address === undefined ? undefined : this.#members.get(address);
		const {clock, openPort, report, signal} = this.#options;
		const ping = address !== undefined &&
			member !== undefined && {
				settings: member.settings,
				openPort,
				clock,
				intervalMs: () => Math.max(this.#intervalMs, 1000),
				report: (roundTripMs: number | undefined) => report({kind: 'ping', address, roundTripMs}),
			};
		this.#ping.change(ping || undefined, signal);
		member?.loop.pollNow(false);
	}

	setInterests(interests: ReadonlySet<PollInterest>): void {
		const hasNew = [...interests].some(interest => !this.#interests.has(interest));
		this.#interests = interests;
		if (hasNew && this.#focus !== undefined) {
			this.#members.get(this.#focus)?.loop.pollNow(false);
		}
	}

	/** The nodes that stand on the screen, or that something is wrong with: they are asked at each interval, of however many. */
	setSeen(seen: ReadonlySet<NodeAddress>): void {
		this.#wake(this.#turns.see(seen));
	}

	setInterval(intervalMs: number): void {
		this.#intervalMs = intervalMs;
		this.pollNow(false);
	}

	pollNow(isByHand: boolean): void {
		for (const {loop} of this.#members.values()) {
			loop.pollNow(isByHand);
		}
	}

	/** Where all are asked at each interval anyway, nobody is woken for it. */
	#wake(addresses: readonly NodeAddress[]): void {
		const takesTurns = intervalsBetweenTurns(this.#members.size, this.#intervalMs) > 1;
		for (const address of takesTurns ? addresses : []) {
			this.#members.get(address)?.loop.pollNow(false);
		}
	}

	/** Every node that is polled, also those whose first answer is still out. */
	addresses(): readonly NodeAddress[] {
		return [...this.#members.keys()];
	}

	/** Sentinels are being listened for: who asks once waits until that is over. */
	get isListening(): boolean {
		return [...this.#members.values()].some(({loop}) => loop.isListening);
	}

	/** How a node is connected to; for the action that wants a connection of its own. */
	settingsOf(address: NodeAddress): ConnectionSettings | undefined {
		return this.#members.get(address)?.settings;
	}

	/** Asks a node no more. Named again, it is found again. */
	dismiss(address: NodeAddress): void {
		const member = this.#members.get(address);
		member?.end.abort();
		this.#members.delete(address);
		this.#naming.forget(address);
		this.#runIds.forget(address);
		if (this.#focus === address) {
			this.setFocus(undefined);
		}
	}

	#add(settings: ConnectionSettings, origin: NodeOrigin): void {
		const address = addressOf(settings.endpoint);
		if (this.#members.has(address) || this.#aliases.has(address)) {
			return;
		}

		const end = new AbortController();
		const {clock, openPort, lagMs, signal, isEveryNodeFocused = false} = this.#options;
		const loop = new NodeLoop({
			address,
			settings,
			openPort,
			clock,
			lagMs,
			signal: AbortSignal.any([signal, end.signal]),
			intervalMs: () => this.#intervalMs,
			intervalsBetween: () =>
				isEveryNodeFocused || this.#focus === address
					? 1
					: this.#turns.intervalsBetween(address, this.#members.size, this.#intervalMs),
			demand: () => ({
				isFocused: isEveryNodeFocused || this.#focus === address,
				isWholeAtOnce: isEveryNodeFocused,
				interests: this.#interests,
				isByHand: false,
				isAnonymous: settings.username === undefined && settings.password === undefined,
				isMerged: this.#members.size <= scale.logsOfAllUpTo,
				isSlowlogDue: this.#slowlogTurns.take(address, this.#members, this.#interests, clock.elapsed()),
				...this.#clusterPace.demands(address, this.#members.size, address === this.#focus, clock.elapsed()),
				seeksSentinels: !this.#watched.has(address),
			}),
			// Whoever looks at a node doesn't wait for the others.
			yieldIfDue: () => (this.#focus === address ? undefined : this.#slices.turn()),
			connectInTurn: async connect => this.#turnstile.pass(connect),
			report: (outcome, intervalMs) => this.#receive(outcome, intervalMs),
			heard: hellos => {
				for (const found of sentinelsDiscovered(hellos, settings, this.#options)) {
					this.#add(found, 'hello');
				}
			},
		});
		const member: Member = {
			loop,
			settings,
			origin,
			end,
			isKnown: origin === 'target',
			failingSinceMs: undefined,
			isGone: false,
		};
		this.#members.set(address, member);
		if (member.isKnown) {
			this.#options.report({kind: 'node-found', address, endpoint: settings.endpoint, origin});
		}

		void loop.run();
	}

	#receive(outcome: PollOutcome, intervalMs: number): void {
		const member = this.#members.get(outcome.address);
		if (member === undefined || this.#isAlias(outcome, member)) {
			return;
		}

		if (!member.isKnown) {
			member.isKnown = true;
			const {endpoint} = member.settings;
			this.#options.report({kind: 'node-found', address: outcome.address, endpoint, origin: member.origin});
		}

		this.#options.report({kind: 'outcome', outcome, intervalMs});
		if (outcome.kind === 'sampled') {
			this.#mayRecall = false;
			this.#discover(outcome, member.settings);
		}

		this.#judgeStanding(outcome, member);
		this.#recallWhenAlone();
		this.#watchCluster(outcome);
	}

	/** A node whose digest changed makes every node's view worth reading, all of them within the same moment. */
	#watchCluster(outcome: PollOutcome): void {
		this.#wake(this.#clusterPace.takeChosen());
		const hasChanged = this.#clusterPace.take(outcome, this.#options.clock.elapsed());
		if (hasChanged && this.#members.size <= scale.viewsOfAllUpTo) {
			this.pollNow(false);
		}
	}

	/** One process under two names: the later name is dropped. */
	#isAlias(outcome: PollOutcome, member: Member): boolean {
		const runId = outcome.kind === 'sampled' ? outcome.sample.runId : undefined;
		const holder = this.#runIds.otherHolder(runId, outcome.address, member.isKnown);
		if (holder === undefined) {
			return false;
		}

		this.#aliases.add(outcome.address);
		this.#members.delete(outcome.address);
		member.end.abort();
		this.#options.report({kind: 'node-alias', address: holder, alias: outcome.address});
		return true;
	}

	#discover(outcome: Sampled, settings: ConnectionSettings): void {
		const again = knownMembers(outcome, settings, this.#options, this.#members);
		if (again !== undefined) {
			this.#naming.note(outcome.address, again);
			return;
		}

		const names = new Set<NodeAddress>();
		for (const {endpoint, address, alias, origin, access, isWatched} of peersFound(outcome, settings, this.#options)) {
			names.add(address);
			if (isWatched) {
				this.#watched.add(address);
			}

			if (!this.#members.has(address)) {
				this.#add({...access, endpoint}, origin);
			}

			if (alias !== undefined) {
				this.#options.report({kind: 'node-alias', address, alias});
			}
		}

		// What comes less often than INFO is not taken back by an INFO alone.
		if (isCompleteListing(outcome)) {
			this.#naming.note(outcome.address, names);
		}
	}

	#judgeStanding(outcome: PollOutcome, member: Member): void {
		const failingMs = noteFailing(member, outcome, this.#options.clock.elapsed());
		const isGone = outcome.kind === 'failed' && this.#naming.isGone(outcome.address, member.origin, failingMs);
		if (isGone !== member.isGone) {
			member.isGone = isGone;
			this.#options.report({kind: 'node-gone', address: outcome.address, isGone});
		}
	}

	/** Every target was tried and none answered: then those that were known on an earlier visit are asked. */
	#recallWhenAlone(): void {
		const {remembered = [], report, targets} = this.#options;
		const [first] = targets;
		const isTried = () => [...this.#members.values()].every(({failingSinceMs}) => failingSinceMs !== undefined);
		if (!this.#mayRecall || first === undefined || !isTried()) {
			return;
		}

		this.#mayRecall = false;
		const unknown = remembered.filter(endpoint => !this.#members.has(addressOf(endpoint)));
		if (unknown.length > 0) {
			report({kind: 'memory-used', nodes: unknown.length});
		}

		for (const endpoint of unknown) {
			this.#add({...first, ...this.#options.dataAccess, profile: first.profile, endpoint}, 'remembered');
		}
	}
}

import type {InfoReply} from '../domain/info-reply.js';
import {addressOf, type NodeAddress, type NodeOrigin} from '../domain/node.js';
import type {Failure, PollOutcome} from '../domain/sample.js';
import {scale} from '../domain/scale.js';
import {Semaphore} from '../domain/semaphore.js';
import {type ConnectionSettings, isAnonymous} from '../wire/connection.js';
import {mayGetCredentials} from '../wire/follow.js';
import {asksNoPort} from '../wire/silent-host.js';
import {CloserLooks} from './closer-looks.js';
import {ClusterPollSchedule} from './cluster-poll-schedule.js';
import {type Credentials, type CredentialsTried, refusalOf, settingsWith, triedCredentials} from './credentials.js';
import {
	discoveredSentinels,
	isCompleteListing,
	knownMembers,
	ownHosts,
	reachablePeers,
	rememberedNodes,
	type Sampled,
} from './discovery.js';
import type {FleetOptions} from './fleet-options.js';
import {type Member, newMember, noteOutcome} from './member.js';
import {MembershipTracker} from './membership.js';
import {NodeLoop} from './node-loop.js';
import {FocusedPing} from './ping-loop.js';
import type {PollInterest} from './poll-demand.js';
import {intervalsBetweenPolls, SlowlogRotation, VisibleNodes} from './rotation.js';
import {RunIds} from './run-ids.js';
import {TimeSlicer} from './time-slicer.js';
import {Visits} from './visits.js';

/**
Runs the polling loops of all nodes. It discovers nodes in the replies of other nodes, and keeps each node until the
node is dismissed.
*/
export class Fleet {
	#options: FleetOptions;
	readonly #members = new Map<NodeAddress, Member>();
	readonly #runIds = new RunIds();
	readonly #clusterSchedule = new ClusterPollSchedule();
	readonly #aliases = new Set<NodeAddress>();
	readonly #membership = new MembershipTracker();
	readonly visits = new Visits({
		retry: address => this.#members.get(address)?.loop.pollNow(false),
		leave: address => this.dismiss(address),
	});
	readonly #slowlogRotation = new SlowlogRotation();
	/** The data nodes of polled Sentinels that know other Sentinels. */
	readonly #monitored = new Set<NodeAddress>();
	/** Whether nodes of an earlier session may still be asked: no node has answered, and they were not asked before. */
	#mayRecall = true;
	#intervalMs: number;
	#focus: NodeAddress | undefined;
	#interests: ReadonlySet<PollInterest> = new Set();
	readonly #visible = new VisibleNodes();
	readonly #looks: CloserLooks;
	readonly #ping: FocusedPing;
	readonly #connecting = new Semaphore(scale.connectsAtOnce);
	readonly #slicer: TimeSlicer;

	constructor(options: FleetOptions) {
		this.#options = options;
		this.#intervalMs = options.intervalMs;
		this.#slicer = new TimeSlicer(() => options.clock.elapsed());
		const {pingAfter: after, report} = options;
		this.#looks = new CloserLooks({
			...options,
			after,
			report: (address, look) => report({kind: 'look', address, look}),
		});
		this.#ping = new FocusedPing({
			...options,
			after,
			looks: this.#looks,
			intervalMs: () => Math.max(this.#intervalMs, 1000),
			report: (address, roundTripMs) => report({kind: 'ping', address, roundTripMs}),
		});
	}

	start(): void {
		for (const settings of this.#options.targets) {
			this.#add(settings, 'target');
		}
	}

	/** Sets the node in focus. It gets all requests, and a second connection for PING. */
	setFocus(address: NodeAddress | undefined): void {
		if (this.#focus === address) {
			return;
		}

		this.#focus = address;
		this.#pingFocus();
		if (address !== undefined) {
			this.#members.get(address)?.loop.pollNow(false);
		}
	}

	/** Measures round trips of PING to the node in focus, with the present connection settings of that node. */
	#pingFocus(): void {
		this.#ping.change(this.#focus, this.#focus && this.#members.get(this.#focus)?.settings);
	}

	/** Looks closer at a node that has answered. Out of focus, only `check` does so before a reply was late. */
	#lookCloser(outcome: PollOutcome, {settings, origin}: Member): void {
		const isFocused = outcome.address === this.#focus;
		const isSmall = this.#members.size <= scale.lookedAtCloselyUpTo;
		const isWanted = isFocused || (this.#options.looksClosely === true && isSmall);
		this.#looks.take(outcome, settings, {isFocused, isSmall, isWanted, isTarget: origin === 'target'});
	}

	/**
	Tries credentials on a node. If it accepts them, they are tried on every other node that refuses its present
	credentials and may get the new ones (`--follow`). Each node that accepts them is polled with them from now on.
	Resolves with undefined for an unknown node.
	*/
	async tryCredentials(address: NodeAddress, credentials: Credentials): Promise<CredentialsTried | undefined> {
		const member = this.#members.get(address);
		if (member === undefined) {
			return undefined;
		}

		const {dataAccess, follow = 'all'} = this.#options;
		const failure = await this.#tryOn(member, credentials);
		// With `--sentinel`, the targets are Sentinels, whose credentials differ from those of data nodes. Only
		// credentials for another node are kept for data nodes.
		if (failure === undefined && dataAccess !== undefined && member.origin !== 'target') {
			this.#options = {...this.#options, dataAccess: {...dataAccess, ...credentials}};
		}

		const hosts = ownHosts(this.#options);
		const others = [...this.#members.values()].filter(
			other => other !== member && other.isRefused && mayGetCredentials(other.settings, hosts, follow),
		);
		return triedCredentials(failure, others, async other =>
			this.#connecting.run(async () => this.#tryOn(other, credentials)),
		);
	}

	async #tryOn(member: Member, credentials: Credentials): Promise<Failure | undefined> {
		const settings = settingsWith(member.settings, credentials);
		const failure = await refusalOf(settings, this.#options.openPort);
		if (failure === undefined) {
			member.settings = settings;
			member.loop.connectWith(settings);
			if (this.#focus === addressOf(settings.endpoint)) {
				this.#pingFocus();
			}
		}

		return failure;
	}

	setInterests(interests: ReadonlySet<PollInterest>): void {
		const hasNew = [...interests].some(interest => !this.#interests.has(interest));
		this.#interests = interests;
		if (hasNew && this.#focus !== undefined) {
			this.#members.get(this.#focus)?.loop.pollNow(false);
		}
	}

	/** Sets the nodes that are on the screen or have findings. They are polled at each interval, in any deployment. */
	setSeen(seen: ReadonlySet<NodeAddress>): void {
		this.#wake(this.#visible.set(seen));
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

	/** Polls the nodes of `addresses` at once, unless every node is polled at each interval. */
	#wake(addresses: readonly NodeAddress[]): void {
		const isRotating = intervalsBetweenPolls(this.#members.size, this.#intervalMs) > 1;
		for (const address of isRotating ? addresses : []) {
			this.#members.get(address)?.loop.pollNow(false);
		}
	}

	/** The addresses of all polled nodes, including nodes that have not answered yet. */
	addresses(): readonly NodeAddress[] {
		return [...this.#members.keys()].filter(address => !this.visits.isUnderWay(address));
	}

	/** Polls a replica that only the log of its primary names. It is reported once it answers as its replica. */
	visit(named: NodeAddress, by: NodeAddress, info: InfoReply): void {
		const teller = this.#members.get(by)?.settings;
		const isKnown = (address: NodeAddress) => this.#members.has(address) || this.#aliases.has(address);
		const visited = teller && this.visits.begin(named, info, teller, {...this.#options, isKnown});
		if (visited !== undefined) {
			this.#add(visited, 'replication');
		}
	}

	/** Whether a discovery of Sentinels is running. Subcommands that take one sample wait until it is over. */
	get isListening(): boolean {
		return [...this.#members.values()].some(({loop}) => loop.isListening);
	}

	/** Whether a closer look at a node has begun and is not reported yet. */
	get isLooking(): boolean {
		return this.#looks.isRunning;
	}

	/** The connection settings of a node, for the separate connection of an action; undefined for an unknown node. */
	settingsOf(address: NodeAddress): ConnectionSettings | undefined {
		return this.#members.get(address)?.settings;
	}

	/** Stops polling a node. It is discovered again when another node names it. */
	dismiss(address: NodeAddress): void {
		const member = this.#members.get(address);
		member?.end.abort();
		this.#members.delete(address);
		this.#membership.forget(address);
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
		const {clock, openPort, lagMs, hasPlaces, signal, isEveryNodeFocused = false, asksEarlier = false} = this.#options;
		const loop = new NodeLoop({
			address,
			settings,
			openPort,
			clock,
			answeringPort: origin === 'target' ? this.#options.answeringPort : asksNoPort,
			lagMs,
			hasPlace: hasPlaces,
			signal: AbortSignal.any([signal, end.signal]),
			intervalMs: () => this.#intervalMs,
			intervalsBetween: () =>
				isEveryNodeFocused || this.#focus === address
					? 1
					: this.#visible.intervalsBetween(address, this.#members.size, this.#intervalMs),
			demand: () => ({
				isFocused: isEveryNodeFocused || this.#focus === address,
				isWholeAtOnce: isEveryNodeFocused,
				interests: this.#interests,
				isByHand: false,
				watchedKeys: this.#options.watchedKeys,
				isAnonymous: isAnonymous(this.#members.get(address)?.settings ?? settings),
				isMerged: this.#members.size <= scale.logsOfAllUpTo,
				isSlowlogDue: this.#slowlogRotation.take(address, this.#members, this.#interests, clock.elapsed()),
				...this.#clusterSchedule.demands(address, this.#members.size, address === this.#focus, clock.elapsed()),
				seeksSentinels: !this.#monitored.has(address) && !this.visits.isUnderWay(address),
				asksEarlier,
			}),
			// The node in focus doesn't wait for other nodes.
			yieldIfDue: () => (this.#focus === address ? undefined : this.#slicer.yieldIfDue()),
			connectInTurn: async connect => this.#connecting.run(connect),
			report: (outcome, intervalMs) => this.#receive(outcome, intervalMs),
			received: hellos => {
				for (const sentinel of discoveredSentinels(hellos, member.settings, this.#options)) {
					this.#add(sentinel, 'hello');
				}
			},
		});
		const member = newMember(loop, settings, origin, end);
		this.#members.set(address, member);
		if (member.isKnown) {
			this.#options.report({kind: 'node-found', address, endpoint: settings.endpoint, origin});
		}

		void loop.run();
	}

	#receive(outcome: PollOutcome, intervalMs: number): void {
		const member = this.#members.get(outcome.address);
		const isAdmitted = () => this.visits.admits(outcome, this.#options.clock.elapsed());
		if (member === undefined || !isAdmitted() || this.#isAlias(outcome, member)) {
			return;
		}

		if (!member.isKnown) {
			member.isKnown = true;
			const {endpoint} = member.settings;
			this.#options.report({kind: 'node-found', address: outcome.address, endpoint, origin: member.origin});
		}

		// A node is gone before the failed poll is reported that would count as a failure otherwise.
		const isListed = outcome.kind === 'sampled' && this.#noteMembers(outcome, member.settings);
		this.#updateGone(outcome, member);
		this.#options.report({kind: 'outcome', outcome, intervalMs});
		this.#lookCloser(outcome, member);
		this.#mayRecall &&= outcome.kind === 'failed';
		if (outcome.kind === 'sampled' && !isListed) {
			this.#discover(outcome, member.settings);
		}

		this.#recallWhenAlone();
		this.#updateClusterSchedule(outcome);
	}

	/**
	Notes the outcome of a poll in the schedule of cluster views. When one node's digest changes, the views of all nodes
	are read at once.
	*/
	#updateClusterSchedule(outcome: PollOutcome): void {
		this.#wake(this.#clusterSchedule.takeChosen());
		const hasChanged = this.#clusterSchedule.take(outcome, this.#options.clock.elapsed());
		if (hasChanged && this.#members.size <= scale.viewsOfAllUpTo) {
			this.pollNow(false);
		}
	}

	/** Whether this node is a second address of a known process. If so, this address is dropped. */
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

	/** Notes which nodes an outcome names, if all of them are known. Returns whether they are. */
	#noteMembers(outcome: Sampled, settings: ConnectionSettings): boolean {
		const known = knownMembers(outcome, settings, this.#options, this.#members);
		if (known !== undefined) {
			this.#membership.note(outcome.address, known);
		}

		return known !== undefined;
	}

	#discover(outcome: Sampled, settings: ConnectionSettings): void {
		const names = new Set<NodeAddress>();
		const peers = reachablePeers(outcome, settings, this.#options);
		for (const {endpoint, address, alias, origin, access, isMonitored} of peers) {
			names.add(address);
			this.visits.end(address);
			if (isMonitored) {
				this.#monitored.add(address);
			}

			if (this.#options.follow !== 'none' && !this.#members.has(address)) {
				this.#add({...access, endpoint}, origin);
			}

			if (alias !== undefined) {
				this.#options.report({kind: 'node-alias', address, alias});
			}
		}

		// An incomplete listing, without CLUSTER NODES or SENTINEL MASTERS, must not show that a node is gone.
		if (isCompleteListing(outcome)) {
			this.#membership.note(outcome.address, names);
		}
	}

	#updateGone(outcome: PollOutcome, member: Member): void {
		const nowMs = this.#options.clock.elapsed();
		noteOutcome(member, outcome, nowMs);
		for (const [address, {isGone}] of this.#membership.update(outcome.address, this.#members, nowMs)) {
			this.#options.report({kind: 'node-gone', address, isGone});
		}
	}

	/** Asks the nodes of an earlier session, when every target was tried and none answered. */
	#recallWhenAlone(): void {
		const {report, follow} = this.#options;
		const isTried = () => [...this.#members.values()].every(({failingSinceMs}) => failingSinceMs !== undefined);
		if (!this.#mayRecall || follow === 'none' || !isTried()) {
			return;
		}

		this.#mayRecall = false;
		const unknown = rememberedNodes(this.#options, this.#members);
		if (unknown.length > 0) {
			report({kind: 'memory-used', nodes: unknown.length});
		}

		for (const settings of unknown) {
			this.#add(settings, 'remembered');
		}
	}
}

import {linesIn} from '../cluster/node-view.js';
import {isClusterEnabled} from '../derive/deployment.js';
import {nodeRole, replicationPeers} from '../derive/replication-peers.js';
import type {LastingLine} from '../domain/cluster.js';
import {memoizeByRef} from '../domain/memoize.js';
import {addressOf, type Endpoint, isLoopback, type NodeAddress, type NodeId, type NodeOrigin} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import type {SentinelHello} from '../domain/sentinel.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {FleetOptions} from './fleet-options.js';
import {reachableEndpoint} from './nat-map.js';

export type Sampled = Extract<PollOutcome, {kind: 'sampled'}>;

/** Another node that one named. */
export type NamedPeer = {
	readonly endpoint: Endpoint;
	readonly origin: NodeOrigin;
	/** It holds data, so that it wants the credentials of data nodes whoever named it. */
	readonly isData: boolean;
};

/**
Every node that an answer names.

@param primaryName Of a sentinel's primaries this one alone (`--master-name`); undefined: all.
*/
export function announcedPeers({sample, extras}: Sampled, primaryName: string | undefined): NamedPeer[] {
	const peers: NamedPeer[] = replicationPeers(sample.info).map(endpoint => ({
		endpoint,
		origin: 'replication',
		isData: true,
	}));
	for (const line of extras.clusterNodes ?? []) {
		const {host, port, flags} = line;
		if (isAnnounced(line) && !flags.has('myself')) {
			peers.push({endpoint: {kind: 'tcp', host, port}, origin: 'cluster', isData: true});
		}
	}

	for (const primary of extras.sentinel?.primaries ?? []) {
		if (primaryName === undefined || primary.name === primaryName) {
			const data = [primary, ...(primary.replicas ?? [])];
			const named = [
				...data.map(peer => ({peer, isData: true})),
				...(primary.sentinels ?? []).map(peer => ({peer, isData: false})),
			];
			peers.push(
				...named.map(
					({peer: {host, port}, isData}): NamedPeer => ({
						endpoint: {kind: 'tcp', host, port},
						origin: 'sentinel',
						isData,
					}),
				),
			);
		}
	}

	return peers;
}

const isAnnounced = ({host, port, flags}: LastingLine): boolean =>
	host !== '' && port > 0 && !flags.has('noaddr') && !flags.has('handshake');

/** Everything that a node of this kind names is in it: CLUSTER NODES and SENTINEL MASTERS don't come with every INFO. */
export function isCompleteListing({sample, extras}: Sampled): boolean {
	if (isClusterEnabled(sample.info)) {
		return extras.clusterNodes !== undefined;
	}

	return nodeRole(sample.info) !== 'sentinel' || extras.sentinel !== undefined;
}

/** A named node as it is reached from here. */
export type FoundPeer = {
	readonly endpoint: Endpoint;
	readonly address: NodeAddress;
	/** What it is announced as, where that is another name. */
	readonly alias: NodeAddress | undefined;
	readonly origin: NodeOrigin;
	/** How it is reached: like who named it, but for data nodes that a sentinel names. */
	readonly access: Omit<ConnectionSettings, 'endpoint'>;
	/** A sentinel names it as data. */
	readonly isWatched: boolean;
};

/** Every node that an answer names, and how each is reached, by the settings of who named it. */
export function peersFound(
	outcome: Sampled,
	settings: ConnectionSettings,
	{dataAccess, natMap = new Map(), primaryName}: Pick<FleetOptions, 'dataAccess' | 'natMap' | 'primaryName'>,
): FoundPeer[] {
	return announcedPeers(outcome, primaryName).map(({endpoint: announced, origin, isData}) => {
		const endpoint = reachableEndpoint(announced, settings.endpoint, natMap);
		const address = addressOf(endpoint);
		const alias = natMap.size === 0 ? address : addressOf(announced);
		const isWatched = outcome.extras.sentinel !== undefined && isData;
		const access = isWatched && dataAccess !== undefined ? {...dataAccess, profile: settings.profile} : settings;
		return {endpoint, address, alias: alias === address ? undefined : alias, origin, access, isWatched};
	});
}

/** The names in a list of a cluster's nodes, as they are announced. */
const announcedIn = memoizeByRef((lines: ReadonlyMap<NodeId, LastingLine>) => {
	const endpoints = [...lines.values()]
		.filter(isAnnounced)
		.map(({host, port}): Endpoint => ({kind: 'tcp', host, port}));
	return {names: new Set(endpoints.map(addressOf)), isLocal: endpoints.some(isLoopback)};
});

/**
Whom an answer names, where nobody of them is new: a cluster's list that others gave before, of nodes that are reached
under the names they announce. Undefined: to be found out by `peersFound`, which takes a millisecond for a thousand nodes.
*/
export function knownMembers(
	{sample, extras: {clusterNodes, sentinel}}: Sampled,
	{endpoint}: ConnectionSettings,
	{natMap}: Pick<FleetOptions, 'natMap'>,
	known: {readonly has: (address: NodeAddress) => boolean},
): Names | undefined {
	const lines = clusterNodes && linesIn(clusterNodes);
	if (lines === undefined || sentinel !== undefined || (natMap?.size ?? 0) > 0) {
		return undefined;
	}

	const {names, isLocal} = announcedIn(lines);
	const isAsAnnounced = !isLocal || isLoopback(endpoint);
	const areAllKnown =
		[...names].every(name => known.has(name)) &&
		replicationPeers(sample.info).every(peer => names.has(addressOf(peer)));
	return isAsAnnounced && areAllKnown ? names : undefined;
}

/** The sentinels that were heard on a data node: reached like it, and without its credentials where they don't take them. */
export const sentinelsDiscovered = (
	hellos: readonly SentinelHello[],
	settings: ConnectionSettings,
	{natMap = new Map(), primaryName}: Pick<FleetOptions, 'natMap' | 'primaryName'>,
): ConnectionSettings[] =>
	hellos
		.filter(({primaryName: watched}) => primaryName === undefined || watched === primaryName)
		.map(({host, port}) => ({
			...settings,
			endpoint: reachableEndpoint({kind: 'tcp', host, port}, settings.endpoint, natMap),
			areBorrowed: true,
		}));

/** A node that fails and that nobody names is gone, milliseconds: a replica's primary forgets it at once, even when it only restarts. */
const goneAfterMs = 60_000;
/** A cluster and sentinels keep a dead node on their lists until somebody takes it off. */
const goneFromListMs = 10_000;

type Names = ReadonlySet<NodeAddress>;

/** Who names whom, by each node's last answer. */
export class Naming {
	readonly #named = new Map<NodeAddress, Names>();
	readonly #everNamed = new Set<NodeAddress>();
	/** Sets that several gave: the nodes of a cluster name the same ones, and a thousand times a thousand names are 60 MB. */
	#shared: readonly Names[] = [];

	note(teller: NodeAddress, named: Names): void {
		// With itself, which a node of a cluster doesn't name to us, all of them give the same set.
		const names = named.has(teller) ? named : new Set(named).add(teller);
		const before = this.#named.get(teller);
		const candidates = before === undefined ? this.#shared : [before, ...this.#shared];
		const known = candidates.find(shared => isSame(shared, names));
		if (known === undefined) {
			this.#shared = [names, ...this.#shared].slice(0, setsShared);
		}

		this.#named.set(teller, known ?? names);
		for (const name of names) {
			if (name !== teller) {
				this.#everNamed.add(name);
			}
		}
	}

	forget(address: NodeAddress): void {
		this.#named.delete(address);
		this.#everNamed.delete(address);
	}

	/** A node that nobody ever named (a target of another deployment) is not gone, however long it is down. */
	isGone(address: NodeAddress, origin: NodeOrigin, failingMs: number): boolean {
		const afterMs = origin === 'cluster' || origin === 'sentinel' ? goneFromListMs : goneAfterMs;
		return failingMs >= afterMs && this.#everNamed.has(address) && !this.#isNamed(address);
	}

	/** What a node said last holds also while it is silent: it may still mean it. */
	#isNamed(address: NodeAddress): boolean {
		return [...this.#named.entries()].some(([teller, names]) => teller !== address && names.has(address));
	}
}

/** Two sides of a split, and what they said before it. */
const setsShared = 4;

function isSame(one: Names, other: Names): boolean {
	return one === other || (one.size === other.size && [...one].every(name => other.has(name)));
}

import {linesIn} from '../cluster/node-view.js';
import {isClusterEnabled} from '../derive/deployment.js';
import {nodeRole, replicationPeers} from '../derive/replication-peers.js';
import type {LastingLine} from '../domain/cluster.js';
import {memoizeByRef} from '../domain/memoize.js';
import {addressOf, type Endpoint, isLoopback, type NodeAddress, type NodeId, type NodeOrigin} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import type {SentinelHello} from '../domain/sentinel.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {withheld} from '../wire/follow.js';
import {serverNameFor} from '../wire/server-identity.js';
import type {FleetOptions} from './fleet-options.js';
import {reachableEndpoint} from './nat-map.js';

export type Sampled = Extract<PollOutcome, {kind: 'sampled'}>;

/** A node that another node announced in its replies. */
export type NamedPeer = {
	readonly endpoint: Endpoint;
	readonly origin: NodeOrigin;
	/** The host name that the node announces, by which its certificate is verified. */
	readonly hostname?: string | undefined;
	/** Whether the peer is a data node. Data nodes get the credentials for data nodes, whichever node announced them. */
	readonly isData: boolean;
};

/**
Every node that a sample announces.

@param primaryName The name of a primary that Sentinels monitor (`--master-name`). A Sentinel's sample then gives the
nodes of this primary only. Undefined: the nodes of all its primaries.
*/
export function announcedPeers({sample, extras}: Sampled, primaryName: string | undefined): NamedPeer[] {
	const lines = extras.clusterNodes ?? [];
	const peers: NamedPeer[] = replicationPeers(sample.info)
		.filter(endpoint => !isListedElsewhere(endpoint, lines))
		.map(endpoint => ({endpoint, origin: 'replication', isData: true}));
	for (const line of lines) {
		const {host, port, flags, hostname} = line;
		if (isAnnounced(line) && !flags.has('myself')) {
			peers.push({endpoint: {kind: 'tcp', host, port}, origin: 'cluster', isData: true, hostname});
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

/**
Whether an endpoint is where a connection of a replica comes from, and not where the replica listens: CLUSTER NODES has
a replica of this node at the same port of another host. A host with several addresses, or a network that rewrites them,
brings that about. INFO takes a replica's host from its connection. Source: redis src/server.c, genRedisInfoString.
*/
function isListedElsewhere(endpoint: Endpoint, lines: readonly LastingLine[]): boolean {
	const myself = lines.find(({flags}) => flags.has('myself'));
	if (myself === undefined || endpoint.kind !== 'tcp') {
		return false;
	}

	const samePort = lines.filter(line => isAnnounced(line) && line.port === endpoint.port);
	return samePort.some(({primaryId}) => primaryId === myself.id) && samePort.every(({host}) => host !== endpoint.host);
}

const isAnnounced = ({host, port, flags}: LastingLine): boolean =>
	host !== '' && port > 0 && !flags.has('noaddr') && !flags.has('handshake');

/**
Whether a poll has the list of all nodes that the polled node knows. A poll with only INFO has no such list: the list is
in CLUSTER NODES or SENTINEL MASTERS, which are read less often.
*/
export function isCompleteListing({sample, extras}: Sampled): boolean {
	if (isClusterEnabled(sample.info)) {
		return extras.clusterNodes !== undefined;
	}

	return nodeRole(sample.info) !== 'sentinel' || extras.sentinel !== undefined;
}

/** An announced node with the address that reaches it from here. */
export type ReachablePeer = {
	readonly endpoint: Endpoint;
	readonly address: NodeAddress;
	/** The announced address; undefined if it equals the address that reaches the node. */
	readonly alias: NodeAddress | undefined;
	readonly origin: NodeOrigin;
	/**
	The connection settings of the announcing node. A data node that a Sentinel announces gets the settings for data
	nodes.
	*/
	readonly access: Omit<ConnectionSettings, 'endpoint'>;
	/**
	Whether the node is a data node of a Sentinel that knows other Sentinels. If the Sentinel knows no other, redis-top
	looks for more Sentinels on the node's channel. Sentinels that were copied with their id do not know each other, and
	only this channel shows them.
	*/
	readonly isMonitored: boolean;
};

type DiscoveryOptions = Pick<FleetOptions, 'targets' | 'dataAccess' | 'natMap' | 'primaryName' | 'follow'>;

/** The hosts that the user named: the hosts of the targets, and the hosts to which `--nat-map` maps. */
export const ownHosts = ({
	targets,
	natMap = new Map(),
}: Pick<FleetOptions, 'targets' | 'natMap'>): readonly string[] => [
	...targets.flatMap(({endpoint}) => (endpoint.kind === 'tcp' ? [endpoint.host] : [])),
	...[...natMap.values()].flatMap(to => ('host' in to ? [to.host] : [])),
];

/** Every node that a sample announces, with its reachable address and its connection settings. */
export function reachablePeers(
	outcome: Sampled,
	settings: ConnectionSettings,
	options: DiscoveryOptions,
): ReachablePeer[] {
	const {dataAccess, natMap = new Map(), primaryName, follow = 'all'} = options;
	const hosts = ownHosts(options);
	const peers = announcedPeers(outcome, primaryName);
	const hostnames = new Map(peers.map(({endpoint, hostname}) => [addressOf(endpoint), hostname]));
	// INFO lists replicas earlier than CLUSTER NODES does, but only CLUSTER NODES has the addresses at which they listen, and
	// the host names that verify certificates. A replica that only INFO lists waits for CLUSTER NODES, unless that is
	// refused.
	const isRefused = outcome.blind.some(({command}) => command === 'CLUSTER NODES');
	const isEarly =
		isClusterEnabled(outcome.sample.info) && !isCompleteListing(outcome) && (settings.tls !== undefined || !isRefused);
	const ownName = nameOnSameHost(outcome, settings);
	const knowsOthers = outcome.extras.sentinel?.primaries.some(({otherSentinels = 0}) => otherSentinels > 0) === true;
	return (isEarly ? [] : peers).map(({endpoint: announced, origin, isData}) => {
		const hostname = hostnames.get(addressOf(announced));
		const endpoint = reachableEndpoint(announced, settings.endpoint, natMap);
		const address = addressOf(endpoint);
		const alias = natMap.size === 0 ? address : addressOf(announced);
		const isOfSentinel = outcome.extras.sentinel !== undefined && isData;
		const isMonitored = isOfSentinel && knowsOthers;
		const base = isOfSentinel && dataAccess !== undefined ? {...dataAccess, profile: settings.profile} : settings;
		const named = {...base, tls: base.tls && {...base.tls, announcedName: hostname ?? ownName(announced)}};
		const access = withheld(named, endpoint, hosts, follow);
		return {endpoint, address, alias: alias === address ? undefined : alias, origin, access, isMonitored};
	});
}

/**
The name by which the certificate of a node without an announced host name is verified. If CLUSTER NODES shows both
nodes on the same host, the name is that of the announcing node. Otherwise the name is undefined, and the certificate
must contain the announced address.
*/
function nameOnSameHost(
	{extras}: Sampled,
	{endpoint, tls}: ConnectionSettings,
): (announced: Endpoint) => string | undefined {
	const host = endpoint.kind === 'tcp' ? endpoint.host : '';
	const name = tls && serverNameFor({...tls, serverName: undefined}, host);
	const ownHost = extras.clusterNodes?.find(({flags}) => flags.has('myself'))?.host;
	// With --sni, the user has already given the name in the certificate.
	const isKnown = name !== undefined && tls?.serverName === undefined && ownHost !== undefined && ownHost !== '';
	return announced => (isKnown && announced.kind === 'tcp' && announced.host === ownHost ? name : undefined);
}

/** The announced addresses in CLUSTER NODES, and whether one of them is a loopback address. */
const announcedIn = memoizeByRef((lines: ReadonlyMap<NodeId, LastingLine>) => {
	const endpoints = [...lines.values()]
		.filter(isAnnounced)
		.map(({host, port}): Endpoint => ({kind: 'tcp', host, port}));
	return {names: new Set(endpoints.map(addressOf)), isLocal: endpoints.some(isLoopback)};
});

/**
The announced addresses, if all of them belong to known nodes and reach these nodes from here as announced. Otherwise
undefined: the caller then uses the slower `reachablePeers`, which takes a millisecond for 1,000 nodes.
*/
export function knownMembers(
	{sample, extras: {clusterNodes, sentinel}}: Sampled,
	{endpoint}: ConnectionSettings,
	{natMap}: Pick<FleetOptions, 'natMap'>,
	known: {readonly has: (address: NodeAddress) => boolean},
): ReadonlySet<NodeAddress> | undefined {
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

/**
The connection settings of Sentinels that were discovered on a data node. The settings equal those of the data node. If
a Sentinel refuses the credentials, redis-top connects to it without credentials.
*/
export const discoveredSentinels = (
	hellos: readonly SentinelHello[],
	settings: ConnectionSettings,
	options: Pick<DiscoveryOptions, 'targets' | 'natMap' | 'primaryName' | 'follow'>,
): ConnectionSettings[] => {
	const {natMap = new Map(), primaryName, follow = 'all'} = options;
	const hosts = ownHosts(options);
	return hellos
		.filter(({primaryName: monitored}) => primaryName === undefined || monitored === primaryName)
		.filter(() => follow !== 'none')
		.map(({host, port}) => {
			const endpoint = reachableEndpoint({kind: 'tcp', host, port}, settings.endpoint, natMap);
			return {...withheld(settings, endpoint, hosts, follow), endpoint, areBorrowed: true};
		});
};

/** The connection settings of the nodes of an earlier session that are not polled now. */
export function rememberedNodes(
	options: Pick<FleetOptions, 'targets' | 'natMap' | 'dataAccess' | 'follow' | 'remembered'>,
	known: {readonly has: (address: NodeAddress) => boolean},
): ConnectionSettings[] {
	const {remembered = [], targets, dataAccess, follow = 'all'} = options;
	const [first] = targets;
	if (first === undefined) {
		return [];
	}

	const access = {...first, ...dataAccess, profile: first.profile};
	return remembered
		.filter(endpoint => !known.has(addressOf(endpoint)))
		.map(endpoint => ({...withheld(access, endpoint, ownHosts(options), follow), endpoint}));
}

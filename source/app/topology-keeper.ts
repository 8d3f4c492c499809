import path from 'node:path';
import process from 'node:process';
import type {Config} from '../config/config.js';
import {visitOf, withVisit} from '../derive/lost-since-visit.js';
import {systemClock} from '../domain/clock.js';
import type {EarlierVisit} from '../domain/earlier-visit.js';
import type {NodeAddress} from '../domain/node.js';
import {homeFolder} from '../host/home-folder.js';
import {stateFolder} from '../host/own-folders.js';
import {recallTopology, rememberTopology} from '../host/topology-memory.js';
import type {RememberedTopology} from '../parse/remembered-topology.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import type {MonitorStore} from '../state/monitor-store.js';
import {earlierAddressOf, rememberAddress} from '../wire/name-lookup.js';

/** Longest time between two writes of the known nodes, in milliseconds. The time in the file thus stays recent. */
const rewriteAfterMs = 300_000;

const folder = (): string => stateFolder(process.env, homeFolder());

/**
The nodes that an earlier run has written to the state folder. Undefined if there is no such file, and for a demo, whose
nodes are new each time. The addresses of names are kept for names that cannot be resolved any more.
*/
export function recalled({label, demo}: Config): RememberedTopology | undefined {
	const topology = demo === undefined ? recallTopology(folder(), label) : undefined;
	for (const [name, address] of topology?.hosts ?? []) {
		rememberAddress(name, address);
	}

	return topology;
}

/**
Writes the known nodes to the state folder when they change, with the paths of nodes on this machine. If the folder
can't be written, the next run starts without this knowledge.

@param remembered What the earlier run wrote. A node that has not answered this run is kept as it was written, so that the
log of a dead server is found again at the next run.
@returns A function that resolves when the last write has ended.
*/
export function keepTopology(
	{label, demo}: Config,
	store: MonitorStore,
	signal: AbortSignal,
	remembered?: RememberedTopology,
): () => Promise<void> {
	if (demo !== undefined) {
		return async () => undefined;
	}

	const visited = new Map<NodeAddress, readonly EarlierVisit[]>();
	let writing = Promise.resolve();
	let written = '';
	let writtenAtMs = Number.NEGATIVE_INFINITY;
	const stop = store.subscribe(() => {
		const records = worthKeeping(store.get(), remembered);
		noteVisits(records, visited);
		const places = placesOf(records, remembered);
		const hosts = hostsOf(records);
		const known = records.map(({address, sample}) => {
			const place = places.get(address);
			return place === undefined ? [address] : [address, place, sample?.runId];
		});
		const key = JSON.stringify([known, [...hosts]]);
		const nowMs = systemClock.now();
		const isWorthKeeping = records.length > 1 || places.size > 0;
		if (isWorthKeeping && (key !== written || nowMs - writtenAtMs > rewriteAfterMs)) {
			written = key;
			writtenAtMs = nowMs;
			const nodes = records.map(({endpoint}) => endpoint);
			const visits = withVisits(places, visited);
			writing = rememberTopology(folder(), label, {atMs: nowMs, nodes, places: visits, hosts}).catch(() => undefined);
		}
	});
	signal.addEventListener('abort', stop, {once: true});
	return () => writing;
}

/** The nodes that have answered at least once, in this run or in the one before, and are not gone. */
const worthKeeping = ({nodes}: MonitorState, remembered: RememberedTopology | undefined) =>
	[...nodes.values()].filter(
		({address, sample, goneSinceMs}) =>
			(sample !== undefined || remembered?.places.has(address) === true) && goneSinceMs === undefined,
	);

/** The addresses of the names by which nodes are reached. */
const hostsOf = (records: readonly NodeRecord[]): RememberedTopology['hosts'] =>
	new Map(
		records.flatMap(({endpoint}) => {
			const known = endpoint.kind === 'tcp' ? earlierAddressOf(endpoint.host) : undefined;
			return endpoint.kind === 'unix' || known === undefined ? [] : [[endpoint.host, known]];
		}),
	);

/**
The paths of the logs, data folders and config files of servers on this machine. A journal or the log of a container has no path.
*/
const placesOf = (
	records: readonly NodeRecord[],
	remembered: RememberedTopology | undefined,
): RememberedTopology['places'] =>
	new Map(
		records.flatMap(({address, host, sample}) => {
			const before = sample === undefined ? remembered?.places.get(address) : undefined;
			if (before !== undefined) {
				return [[address, before]];
			}

			if (host?.value.kind !== 'here') {
				return [];
			}

			const {log, folder, earlierFolder, configFile} = host.value;
			const isFile = log !== undefined && path.isAbsolute(log.source);
			// A server that started in another folder may have left its data in the earlier one.
			const known = {
				log: isFile ? log.source : undefined,
				folder: earlierFolder?.path ?? folder?.path,
				config: configFile?.path,
			};
			return Object.values(known).every(each => each === undefined) ? [] : [[address, known]];
		}),
	);

/**
Notes what is known now of the data of servers on this machine. The last visit to the process before the present one stays,
so that the next session tells what a restart lost.
*/
export function noteVisits(records: readonly NodeRecord[], visited: Map<NodeAddress, readonly EarlierVisit[]>): void {
	for (const record of records) {
		const {address, host} = record;
		const earlier = visited.get(address) ?? (host?.value.kind === 'here' ? (host.value.visits ?? []) : []);
		const visits = withVisit(earlier, visitOf(record));
		if (visits.length > 0) {
			visited.set(address, visits);
		}
	}
}

/** The places, with the visits to their servers. */
const withVisits = (
	places: RememberedTopology['places'],
	visited: ReadonlyMap<NodeAddress, readonly EarlierVisit[]>,
): RememberedTopology['places'] =>
	new Map([...places].map(([address, place]) => [address, {...place, visits: visited.get(address) ?? place.visits}]));

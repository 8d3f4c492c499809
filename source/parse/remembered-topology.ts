import type {EarlierVisit} from '../domain/earlier-visit.js';
import {addressOf, type Endpoint, type NodeAddress} from '../domain/node.js';
import {hostOf} from './target.js';

/**
What an earlier session learned of a server on this machine: absolute paths, because a server that has ended can't report
them, and the number of its keys, because a server that starts without its data can't report what it had.
*/
export type RememberedPlaces = {
	readonly log?: string | undefined;
	/** The folder with the server's data. */
	readonly folder?: string | undefined;
	/** The config file with which the server was started. */
	readonly config?: string | undefined;
	/** What earlier sessions knew of the server's data, the newest first. */
	readonly visits?: readonly EarlierVisit[] | undefined;
};

/**
What an earlier session wrote to a file: the addresses at which it reached its nodes, and the paths of the nodes on this
machine.
*/
export type RememberedTopology = {
	/** When the file was written, in milliseconds since the epoch. */
	readonly atMs: number;
	readonly nodes: readonly Endpoint[];
	readonly places: ReadonlyMap<NodeAddress, RememberedPlaces>;
	/** The addresses that the names of hosts had. They help where a name cannot be resolved any more. */
	readonly hosts: ReadonlyMap<string, string>;
};

const schema = 'redis-top/topology@1';
/**
Largest number of nodes in a valid file, more than any cluster has. A file with more nodes was not written by redis-top.
*/
const mostNodes = 20_000;

/** The text of the file in the state folder that remembers a topology: one line of JSON, without user and password. */
export function rememberedText(target: string, {atMs, nodes, places, hosts}: RememberedTopology): string {
	const parts = nodes.map(endpoint => ({
		...endpointPart(endpoint),
		...(endpoint.kind === 'tcp' && hosts.has(endpoint.host) ? {resolved: hosts.get(endpoint.host)} : {}),
		...places.get(addressOf(endpoint)),
	}));
	return `${JSON.stringify({schema, target, at: new Date(atMs).toISOString(), nodes: parts})}\n`;
}

const endpointPart = (endpoint: Endpoint) =>
	endpoint.kind === 'unix' ? {path: endpoint.path} : {host: endpoint.host, port: endpoint.port};

/**
Parses a file of the state folder that remembers a topology. Undefined if the text has another format, or belongs to
another target. A node without a valid address is left out, and so is a path that is not absolute. Never throws.
*/
export function parseRemembered(text: string, target: string): RememberedTopology | undefined {
	const value = jsonOf(text);
	if (!isRecord(value) || value.schema !== schema || value.target !== target || !Array.isArray(value.nodes)) {
		return undefined;
	}

	const atMs = Date.parse(String(value.at));
	const found = value.nodes.slice(0, mostNodes).flatMap((node: unknown) => {
		const endpoint = endpointIn(node);
		return endpoint === undefined
			? []
			: [{endpoint, address: addressOf(endpoint), places: placesIn(node), hosts: hostsIn(node, endpoint)}];
	});
	return Number.isNaN(atMs) || found.length === 0
		? undefined
		: {
				atMs,
				nodes: [...new Map(found.map(({address, endpoint}) => [address, endpoint])).values()],
				hosts: new Map(found.flatMap(({hosts}) => hosts)),
				places: new Map(
					found.flatMap(({address, places}) => (Object.keys(places).length === 0 ? [] : [[address, places]])),
				),
			};
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null;

function placesIn(node: unknown): RememberedPlaces {
	const {log, folder, config, visits} = isRecord(node) ? node : {};
	const known = Array.isArray(visits) ? visits.slice(0, mostVisits).flatMap(visitIn) : [];
	return {
		...(isPath(log) ? {log} : {}),
		...(isPath(folder) ? {folder} : {}),
		...(isPath(config) ? {config} : {}),
		...(known.length > 0 ? {visits: known} : {}),
	};
}

/** Largest number of visits in a valid file. */
const mostVisits = 2;

function visitIn(visit: unknown): readonly EarlierVisit[] {
	const {runId, atMs, keys, lasting, folder} = isRecord(visit) ? visit : {};
	const isId = typeof runId === 'string' && /^[\da-f]{40}$/.test(runId);
	return isId && isCount(atMs) && isCount(keys) && isCount(lasting) && isPath(folder)
		? [{runId, atMs, keys, lasting, folder}]
		: [];
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function hostsIn(node: unknown, endpoint: Endpoint): ReadonlyArray<readonly [string, string]> {
	const {resolved} = isRecord(node) ? node : {};
	const isAddress = typeof resolved === 'string' && /^[\da-f.:]{2,45}$/i.test(resolved);
	return endpoint.kind === 'tcp' && isAddress ? [[endpoint.host, resolved]] : [];
}

const isPath = (value: unknown): value is string => typeof value === 'string' && /^\/[^\p{Cc}]+$/u.test(value);

function endpointIn(node: unknown): Endpoint | undefined {
	if (!isRecord(node)) {
		return undefined;
	}

	const {host, port, path} = node;
	if (typeof path === 'string' && /^[^\p{Cc}]+$/u.test(path)) {
		return {kind: 'unix', path};
	}

	const name = typeof host === 'string' ? hostOf(host) : undefined;
	const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536;
	return name !== undefined && isPort ? {kind: 'tcp', host: name, port} : undefined;
}

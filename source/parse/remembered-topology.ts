import {addressOf, type Endpoint} from '../domain/node.js';
import {hostOf} from './target.js';

/** The addresses at which an earlier session reached its nodes, and when that session wrote the file. */
export type RememberedTopology = {
	/** When the file was written, in milliseconds since the epoch. */
	readonly atMs: number;
	readonly nodes: readonly Endpoint[];
};

const schema = 'redis-top/topology@1';
/**
Largest number of nodes in a valid file, more than any cluster has. A file with more nodes was not written by redis-top.
*/
const mostNodes = 20_000;

/** The text of the file in the state folder that remembers a topology: one line of JSON, without user and password. */
export const rememberedText = (target: string, {atMs, nodes}: RememberedTopology): string =>
	`${JSON.stringify({schema, target, at: new Date(atMs).toISOString(), nodes: nodes.map(endpointPart)})}\n`;

const endpointPart = (endpoint: Endpoint) =>
	endpoint.kind === 'unix' ? {path: endpoint.path} : {host: endpoint.host, port: endpoint.port};

/**
Parses a file of the state folder that remembers a topology. Undefined if the text has another format, or belongs to
another target. A node without a valid address is left out. Never throws.
*/
export function parseRemembered(text: string, target: string): RememberedTopology | undefined {
	const value = jsonOf(text);
	if (!isRecord(value) || value.schema !== schema || value.target !== target || !Array.isArray(value.nodes)) {
		return undefined;
	}

	const atMs = Date.parse(String(value.at));
	const nodes = value.nodes.slice(0, mostNodes).flatMap((node: unknown) => endpointIn(node) ?? []);
	return Number.isNaN(atMs) || nodes.length === 0
		? undefined
		: {atMs, nodes: [...new Map(nodes.map(endpoint => [addressOf(endpoint), endpoint])).values()]};
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

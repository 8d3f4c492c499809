import {addressOf, type Endpoint, type NodeAddress} from '../../domain/node.js';
import {parseClusterNodes} from '../../parse/cluster-nodes.js';
import {isArray, textOf} from '../../parse/reply-values.js';
import {parseSentinelPeers} from '../../parse/sentinel.js';
import type {ConnectionSettings} from '../../wire/connection.js';
import type {ActionRow, PeerReport} from '../catalogue/action-row.js';
import {type OtherServer, type ReadPort, takeReading} from '../catalogue/server-facts.js';
import {failureText, type Gate} from './gate.js';

/** Another node of the cluster, or another Sentinel, by its own name there. */
export type Peer = {
	readonly address: NodeAddress;
	readonly id: string;
	readonly settings: ConnectionSettings;
	/** The primary that a Sentinel is asked about. */
	readonly watches?: string | undefined;
};

type Way = {
	readonly settings: ConnectionSettings;
	readonly settingsOf?: ((address: NodeAddress) => ConnectionSettings | undefined) | undefined;
};

const wayTo = (endpoint: Endpoint, {settings, settingsOf}: Way): ConnectionSettings =>
	settingsOf?.(addressOf(endpoint)) ?? {...settings, endpoint};

/** A connection for one question; closed whatever comes of it. */
async function withPort<T>(settings: ConnectionSettings, gate: Gate, use: (port: ReadPort) => Promise<T>): Promise<T> {
	const port = gate.openActionPort(settings);
	try {
		await port.open();
		return await use(port);
	} finally {
		port.close();
	}
}

/** The servers around the target that the row's proof or command is about, as far as they answer. */
export async function findPeers(
	row: ActionRow,
	port: ReadPort,
	words: readonly string[],
	way: Way,
	gate: Gate,
): Promise<Peer[]> {
	if (row.peers === undefined) {
		return [];
	}

	const known =
		row.peers === 'ask-sentinels' ? await knownSentinels(port, words[0] ?? '', way) : await knownNodes(port, way);
	const views = await Promise.all(known.map(async peer => askPeer(peer, gate)));
	return known.filter((_, index) => views[index]?.nodes !== undefined || views[index]?.primary !== undefined);
}

/** The nodes that the asked one knows, but for itself and those that have failed or are not met yet. */
async function knownNodes(port: ReadPort, way: Way): Promise<Peer[]> {
	const [reply] = await port.ask([['CLUSTER', 'NODES']], way.settings.timeoutMs);
	const known = typeof reply === 'string' ? parseClusterNodes(reply) : [];
	return known
		.filter(({flags, host}) => host !== '' && !['myself', 'fail', 'noaddr', 'handshake'].some(flag => flags.has(flag)))
		.map(({id, host, port: number}) => {
			const endpoint: Endpoint = {kind: 'tcp', host, port: number};
			return {address: addressOf(endpoint), id, settings: wayTo(endpoint, way)};
		});
}

/** The other Sentinels of the primary. */
async function knownSentinels(port: ReadPort, primary: string, way: Way): Promise<Peer[]> {
	const [reply] = await port.ask([['SENTINEL', 'SENTINELS', primary]], way.settings.timeoutMs);
	return parseSentinelPeers(isArray(reply) ? reply : []).map(({address, host, port: number, runId = ''}) => ({
		address,
		id: runId,
		settings: wayTo({kind: 'tcp', host, port: number}, way),
		watches: primary,
	}));
}

/** What a peer sees, if it is still the one that it was. */
export async function askPeer({address, id, settings, watches}: Peer, gate: Gate): Promise<PeerReport> {
	try {
		return await withPort(settings, gate, async port =>
			watches === undefined
				? {address, nodes: await nodesSeenBy(port, id, settings.timeoutMs)}
				: {address, nodes: undefined, primary: await primaryNamedBy(port, id, watches, settings.timeoutMs)},
		);
	} catch {
		return {address, nodes: undefined};
	}
}

async function nodesSeenBy(port: ReadPort, id: string, timeoutMs: number): Promise<PeerReport['nodes']> {
	const [reply] = await port.ask([['CLUSTER', 'NODES']], timeoutMs);
	const nodes = typeof reply === 'string' ? parseClusterNodes(reply) : undefined;
	return nodes?.some(node => node.id === id && node.flags.has('myself')) ? nodes : undefined;
}

async function primaryNamedBy(
	port: ReadPort,
	id: string,
	name: string,
	timeoutMs: number,
): Promise<string | undefined> {
	const [own, reply] = await port.ask(
		[
			['SENTINEL', 'MYID'],
			['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name],
		],
		timeoutMs,
	);
	// Before 6.2 a Sentinel doesn't say who it is.
	const isOther = typeof own === 'string' && own !== id;
	const [host, number] = isArray(reply) ? reply.map(textOf) : [];
	return isOther || host === undefined || number === undefined ? undefined : `${host}:${number}`;
}

export async function readOtherServer(
	endpoint: Endpoint | undefined,
	way: Way,
	gate: Gate,
): Promise<OtherServer | undefined> {
	if (endpoint === undefined) {
		return undefined;
	}

	const address = addressOf(endpoint);
	try {
		const settings = wayTo(endpoint, way);
		const {info} = await withPort(settings, gate, port => takeReading(port, settings.timeoutMs));
		return {address, info, why: ''};
	} catch (error) {
		return {address, info: undefined, why: failureText(error)};
	}
}

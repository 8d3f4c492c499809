import {addressOf, type Endpoint, type NodeAddress} from '../../domain/node.js';
import {parseClusterNodes} from '../../parse/cluster-nodes.js';
import {isArray, textOf} from '../../parse/reply-values.js';
import {parseSentinelPeers} from '../../parse/sentinel.js';
import type {ConnectionSettings} from '../../wire/connection.js';
import type {ActionRow, PeerReport} from '../catalogue/action-row.js';
import {type OtherServer, type ReadPort, takeReading} from '../catalogue/server-facts.js';
import {failureText, type Gate} from './gate.js';

/**
Another node of the cluster, or another Sentinel, that an action needs: its address, its id and how to connect to it.
*/
export type Peer = {
	readonly address: NodeAddress;
	readonly id: string;
	readonly settings: ConnectionSettings;
	/** For a Sentinel: the name of the primary that the Sentinel is asked about. */
	readonly primaryName?: string | undefined;
};

type Access = {
	readonly settings: ConnectionSettings;
	readonly settingsOf?: ((address: NodeAddress) => ConnectionSettings | undefined) | undefined;
};

const settingsFor = (endpoint: Endpoint, {settings, settingsOf}: Access): ConnectionSettings =>
	settingsOf?.(addressOf(endpoint)) ?? {...settings, endpoint};

/** Opens a connection, uses it, and closes it in any case. */
async function withPort<T>(settings: ConnectionSettings, gate: Gate, use: (port: ReadPort) => Promise<T>): Promise<T> {
	const port = gate.openActionPort(settings);
	try {
		await port.open();
		return await use(port);
	} finally {
		port.close();
	}
}

/** The other servers that the action's proof or command needs. Other servers that do not answer are left out. */
export async function findPeers(
	row: ActionRow,
	port: ReadPort,
	words: readonly string[],
	access: Access,
	gate: Gate,
): Promise<Peer[]> {
	if (row.peers === undefined) {
		return [];
	}

	const known =
		row.peers === 'ask-sentinels' ? await knownSentinels(port, words[0] ?? '', access) : await knownNodes(port, access);
	const reports = await Promise.all(known.map(async peer => askPeer(peer, gate)));
	return known.filter((_, index) => reports[index]?.nodes !== undefined || reports[index]?.primary !== undefined);
}

/** The nodes that the target knows. The target itself, failed nodes and nodes in handshake are left out. */
async function knownNodes(port: ReadPort, access: Access): Promise<Peer[]> {
	const [reply] = await port.ask([['CLUSTER', 'NODES']], access.settings.timeoutMs);
	const known = typeof reply === 'string' ? parseClusterNodes(reply) : [];
	return known
		.filter(({flags, host}) => host !== '' && !['myself', 'fail', 'noaddr', 'handshake'].some(flag => flags.has(flag)))
		.map(({id, host, port: number}) => {
			const endpoint: Endpoint = {kind: 'tcp', host, port: number};
			return {address: addressOf(endpoint), id, settings: settingsFor(endpoint, access)};
		});
}

/** The other Sentinels that monitor the primary, as the target lists them. */
async function knownSentinels(port: ReadPort, primary: string, access: Access): Promise<Peer[]> {
	const [reply] = await port.ask([['SENTINEL', 'SENTINELS', primary]], access.settings.timeoutMs);
	return parseSentinelPeers(isArray(reply) ? reply : []).map(({address, host, port: number, runId = ''}) => ({
		address,
		id: runId,
		settings: settingsFor({kind: 'tcp', host, port: number}, access),
		primaryName: primary,
	}));
}

/**
Asks another node or Sentinel for its report. The report is empty if that server does not answer, or another process
answers at its address.
*/
export async function askPeer({address, id, settings, primaryName}: Peer, gate: Gate): Promise<PeerReport> {
	try {
		return await withPort(settings, gate, async port =>
			primaryName === undefined
				? {address, nodes: await nodesSeenBy(port, id, settings.timeoutMs)}
				: {address, nodes: undefined, primary: await primaryNamedBy(port, id, primaryName, settings.timeoutMs)},
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
	// SENTINEL MYID exists since 6.2. The identity of an older Sentinel is not checked.
	const isOther = typeof own === 'string' && own !== id;
	const [host, number] = isArray(reply) ? reply.map(textOf) : [];
	return isOther || host === undefined || number === undefined ? undefined : `${host}:${number}`;
}

export async function readOtherServer(
	endpoint: Endpoint | undefined,
	access: Access,
	gate: Gate,
): Promise<OtherServer | undefined> {
	if (endpoint === undefined) {
		return undefined;
	}

	const address = addressOf(endpoint);
	try {
		const settings = settingsFor(endpoint, access);
		const {info} = await withPort(settings, gate, port => takeReading(port, settings.timeoutMs));
		return {address, info, why: ''};
	} catch (error) {
		return {address, info: undefined, why: failureText(error)};
	}
}

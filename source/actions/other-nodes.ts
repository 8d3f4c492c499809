import {addressOf, type Endpoint, type NodeAddress} from '../domain/node.js';
import {parseClusterNodes} from '../parse/cluster-nodes.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {failureText, type Gate} from './action-port.js';
import type {View} from './action-row.js';
import {type OtherServer, type ReadPort, takeReading} from './server-facts.js';

/** Another node of the cluster, by its own name there. */
export type Peer = {readonly address: NodeAddress; readonly id: string; readonly settings: ConnectionSettings};

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

/** The nodes that the asked one knows, but for itself and those that have failed or are not met yet. */
export async function findPeers(port: ReadPort, way: Way, gate: Gate): Promise<Peer[]> {
	const [reply] = await port.ask([['CLUSTER', 'NODES']], way.settings.timeoutMs);
	const known = typeof reply === 'string' ? parseClusterNodes(reply) : [];
	const candidates = known
		.filter(({flags, host}) => host !== '' && !['myself', 'fail', 'noaddr', 'handshake'].some(flag => flags.has(flag)))
		.map(({id, host, port: number}): Peer => {
			const endpoint: Endpoint = {kind: 'tcp', host, port: number};
			return {address: addressOf(endpoint), id, settings: wayTo(endpoint, way)};
		});
	const answers = await Promise.all(candidates.map(async peer => (await viewOf(peer, gate)).nodes !== undefined));
	return candidates.filter((_, index) => answers[index]);
}

/** What a peer sees of the cluster, if it is still the node that it was. */
export async function viewOf({address, id, settings}: Peer, gate: Gate): Promise<View> {
	try {
		return await withPort(settings, gate, async port => {
			const [reply] = await port.ask([['CLUSTER', 'NODES']], settings.timeoutMs);
			const nodes = typeof reply === 'string' ? parseClusterNodes(reply) : undefined;
			const isSame = nodes?.some(node => node.id === id && node.flags.has('myself'));
			return {address, nodes: isSame ? nodes : undefined};
		});
	} catch {
		return {address, nodes: undefined};
	}
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

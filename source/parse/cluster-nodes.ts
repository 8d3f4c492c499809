import type {ClusterInfo, ClusterNode, OpenSlot, SlotRange} from '../domain/cluster.js';
import type {NodeId} from '../domain/node.js';
import {printableLines} from './printable-lines.js';

const slotCount = 16_384;

/**
CLUSTER NODES, one node a line, in the server's order:
`id ip:port@busPort[,hostname[,aux…]] flags primary ping-sent pong-received epoch link slot…`

Total: a line that is no node (the `vars` line of a nodes.conf, a cut-off line) is left out, and so is a word that is no
slot. The same text is what a nodes.conf holds.
*/
export function parseClusterNodes(reply: string): ClusterNode[] {
	return printableLines(reply)
		.split('\n')
		.flatMap(line => parseNode(line.trimEnd().split(' ')) ?? []);
}

/** CLUSTER INFO's fields as printed. */
export function parseClusterInfo(reply: string): ClusterInfo {
	const fields = new Map<string, string>();
	for (const line of printableLines(reply).split('\n')) {
		const colon = line.indexOf(':');
		if (colon > 0) {
			fields.set(line.slice(0, colon), line.slice(colon + 1).trimEnd());
		}
	}

	return fields;
}

function parseNode(words: readonly string[]): ClusterNode | undefined {
	const [rawId, rawAddress, flags, rawPrimary, pingSent, pongReceived, epoch, link, ...slotWords] = words;
	const id = nodeIdOf(rawId);
	const address = parseAddress(rawAddress);
	if (id === undefined || address === undefined || flags === undefined) {
		return undefined;
	}

	// A line that was cut before its link state says nothing reliable.
	if (link !== 'connected' && link !== 'disconnected') {
		return undefined;
	}

	return {
		id,
		...address,
		flags: new Set(flags.split(',')),
		primaryId: nodeIdOf(rawPrimary),
		pingSentMs: wholeNumber(pingSent) ?? 0,
		pongReceivedMs: wholeNumber(pongReceived) ?? 0,
		configEpoch: wholeNumber(epoch) ?? 0,
		linkState: link,
		slots: slotWords.flatMap(word => parseSlots(word) ?? []),
		openSlots: slotWords.flatMap(word => parseOpenSlot(word) ?? []),
	};
}

/**
`ip:port@busPort,hostname,aux=…`. The ip may be empty or an IPv6 address without brackets, so the port stands behind the
last colon; the hostname may be empty while auxiliary fields follow; before Redis 4.0 there is no `@busPort`.
*/
function parseAddress(
	word: string | undefined,
): Pick<ClusterNode, 'host' | 'port' | 'busPort' | 'hostname'> | undefined {
	const [endpoint = '', hostname = ''] = (word ?? '').split(',');
	const at = endpoint.lastIndexOf('@');
	const hostAndPort = at === -1 ? endpoint : endpoint.slice(0, at);
	const colon = hostAndPort.lastIndexOf(':');
	const port = wholeNumber(hostAndPort.slice(colon + 1));
	if (colon === -1 || port === undefined) {
		return undefined;
	}

	return {
		host: hostAndPort.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
		port,
		busPort: at === -1 ? undefined : wholeNumber(endpoint.slice(at + 1)),
		hostname: hostname === '' || hostname.includes('=') ? undefined : hostname,
	};
}

function parseSlots(word: string): SlotRange | undefined {
	const [, firstText, lastText = firstText] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(word) ?? [];
	const first = Number(firstText);
	const last = Number(lastText);
	return first <= last && last < slotCount ? {first, last} : undefined;
}

function parseOpenSlot(word: string): OpenSlot | undefined {
	const [, slotText, arrow, rawPeer] = /^\[(\d{1,5})-([<>])-([\da-f]{40})\]$/.exec(word) ?? [];
	const slot = Number(slotText);
	const peer = nodeIdOf(rawPeer);
	if (peer === undefined || slot >= slotCount) {
		return undefined;
	}

	return {slot, direction: arrow === '>' ? 'migrating' : 'importing', peer};
}

function nodeIdOf(text: string | undefined): NodeId | undefined {
	return text !== undefined && /^[\da-f]{40}$/.test(text) ? (text as NodeId) : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
	return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}

import type {ClusterInfo, ClusterNode, LastingLine, OpenSlot, SlotRange} from '../domain/cluster.js';
import type {NodeId} from '../domain/node.js';
import {RecentlyUsed} from '../domain/recently-used.js';
import {InfoSection} from './info-section.js';
import {printableLines} from './printable-lines.js';

const slotCount = 16_384;

/**
Parses the reply of CLUSTER NODES, or a nodes.conf. The nodes are returned in the server's order. The format of a line:
`id ip:port@busPort[,hostname[,aux…]] flags primary ping-sent pong-received epoch link slot…`

Never throws. A line that describes no node (`vars` of a nodes.conf, a cut-off line) is left out. Words after the link
state that name no slot are left out, too.
*/
export function parseClusterNodes(reply: string): ClusterNode[] {
	return printableLines(reply).split('\n').flatMap(nodeIn);
}

const nodeIn = (line: string): ClusterNode | readonly [] => parseLine(line.trimEnd()) ?? [];

/** Parses the reply of CLUSTER INFO, which has the format of one section of INFO. */
export const parseClusterInfo = (reply: string): ClusterInfo => new InfoSection(`\n${reply}`);

/**
Number of look-ups in a generation of a `RecentlyUsed` cache. A parsed line is dropped when it was not looked up for a
whole generation. One generation has the lines of ten cluster views of 1,000 nodes, or of a few minutes with six nodes
that change constantly.
*/
const generationLines = 10_000;
/**
Parsed lines, by the text of the line without the times of ping and pong; false for a line that describes no node. A
parsed line takes about 600 bytes. Most old lines never occur again, so their number is limited.
*/
const lasting = new RecentlyUsed<LastingLine | false>(generationLines);

/**
Parses one line. All nodes of a cluster print the same line for a node, except for the times of ping and pong. The other
parts of a parsed line are therefore shared. In 1,000 cluster views of 1,000 nodes, equal lines share one list of slots
and one set of flags.
*/
function parseLine(line: string): ClusterNode | undefined {
	const timesAt = spaceAfter(line, 4);
	const restAt = timesAt === undefined ? undefined : spaceAfter(line, 2, timesAt);
	if (timesAt === undefined || restAt === undefined) {
		return undefined;
	}

	const key = line.slice(0, timesAt) + line.slice(restAt);
	const known = lasting.get(key, parseLasting);
	if (known === false) {
		return undefined;
	}

	const [pingSent, pongReceived] = line.slice(timesAt + 1, restAt).split(' ');
	// The fields are listed one by one, so that all objects have one shape. An object made by spread and additions
	// takes 50% more memory.
	return {
		id: known.id,
		host: known.host,
		port: known.port,
		busPort: known.busPort,
		hostname: known.hostname,
		flags: known.flags,
		primaryId: known.primaryId,
		pingSentMs: wholeNumber(pingSent) ?? 0,
		pongReceivedMs: wholeNumber(pongReceived) ?? 0,
		configEpoch: known.configEpoch,
		linkState: known.linkState,
		slots: known.slots,
		openSlots: known.openSlots,
	};
}

/**
The index of the space after the given number of words; undefined if the line has fewer words. `from` is the index of
the space before the first of these words.
*/
function spaceAfter(line: string, words: number, from = -1): number | undefined {
	let at = from;
	for (let word = 0; word < words; word++) {
		at = line.indexOf(' ', at + 1);
		if (at === -1) {
			return undefined;
		}
	}

	return at;
}

function parseLasting(line: string): LastingLine | false {
	const [rawId, rawAddress, flags, rawPrimary, epoch, link, ...slotWords] = line.split(' ');
	const id = nodeIdOf(rawId);
	const address = parseAddress(rawAddress);
	if (id === undefined || address === undefined || flags === undefined) {
		return false;
	}

	// A line without a link state was cut off, and none of its fields is reliable.
	if (link !== 'connected' && link !== 'disconnected') {
		return false;
	}

	return {
		id,
		...address,
		flags: flagsOf(flags),
		primaryId: nodeIdOf(rawPrimary),
		configEpoch: wholeNumber(epoch) ?? 0,
		linkState: link,
		slots: slotWords.flatMap(word => parseSlots(word) ?? []),
		openSlots: slotWords.flatMap(word => parseOpenSlot(word) ?? []),
	};
}

/**
Parses `ip:port@busPort,hostname,aux=…`; undefined without a port. The ip may be empty or an IPv6 address without
brackets, so the port follows the last colon. The hostname may be empty while auxiliary fields follow. Before Redis 4.0
there is no `@busPort`.
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

/** The parsed flags by their text, so that nodes with equal flags share one set. */
const flagSets = new Map<string, ReadonlySet<string>>();
const flagSetsKept = 100;

function flagsOf(word: string): ReadonlySet<string> {
	const flags = flagSets.get(word) ?? new Set(word.split(','));
	if (flagSets.size < flagSetsKept) {
		flagSets.set(word, flags);
	}

	return flags;
}

/** The known node ids. Every line that names an id shares one string. */
const ids = new RecentlyUsed<NodeId>(generationLines);

const nodeIdOf = (text: string | undefined): NodeId | undefined =>
	text !== undefined && /^[\da-f]{40}$/.test(text) ? ids.get(text, () => text as NodeId) : undefined;

function wholeNumber(text: string | undefined): number | undefined {
	return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}

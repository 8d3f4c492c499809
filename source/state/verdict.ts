import {type JoinedFinding, joinFindings, type PrimaryOf} from '../derive/explanations.js';
import {announcedWords, isAnnouncedInVain} from '../derive/topology/announced.js';
import type {Finding, RuleId, Severity} from '../domain/finding.js';
import {addressOf, type NodeAddress} from '../domain/node.js';
import {seconds, utcClock, utcDateTime} from '../text/units.js';
import type {MonitorState, NodeRecord} from './monitor-state.js';
import {isStale} from './node-record.js';

/** A reply owed for longer is a hung server, not a slow one: after 5 s even a running script lets it answer BUSY. */
const hungAfterMs = 5000;

/** The state of a deployment in a line. */
export type Verdict = {
	/** `unknown`: nothing has answered yet. */
	readonly severity: Severity | 'ok' | 'unknown';
	/** The cause, not its symptoms: `10.0.1.21:6379 refuses connections: nothing listens on the port (last data …)`. */
	readonly words: string;
	/** For a narrow screen. */
	readonly shortWords: string;
	/** How many other causes there are, as bad or less. */
	readonly others: number;
};

type Trouble = {
	readonly node: NodeAddress | undefined;
	readonly severity: 'warning' | 'critical';
	readonly words: string;
	readonly shortWords: string;
};

/** What these rules find, a node's reach says with its durations of now. */
const reachRules: ReadonlySet<RuleId> = new Set<RuleId>([
	'conn.refused',
	'conn.unreachable',
	'conn.unresponsive',
	'conn.refusing',
	'conn.auth',
	'conn.stale',
	'srv.loading',
	'srv.busy',
]);

const joined = new WeakMap<MonitorState, readonly JoinedFinding[]>();

/** The findings, causes first, each followed by what it explains, the worst at the top. Made once a state. */
export function rankedFindings(state: MonitorState): readonly JoinedFinding[] {
	const known = joined.get(state) ?? joinFindings(state.findings, explainers(state));
	joined.set(state, known);
	return known;
}

/** Info explains nothing, so that it doesn't matter then who copies from whom. */
const explainers = ({findings, nodes}: MonitorState): PrimaryOf =>
	findings.some(({severity}) => severity !== 'info') ? primaries(nodes) : new Map();

function primaries(nodes: MonitorState['nodes']): PrimaryOf {
	// By a primary's own list first: a replica that has not answered yet says nothing.
	const primaryOf = new Map<NodeAddress, NodeAddress>(
		[...nodes.values()].flatMap(({address, replicas}) => replicas.map(replica => [replica.address, address] as const)),
	);
	for (const {address, sample, role} of nodes.values()) {
		const host = sample?.info.text('replication', 'master_host');
		const port = sample?.info.number('replication', 'master_port');
		if (role === 'replica' && host !== undefined && port !== undefined) {
			primaryOf.set(address, addressOf({kind: 'tcp', host, port}));
		}
	}

	return primaryOf;
}

/**
The worst that is wrong, its cause first: nodes that don't answer, then what the rules found; or that all answer, and how
old the data is. `focus` is named first among equals.
*/
export function verdictOf(state: MonitorState, nowMs: number, focus?: NodeAddress): Verdict {
	// One that is gone is no trouble any more.
	const records = [...state.nodes.values()].filter(({goneSinceMs}) => goneSinceMs === undefined);
	const unreached = inOrder(records, focus).flatMap(record => troubleOf(record, state, nowMs) ?? []);
	const found = rankedFindings(state).flatMap(entry => foundTrouble(entry, rankedFindings(state)) ?? []);
	const isGone = ({node}: Trouble) => node !== undefined && state.nodes.get(node)?.goneSinceMs !== undefined;
	const troubles = [...unreached, ...found.filter(trouble => !isGone(trouble))];
	const worst = troubles.find(({severity}) => severity === 'critical') ?? troubles[0];
	if (worst !== undefined) {
		const {severity, words, shortWords} = worst;
		return {severity, words, shortWords, others: troubles.length - 1};
	}

	const connecting = records.filter(({reach}) => reach === 'connecting');
	const [first] = connecting;
	if (first === undefined && records.length > 0) {
		const words = healthyWords(records, nowMs);
		const notes = state.findings.filter(({clearedAtMs}) => clearedAtMs === undefined).length;
		return {
			severity: 'ok',
			words: notes === 0 ? words : `${words}, ${notes} ${notes === 1 ? 'note' : 'notes'} (9)`,
			shortWords: words,
			others: 0,
		};
	}

	const names = first === undefined ? state.target : first.address;
	const more = connecting.length > 1 ? ` and ${connecting.length - 1} more` : '';
	const words = `connecting to ${names}${more}`;
	return {severity: 'unknown', words, shortWords: words, others: 0};
}

/** A cause that is worse than info, with the writes that are refused for it. */
function foundTrouble(entry: JoinedFinding, all: readonly JoinedFinding[]): Trouble | undefined {
	const {finding, severity, causeKey, key} = entry;
	const isTrouble =
		finding.clearedAtMs === undefined && causeKey === undefined && severity !== 'info' && !reachRules.has(finding.rule);
	if (!isTrouble) {
		return undefined;
	}

	const cause = findingWords(finding);
	// What clients feel of it stands beside the cause.
	const result = all.find(
		other =>
			other.causeKey === key && other.finding.node === finding.node && other.finding.title.startsWith('refuses writes'),
	);
	return {
		node: finding.node,
		severity: severity === 'critical' ? 'critical' : 'warning',
		words: result === undefined ? cause : `${cause}; it ${result.finding.title}`,
		shortWords: cause,
	};
}

/** `10.0.1.11:6379 memory at 91% of maxmemory`. */
export const findingWords = ({node, title}: Finding): string => (node === undefined ? title : `${node} ${title}`);

/** Primaries before the rest, the node in focus before its equals. */
function inOrder(records: readonly NodeRecord[], focus: NodeAddress | undefined): NodeRecord[] {
	const weight = (record: NodeRecord) => (record.role === 'primary' ? 0 : 2) + (record.address === focus ? 0 : 1);
	return records.toSorted((a, b) => weight(a) - weight(b));
}

function troubleOf(record: NodeRecord, state: MonitorState, nowMs: number): Trouble | undefined {
	switch (record.reach) {
		case 'connecting':
			return undefined;
		case 'up':
			return isStale(record, nowMs) ? silence(record, record.lastReplyAtMs, nowMs) : undefined;
		case 'stale':
			return silence(record, record.pendingSinceMs ?? record.failingSinceMs, nowMs);
		case 'loading':
			return loading(record);
		case 'busy':
		case 'refusing':
		case 'down':
			return isAnnouncedInVain(record, state.nodes) ? announced(record) : failing(record, state, nowMs);
	}
}

function silence(record: NodeRecord, sinceMs: number | undefined, nowMs: number): Trouble {
	const isHung = sinceMs !== undefined && nowMs - sinceMs > hungAfterMs;
	const duration = sinceMs === undefined ? '' : ` for ${shortAge(nowMs - sinceMs)}`;
	const shortWords = `no reply${duration} from ${record.address}`;
	return {
		node: record.address,
		severity: isHung ? 'critical' : 'warning',
		words: `${shortWords}, ${isHung ? 'hung' : 'silent'}${stateHere(record, sinceMs)} ${lastData(record, nowMs)}`,
		shortWords,
	};
}

/** What this machine shows of the process meanwhile. */
function stateHere({host}: NodeRecord, sinceMs: number | undefined): string {
	const isOfNow = host !== undefined && sinceMs !== undefined && host.atMs >= sinceMs;
	const process = isOfNow && host.value.kind === 'here' ? host.value.process : undefined;
	switch (process?.state) {
		case 'stopped':
			return `: its process ${process.processId} is stopped`;
		case 'disk-wait':
			return `: its process ${process.processId} waits for a disk`;
		default:
			return '';
	}
}

function loading({address, sample, failure}: NodeRecord): Trouble {
	const share = sample?.info.number('persistence', 'loading_loaded_perc');
	const left = sample?.info.number('persistence', 'loading_eta_seconds');
	const isKnown = sample?.info.number('persistence', 'loading') === 1 && share !== undefined;
	const progress = isKnown ? `: ${Math.floor(share)}%${left === undefined ? '' : `, ${seconds(left)} left`}` : '';
	const words =
		progress === '' && failure !== undefined ? `${address} ${failure.text}` : `${address} is loading${progress}`;
	return {node: address, severity: 'warning', words, shortWords: words};
}

function announced(record: NodeRecord): Trouble {
	const words = `${record.address} ${announcedWords(record)}`;
	return {node: record.address, severity: 'warning', words, shortWords: words};
}

function failing(record: NodeRecord, {isFromMemory, rememberedAtMs}: MonitorState, nowMs: number): Trouble {
	const words = `${record.address} ${record.failure?.text ?? reachWords[record.reach]}`;
	const shortWords =
		record.failingSinceMs === undefined ? words : `${words}, for ${shortAge(nowMs - record.failingSinceMs)}`;
	const isSeed = isFromMemory === true && record.origin === 'target';
	const memory = isSeed ? `; the other nodes are known from ${utcDateTime(rememberedAtMs)}` : '';
	return {
		node: record.address,
		severity: 'critical',
		words: `${shortWords} ${lastData(record, nowMs)}${memory}`,
		shortWords: `${shortWords}${memory}`,
	};
}

/** Where a failure brought no words of its own. */
export const reachWords: Readonly<Record<NodeRecord['reach'], string>> = {
	connecting: 'is being connected to',
	up: 'answers',
	stale: 'owes a reply',
	loading: 'is loading',
	busy: 'is busy with a script',
	refusing: 'turns redis-top away',
	down: 'does not answer',
};

function lastData({lastReplyAtMs}: NodeRecord, nowMs: number): string {
	return lastReplyAtMs === undefined
		? '(no data yet)'
		: `(last data ${utcClock(lastReplyAtMs)}, ${shortAge(nowMs - lastReplyAtMs)} old)`;
}

function healthyWords(records: readonly NodeRecord[], nowMs: number): string {
	const oldest = Math.min(...records.map(({lastReplyAtMs}) => lastReplyAtMs ?? nowMs));
	const who = records.length === 1 ? `${records[0]?.address} answers` : `${records.length} nodes answer`;
	return `${who}, data ${shortAge(nowMs - oldest)} old`;
}

/** A duration with tenths of a second below ten: `0.3s`, `12s`, `3m12s`. */
export function shortAge(durationMs: number): string {
	const tenths = Math.max(0, Math.floor(durationMs / 100));
	return tenths < 100 ? `${(tenths / 10).toFixed(1)}s` : seconds(tenths / 10);
}

import type {NodeAddress} from '../domain/node.js';
import type {RuleId} from '../rules/all-rules.js';
import {seconds, utcClock, utcDateTime} from '../text/units.js';
import {announcedWords, isAnnouncedUnreachable} from '../topology/announced.js';
import type {MonitorState, NodeRecord} from './monitor-state.js';
import {isStale} from './new-record.js';

/** A reply owed for longer is a hung server, not a slow one: after 5 s even a running script lets it answer BUSY. */
const hungAfterMs = 5000;

/** Something that is wrong, in words. */
export type NodeProblem = {
	readonly node: NodeAddress | undefined;
	readonly severity: 'warning' | 'critical';
	readonly words: string;
	readonly shorter: readonly string[];
	readonly brief: string;
	/** What was found, where it can be so on several nodes. */
	readonly rule?: RuleId;
	/** It is felt by whoever writes. */
	readonly stopsWrites?: boolean;
};

/** With fewer words a clause says nothing by itself: `split`. */
const fewestWords = 3;

/**
The words, then less and less of them: without the last reason that a colon or semicolon gives, without any, at last without
what stands from the first parenthesis on. `10.0.1.11:6379 refuses writes (OOM): the policy …`, `… refuses writes (OOM)`, `… refuses writes`.
*/
export function shortenings(words: string): readonly string[] {
	const ends: number[] = [];
	let depth = 0;
	for (let index = 0; index < words.length; index++) {
		const character = words[index];
		depth += character === '(' ? 1 : character === ')' ? -1 : 0;
		const isEnd = (character === ':' || character === ';') && words[index + 1] === ' ';
		// Before a colon commas part the names that a sentence is of; behind it, further reasons.
		const isReason = ends.length > 0 && character === ',' && /^ [a-z]/.test(words.slice(index + 1, index + 3));
		if (depth === 0 && (isEnd || isReason)) {
			ends.unshift(index);
		}
	}

	const clauses = ends.map(end => words.slice(0, end)).filter(saysSomething);
	const shortest = clauses.at(-1) ?? words;
	const plain = shortest.split(' (', 1)[0] ?? '';
	return [words, ...clauses, ...(plain !== shortest && saysSomething(plain) ? [plain] : [])];
}

const saysSomething = (clause: string): boolean => clause.split(' ').length >= fewestWords;

const briefest = (words: string): string => shortenings(words).at(-1) ?? words;

/** What is wrong with the way to a node; undefined where it answers. */
export function worstProblem(record: NodeRecord, state: MonitorState, nowMs: number): NodeProblem | undefined {
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
			return isAnnouncedUnreachable(record, state.nodes) ? announced(record) : failing(record, state, nowMs);
	}
}

function silence(record: NodeRecord, sinceMs: number | undefined, nowMs: number): NodeProblem {
	const isHung = sinceMs !== undefined && nowMs - sinceMs > hungAfterMs;
	const duration = sinceMs === undefined ? '' : ` for ${shortAge(nowMs - sinceMs)}`;
	const shortest = `no reply${duration} from ${record.address}`;
	const known = `${shortest}, ${isHung ? 'hung' : 'silent'}${stateHere(record, sinceMs)}`;
	return {
		node: record.address,
		severity: isHung ? 'critical' : 'warning',
		words: `${known} ${lastData(record, nowMs)}`,
		shorter: [known, shortest],
		brief: `no reply from ${record.address}`,
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

function loading({address, sample, failure}: NodeRecord): NodeProblem {
	const share = sample?.info.number('persistence', 'loading_loaded_perc');
	const left = sample?.info.number('persistence', 'loading_eta_seconds');
	const isKnown = sample?.info.number('persistence', 'loading') === 1 && share !== undefined;
	const progress = isKnown ? `: ${Math.floor(share)}%${left === undefined ? '' : `, ${seconds(left)} left`}` : '';
	const words =
		progress === '' && failure !== undefined ? `${address} ${failure.text}` : `${address} is loading${progress}`;
	return {node: address, severity: 'warning', words, shorter: [], brief: briefest(words)};
}

function announced(record: NodeRecord): NodeProblem {
	const words = `${record.address} ${announcedWords(record)}`;
	return {node: record.address, severity: 'warning', words, shorter: [], brief: words};
}

function failing(record: NodeRecord, {isFromMemory, rememberedAtMs}: MonitorState, nowMs: number): NodeProblem {
	const words = `${record.address} ${record.failure?.text ?? reachWords[record.reach]}`;
	const lasting =
		record.failingSinceMs === undefined ? words : `${words}, for ${shortAge(nowMs - record.failingSinceMs)}`;
	const isSeed = isFromMemory === true && record.origin === 'target';
	const memory = isSeed ? `; the other nodes are known from ${utcDateTime(rememberedAtMs)}` : '';
	return {
		node: record.address,
		severity: 'critical',
		words: `${lasting} ${lastData(record, nowMs)}${memory}`,
		shorter: [`${lasting}${memory}`, ...shortenings(words)],
		brief: briefest(words),
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

/** A duration with tenths of a second below ten: `0.3s`, `12s`, `3m12s`. */
export function shortAge(durationMs: number): string {
	const tenths = Math.max(0, Math.floor(durationMs / 100));
	return tenths < 100 ? `${(tenths / 10).toFixed(1)}s` : seconds(tenths / 10);
}

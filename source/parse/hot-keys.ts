import type {HotKey, HotKeys} from '../domain/hot-keys.js';
import type {RawReply} from '../domain/reply.js';
import {isArray, numberOf, pairsOf, textOf} from './reply-values.js';

const none: HotKeys = {
	isTracking: undefined,
	startedAtMs: undefined,
	durationMs: undefined,
	sampleRatio: undefined,
	byCpu: [],
	byBytes: [],
	byRequests: [],
};

/**
Parses the reply of HOTKEYS GET in the formats that the documentation describes.

- Redis 8.6 sends a map in which two fields are lists of keys and amounts. Without a session it sends null
- Valkey 9.2 sends a list of `[key, database, requests a second]`, or a list of maps

No server of these versions was available for a test. Undefined for a reply in another format. Never throws.
*/
export function parseHotKeys(reply: RawReply | undefined): HotKeys | undefined {
	if (reply === null) {
		return none;
	}

	if (!isArray(reply)) {
		return undefined;
	}

	const [first] = reply;
	const flat = reply.length === 1 && isArray(first) && textOf(first[0]) === 'tracking-active' ? first : reply;
	return textOf(flat[0]) === 'tracking-active' ? sessionOf(flat) : requestsOf(reply);
}

function sessionOf(reply: RawReply): HotKeys {
	const fields = new Map(pairsOf(reply));
	const number = (name: string) => numberOf(fields.get(name));
	return {
		isTracking: number('tracking-active') === 1,
		startedAtMs: number('collection-start-time-unix-ms'),
		durationMs: number('collection-duration-ms'),
		sampleRatio: number('sample-ratio'),
		byCpu: amountsOf(fields.get('by-cpu-time-us')),
		byBytes: amountsOf(fields.get('by-net-bytes')),
		byRequests: [],
	};
}

const amountsOf = (reply: RawReply | undefined): readonly HotKey[] =>
	pairsOf(reply).flatMap(([key, value]) => {
		const amount = numberOf(value);
		return amount === undefined ? [] : [{key, database: undefined, amount}];
	});

function requestsOf(reply: readonly RawReply[]): HotKeys | undefined {
	const keys = reply.flatMap((entry): HotKey[] => {
		if (!isArray(entry)) {
			return [];
		}

		const fields = new Map(pairsOf(entry));
		const key = textOf(fields.get('key') ?? entry[0]);
		const amount = numberOf(fields.get('qps') ?? entry[2]);
		return key === undefined || amount === undefined
			? []
			: [{key, database: numberOf(fields.get('db') ?? entry[1]), amount}];
	});
	return keys.length === 0 && reply.length > 0 ? undefined : {...none, byRequests: keys};
}

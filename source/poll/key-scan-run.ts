import {emptySample, withKeys} from '../derive/key-sample.js';
import type {Clock} from '../domain/clock.js';
import {InfoReply} from '../domain/info-reply.js';
import type {KeySample, KeyScan, ScannedKey} from '../domain/key-scan.js';
import {parseInfo} from '../parse/info.js';
import {keyspace} from '../parse/info-fields.js';
import {isArray, numberOf, textOf} from '../parse/reply-values.js';
import {type RedisPort, type Reply, ReplyFailure} from '../wire/redis-port.js';
import {
	type Counters,
	countersIn,
	keysInWrite,
	longestScanMs,
	mostScannedKeys,
	reasonToWait,
	scanCount,
	serverMicroseconds,
	waitMs,
} from './key-scan-budget.js';

/** Time between two readings of the server's counters while the scan runs, in milliseconds. */
const lookEveryMs = 2000;

/** Time between two readings of the server's counters while the scan waits, in milliseconds. */
const waitEveryMs = 1000;

/** A scan waits when recent round trips take more than this many times as long as the scan's first round trips. */
const slowFactor = 2;
const comparedTrips = 5;
/**
Round trips count as slow only if they are longer than the scan's first round trips by more than this, in milliseconds.
A smaller difference is noise of a network.
*/
const leastSlowMs = 5;

export type KeyScanRunOptions = {
	readonly openPort: () => RedisPort;
	readonly clock: Clock;
	readonly timeoutMs: number;
	/**
	Whether the server is a replica of a cluster. Such a replica answers for its primary's slots only after READONLY.
	*/
	readonly isClusterReplica: boolean;
	readonly report: (parts: Partial<KeyScan>) => void;
};

const median = (values: readonly number[]): number =>
	values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/**
A bounded scan of one server. It sends SCAN, TYPE, MEMORY USAGE and PTTL on a connection of its own. Its commands never
take more than `scanShare` of a core on the server. A stopped scan can go on where it ended.
*/
export class KeyScanRun {
	readonly #options: KeyScanRunOptions;
	readonly #sent = new Map<string, number>();
	#sample: KeySample = emptySample;
	#cursor = '0';
	#database: number | undefined;
	#activeMs = 0;
	#before: Counters | undefined;
	#now: Counters = new Map();
	#cpu: {readonly atMs: number; readonly seconds: number} | undefined;
	#firstTrips: number[] = [];
	#trips: number[] = [];
	#isWhole = false;
	/** Whether the eviction policy counts how often keys are used. With any other policy, OBJECT FREQ is an error. */
	#isLfu = false;

	constructor(options: KeyScanRunOptions) {
		this.#options = options;
	}

	/** Whether every key was seen. The scan can then not be continued. */
	get isWhole(): boolean {
		return this.#isWhole;
	}

	/** Scans until the bounds are reached, every key was seen, or the signal aborts. Never rejects. */
	async run(signal: AbortSignal): Promise<void> {
		const {openPort, report} = this.#options;
		const port = openPort();
		const close = () => port.close();
		signal.addEventListener('abort', close, {once: true});
		try {
			await port.open();
			await this.#scan(port, signal);
		} catch (error) {
			if (signal.aborted) {
				report({phase: 'stopped', note: undefined});
			} else {
				report({phase: 'failed', note: error instanceof Error ? error.message : String(error)});
			}
		} finally {
			signal.removeEventListener('abort', close);
			port.close();
		}
	}

	async #scan(port: RedisPort, signal: AbortSignal): Promise<void> {
		const {clock, report} = this.#options;
		await this.#prepare(port);
		const [seenBefore, activeBefore] = [this.#sample.seen, this.#activeMs];
		let lookedAtMs = Number.NEGATIVE_INFINITY;
		while (!signal.aborted) {
			if (clock.elapsed() - lookedAtMs >= lookEveryMs) {
				await this.#untilCalm(port, signal);
				lookedAtMs = clock.elapsed();
			}

			const startedMs = clock.elapsed();
			await this.#batch(port);
			const spent = serverMicroseconds(this.#sent, this.#before ?? new Map(), this.#now);
			this.#activeMs += clock.elapsed() - startedMs;
			const restMs = waitMs(spent, this.#activeMs);
			const restedMs = clock.elapsed();
			await clock.sleep(restMs, signal);
			this.#activeMs += clock.elapsed() - restedMs;
			this.#tell({phase: 'running', note: undefined});
			const ending = this.#ending(this.#sample.seen - seenBefore, this.#activeMs - activeBefore);
			if (ending !== undefined) {
				await this.#look(port);
				this.#tell({phase: 'ended', note: ending});
				return;
			}
		}

		report({phase: 'stopped', note: undefined});
	}

	#ending(keys: number, activeMs: number): string | undefined {
		if (this.#isWhole) {
			return 'every key was seen';
		}

		if (keys >= mostScannedKeys) {
			return `ended at ${mostScannedKeys} keys`;
		}

		return activeMs >= longestScanMs ? 'ended after a minute' : undefined;
	}

	/** Sends READONLY to a replica of a cluster, and selects the database with most keys. */
	async #prepare(port: RedisPort): Promise<void> {
		const {isClusterReplica, report} = this.#options;
		if (isClusterReplica) {
			await this.#ask(port, [['READONLY']]);
		}

		if (this.#database === undefined) {
			const [reply = null, memory = null] = await this.#ask(port, [
				['INFO', 'keyspace'],
				['INFO', 'memory'],
			]);
			this.#isLfu = parseInfo(textOfInfo(memory)).text('memory', 'maxmemory_policy')?.endsWith('-lfu') === true;
			const rows = keyspace(parseInfo(textOfInfo(reply))).toSorted((a, b) => b.keys - a.keys);
			this.#database = rows[0]?.database ?? 0;
			report({database: this.#database, keysInAll: rows[0]?.keys ?? 0});
		}

		if (this.#database !== 0) {
			const [reply = null] = await this.#ask(port, [['SELECT', String(this.#database)]]);
			if (reply instanceof ReplyFailure) {
				throw reply;
			}
		}
	}

	/** Reads the server's counters, and waits while the server loads data, forks, is busy or answers slowly. */
	async #untilCalm(port: RedisPort, signal: AbortSignal): Promise<void> {
		for (;;) {
			const reason = await this.#look(port);
			if (reason === undefined || signal.aborted) {
				return;
			}

			this.#tell({phase: 'waiting', note: reason});
			await this.#options.clock.sleep(waitEveryMs, signal);
		}
	}

	/** Reads the server's counters. Returns why the scan has to wait; undefined if it may go on. */
	async #look(port: RedisPort): Promise<string | undefined> {
		const {clock} = this.#options;
		const sections = ['commandstats', 'persistence', 'cpu'];
		const replies = await this.#ask(
			port,
			sections.map(section => ['INFO', section]),
		);
		const atMs = clock.elapsed();
		const info = new InfoReply(new Map(replies.flatMap(reply => [...parseInfo(textOfInfo(reply)).sections])));
		this.#now = countersIn(info);
		this.#before ??= this.#now;
		const user = info.number('cpu', 'used_cpu_user_main_thread') ?? info.number('cpu', 'used_cpu_user');
		const system = info.number('cpu', 'used_cpu_sys_main_thread') ?? info.number('cpu', 'used_cpu_sys');
		const cpu = user === undefined || system === undefined ? undefined : {atMs, seconds: user + system};
		const before = this.#cpu;
		const busy =
			cpu === undefined || before === undefined || atMs <= before.atMs
				? undefined
				: ((cpu.seconds - before.seconds) * 1000) / (atMs - before.atMs);
		this.#cpu = cpu;
		return reasonToWait(info, busy) ?? this.#slowness();
	}

	/** The reason to wait if replies take longer than at the beginning of the scan; undefined if they don't. */
	#slowness(): string | undefined {
		const [first, last] = [median(this.#firstTrips), median(this.#trips)];
		const isSlow =
			this.#firstTrips.length >= comparedTrips &&
			this.#trips.length >= comparedTrips &&
			last > slowFactor * first &&
			last - first > leastSlowMs;
		this.#trips = [];
		return isSlow ? 'the server answers more slowly than before' : undefined;
	}

	/** Sends one SCAN, and asks for the facts of the keys that it returned. */
	async #batch(port: RedisPort): Promise<void> {
		const {clock} = this.#options;
		const startedMs = clock.elapsed();
		const [reply = null] = await this.#ask(port, [['SCAN', this.#cursor, 'COUNT', String(scanCount)]]);
		this.#noteTrip(clock.elapsed() - startedMs);
		if (reply instanceof ReplyFailure) {
			throw reply;
		}

		const [cursor, keys] = isArray(reply) ? reply : [];
		this.#cursor = textOf(cursor) ?? '0';
		const names = isArray(keys) ? keys.filter(key => typeof key === 'string') : [];
		for (let at = 0; at < names.length; at += keysInWrite) {
			await this.#facts(port, names.slice(at, at + keysInWrite));
		}

		this.#isWhole = this.#cursor === '0';
	}

	async #facts(port: RedisPort, names: readonly string[]): Promise<void> {
		const replies = await this.#ask(
			port,
			names.flatMap(name => [
				['TYPE', name],
				['MEMORY', 'USAGE', name, 'SAMPLES', '5'],
				['PTTL', name],
				...(this.#isLfu ? [['OBJECT', 'FREQ', name]] : []),
			]),
		);
		const each = this.#isLfu ? 4 : 3;
		const keys = names.flatMap((name, index): ScannedKey[] => {
			const [type, bytes, ttl, frequency] = replies.slice(index * each, (index + 1) * each);
			// A key that expired since SCAN has no type, and −2 as its time to live. Such a key is left out.
			return type === 'none' || ttl === -2 ? [] : [scannedKey(name, {type, bytes, ttl, frequency})];
		});
		this.#sample = withKeys(this.#sample, keys);
	}

	#noteTrip(tripMs: number): void {
		if (this.#firstTrips.length < comparedTrips) {
			this.#firstTrips.push(tripMs);
		} else {
			this.#trips.push(tripMs);
		}
	}

	async #ask(port: RedisPort, commands: ReadonlyArray<readonly string[]>): Promise<readonly Reply[]> {
		for (const [name = '', second = ''] of commands) {
			const isContainer = name === 'MEMORY' || name === 'OBJECT';
			const counted = isContainer ? `${name}|${second}`.toLowerCase() : name.toLowerCase();
			this.#sent.set(counted, (this.#sent.get(counted) ?? 0) + 1);
		}

		return port.ask(commands, this.#options.timeoutMs);
	}

	#tell(parts: Partial<KeyScan>): void {
		this.#options.report({
			...parts,
			sample: this.#sample,
			activeMs: this.#activeMs,
			commands: [...this.#sent.values()].reduce((sum, calls) => sum + calls, 0),
			serverMicroseconds: serverMicroseconds(this.#sent, this.#before ?? new Map(), this.#now),
		});
	}
}

const textOfInfo = (reply: Reply): string => (typeof reply === 'string' ? reply : '');

type KeyReplies = {readonly [Name in 'type' | 'bytes' | 'ttl' | 'frequency']: Reply | undefined};

function scannedKey(name: string, {type, bytes, ttl, frequency}: KeyReplies): ScannedKey {
	const known = (reply: Reply | undefined) => (reply instanceof ReplyFailure ? undefined : reply);
	const ttlMs = numberOf(known(ttl));
	return {
		key: textOf(name) ?? '',
		type: textOf(known(type)),
		bytes: numberOf(known(bytes)),
		ttlMs: ttlMs === -1 ? 'never' : ttlMs,
		frequency: numberOf(known(frequency)),
	};
}

import {primaryAddress} from '../../derive/replication-peers.js';
import type {Check, LabelledValue} from '../../domain/action.js';
import type {InfoReply} from '../../domain/info-reply.js';
import {keyCount} from '../../domain/metric.js';
import {keyTotals, replicaLines} from '../../parse/info-fields.js';
import {bytes, grouped, seconds, utcClock, utcDateTime} from '../../text/units.js';
import {dumpPath, type Reading, type ServerFacts} from './server-facts.js';

/** `n` with its noun: `1 key`, `1,234 keys`. */
export const counted = (n: number | undefined, noun: string): string => `${grouped(n)} ${noun}${n === 1 ? '' : 's'}`;

/** The number of keys with a time to live, in all databases. */
export const expiringKeyCount = (info: InfoReply): number => keyTotals(info).expiring;

/**
When the last save ended, in seconds since the epoch, by the server's clock; undefined before the first save of this
process.
*/
export function lastSaveSeconds(info: InfoReply): number | undefined {
	const saves = info.number('persistence', 'rdb_saves');
	const duration = info.number('persistence', 'rdb_last_bgsave_time_sec');
	// Until the first save, `rdb_last_save_time` is the server's start time, so another field must show that a save has
	// ended. Since 7.0 this field is `rdb_saves`. Before 7.0 it is the duration of the last save. A diskless full
	// resync sets the duration too, so the result may then be the start time.
	const hasSaved = saves === undefined ? (duration ?? -1) >= 0 : saves > 0;
	return hasSaved ? info.number('persistence', 'rdb_last_save_time') || undefined : undefined;
}

/** Duration of the last background save in seconds; undefined before the first background save. */
export function lastSaveDuration(info: InfoReply): number | undefined {
	const duration = info.number('persistence', 'rdb_last_bgsave_time_sec');
	return duration === undefined || duration < 0 ? undefined : duration;
}

export const isLastSaveFailed = (info: InfoReply): boolean =>
	info.text('persistence', 'rdb_last_bgsave_status') === 'err';

function lastSaveText({info, serverTimeMs}: Reading): string {
	const at = lastSaveSeconds(info);
	const status = isLastSaveFailed(info) ? 'the last try FAILED' : 'ok';
	if (at === undefined) {
		return isLastSaveFailed(info) ? status : 'none by this process';
	}

	const age = serverTimeMs === undefined ? '' : ` (${seconds(serverTimeMs / 1000 - at)} ago)`;
	const duration = lastSaveDuration(info);
	return `${utcDateTime(at * 1000)}Z${age}${duration === undefined ? '' : `, took ${seconds(duration)}`}, ${status}`;
}

/** Facts about the data for every action that saves: size, unsaved changes, and the file. */
export function savedDataFacts(facts: ServerFacts): LabelledValue[] {
	const {info, config, machine} = facts;
	const keys = keyCount(info);
	const changes = info.number('persistence', 'rdb_changes_since_last_save');
	const free = machine.kind === 'here' ? ` (${bytes(machine.freeBytes)} free)` : '';
	return [
		[
			'data',
			`${counted(keys, 'key')}, ${bytes(info.number('memory', 'used_memory'))}; ${counted(changes, 'unsaved change')}`,
		],
		['last save', lastSaveText(facts)],
		['writes to', `${dumpPath(config) ?? 'unknown: CONFIG GET is denied'}${free}`],
	];
}

export function loadingChecks({info}: Reading): Check[] {
	const isLoading = info.number('persistence', 'loading') === 1 || info.number('persistence', 'async_loading') === 1;
	const part = info.text('persistence', 'loading_loaded_perc');
	return isLoading
		? [
				{
					state: 'veto',
					text: `it is loading its data set${part === undefined ? '' : ` (${part} %)`}; wait until it is done`,
				},
			]
		: [];
}

/**
Checks whether the server has the command, and whether this user may run it. A check is left out if redis-top could not
get the server's answer.
*/
export function permissionChecks(facts: ServerFacts, command: string): Check[] {
	if (facts.isCommandKnown === false) {
		return [{state: 'veto', text: `this server has no ${command}: renamed, or taken out by a provider`}];
	}

	return facts.denial === undefined ? [] : [{state: 'veto', text: `this user may not: ${facts.denial}`}];
}

/**
Checks the free disk space. A full disk makes the save fail. With `stop-writes-on-bgsave-error yes` the server then
refuses every write.
*/
export function diskChecks({info, machine}: ServerFacts): Check[] {
	const usedBytes = info.number('memory', 'used_memory');
	if (machine.kind === 'elsewhere') {
		return [{state: 'warning', text: `free disk not seen: ${machine.why}`}];
	}

	if (machine.freeBytes === undefined || usedBytes === undefined) {
		return [{state: 'warning', text: 'free disk not seen'}];
	}

	// A dump without compression can take 1.1 times the used memory: values plus keys, types and lengths.
	const isEnough = machine.freeBytes >= 1.1 * usedBytes;
	return [
		isEnough
			? {state: 'ok', text: `disk: ${bytes(machine.freeBytes)} free for at most ${bytes(usedBytes)}`}
			: {state: 'warning', text: `disk: ${bytes(machine.freeBytes)} free, the dump may need ${bytes(usedBytes)}`},
	];
}

export function lastSaveChecks({info}: Reading): Check[] {
	return isLastSaveFailed(info)
		? [{state: 'warning', text: 'the last save failed, this one may too: see the log and the disk'}]
		: [];
}

/** The role as text: `primary, 2 replicas` or `replica of 10.0.1.11:6379, link up`. */
export function roleText(info: InfoReply): string {
	if (info.text('replication', 'role') === 'slave') {
		return `replica of ${primaryAddress(info) ?? '?'}, link ${info.text('replication', 'master_link_status') ?? 'unknown'}`;
	}

	return `primary, ${counted(replicaLines(info).length, 'replica')}`;
}

/** A time in milliseconds since the epoch as text: `14:02:31Z`. */
export const clockText = (ms: number): string => `${utcClock(ms)}Z`;

import {commandOf} from '../derive/command-name.js';
import type {NodeRecord} from '../derive/node-record.js';
import {type Message, message, type Name} from '../domain/message.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {loggedClient} from './client-names.js';

const scripts: ReadonlySet<string> = new Set(['EVAL', 'EVALSHA', 'EVAL_RO', 'EVALSHA_RO']);
const functions: ReadonlySet<string> = new Set(['FCALL', 'FCALL_RO']);

/** Milliseconds before the server became busy within which the same command ran, so that it likely runs again. */
const beforeMs = 60_000;
/** Microseconds from which a run counts as long. A job that holds a server is rarely that quick. */
const leastMicroseconds = 1_000_000;

/**
The client that likely runs the script or function with which a server is busy, by the slow log that the server gave
before: most of the time of long scripts in the minute before was this client's. A busy server refuses SLOWLOG and CLIENT
LIST. Undefined where it is not busy, or the log names nobody.
*/
export function busySender({failure, slowlog, sample, failingSinceMs}: NodeRecord): Name | undefined {
	if (failure?.state !== 'busy' || failure.kind === 'BUSY_MODULE' || failingSinceMs === undefined) {
		return undefined;
	}

	const commands = failure.kind === 'BUSY_FUNCTION' ? functions : scripts;
	const serverMicroseconds = sample?.info.number('server', 'server_time_usec');
	const offsetMs =
		sample === undefined || serverMicroseconds === undefined ? 0 : serverMicroseconds / 1000 - sample.atMs;
	const sinceMs = failingSinceMs + offsetMs - beforeMs;
	const runs = (slowlog?.value.entries ?? []).filter(
		entry => commands.has(commandOf(entry)) && entry.durationMicroseconds >= leastMicroseconds && entry.atMs >= sinceMs,
	);
	const timeOf = (entries: readonly SlowlogEntry[]): number =>
		entries.reduce((sum, {durationMicroseconds}) => sum + durationMicroseconds, 0);
	const all = timeOf(runs);
	const most = [...Map.groupBy(runs, entry => loggedClient(entry)?.name).values()].find(own => 2 * timeOf(own) > all);
	return most?.[0] && loggedClient(most[0]);
}

/** What a busy server does, with the likely sender; undefined where none is known. */
export function busyProblem(record: NodeRecord): Message | undefined {
	const sender = busySender(record);
	const what = record.failure?.kind === 'BUSY_FUNCTION' ? 'function' : 'script';
	return sender && message`runs a ${what}, likely of ${sender}, and answers only BUSY`;
}

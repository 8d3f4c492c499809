import type {Verification} from '../../domain/action.js';
import {keyCount} from '../../domain/metric.js';
import type {FileFacts} from '../../host/data-file.js';
import {bytes, seconds} from '../../text/units.js';
import type {ProofInput} from './action-row.js';
import {clockText, counted, expiringKeyCount} from './saved-data.js';
import {dumpPath, type Reading} from './server-facts.js';

/** How long redis-top waits after a stop to see whether a supervisor starts the server again, in milliseconds. */
const returnMs = 5000;

/**
How long after the outcome of sending the old process may still run, in milliseconds. After that the stop has failed.
*/
const graceMs = 5000;

/**
Tolerance when the time of the dump is compared with the time of the command, in milliseconds. File times lag the
server's clock by up to one kernel tick (10 ms at 100 Hz), so a dump written at once may seem older than the command.
*/
const fileClockMs = 50;

const running = (progress: string): Verification => ({kind: 'running', progress});

/**
SHUTDOWN SAVE is proved when the server's process is gone and the dump on disk is newer than the command. Where this
machine can't see the disk, a restarted server with the same keys is the proof. The closed connection alone proves
nothing.
*/
export function verifyShutdown(input: ProofInput): Verification {
	const {observation} = input;
	if (observation.kind === 'silent') {
		return running(`no answer, as while it saves (${observation.why})`);
	}

	if (observation.kind === 'gone') {
		return verifyGone(input);
	}

	const isSameProcess =
		observation.reading.info.text('server', 'run_id') === input.before.info.text('server', 'run_id');
	return isSameProcess ? verifySameProcess(input, observation.reading) : verifyReturned(input, observation.reading);
}

function verifySameProcess({outcome, sinceOutcomeMs}: ProofInput, {info}: Reading): Verification {
	const leftMs = info.number('server', 'shutdown_in_milliseconds');
	if (leftMs !== undefined) {
		return running(`it waits for its replicas, at most ${seconds(leftMs / 1000)} more; writes are held`);
	}

	return outcome === undefined || sinceOutcomeMs < graceMs
		? running('it still runs')
		: {kind: 'failed', text: 'the same process still runs: the command had no effect'};
}

function verifyGone(input: ProofInput): Verification {
	if (input.sinceOutcomeMs < returnMs) {
		return running('it is gone; waiting to see whether it starts again');
	}

	const dump = dumpText(input);
	if (dump !== undefined) {
		return {kind: 'proved', text: `the server is gone, and ${dump}`};
	}

	const why = unseenText(input);
	return why === undefined
		? {kind: 'failed', text: `the server is gone, but ${dumpPath(input.facts.config) ?? 'the dump'} was not written`}
		: {kind: 'unproved', text: `the server is gone; whether it saved cannot be seen (${why})`};
}

function verifyReturned(input: ProofInput, {info}: Reading): Verification {
	if (info.number('persistence', 'loading') === 1) {
		const part = info.text('persistence', 'loading_loaded_perc');
		return running(`it is back and loads its data${part === undefined ? '' : ` (${part} %)`}`);
	}

	const keysBefore = keyCount(input.before.info);
	const keysNow = keyCount(info);
	// Clients may delete keys as soon as the server is back, so the present number of keys may be too low.
	// `rdb_last_load_keys_loaded` (7.0) has the number of keys that the start loaded.
	const loaded = Math.max(keysNow ?? 0, info.number('persistence', 'rdb_last_load_keys_loaded') ?? 0);
	const dump = dumpText(input);
	const words = `stopped and started again as another process, ${counted(keysNow, 'key')} of ${counted(keysBefore, 'key')}`;
	const expiring = expiringKeyCount(input.before.info);
	if (keysBefore !== undefined && loaded < keysBefore - expiring) {
		return {kind: 'failed', text: `${words}: more are missing than can have expired`};
	}

	if (keysBefore === undefined && dump === undefined) {
		return {kind: 'unproved', text: `${words}: how many there were is not known`};
	}

	return {kind: 'proved', text: dump === undefined ? words : `${words}; ${dump}`};
}

/**
Size and time of the dump that the command wrote, as text. Undefined where no dump is found, or this machine cannot read
it.
*/
function dumpText({facts, before, dumpBefore, dumpNow}: ProofInput): string | undefined {
	if (facts.machine.kind === 'elsewhere' || dumpNow.kind !== 'present' || before.serverTimeMs === undefined) {
		return undefined;
	}

	const isNew = dumpNow.modifiedAtMs >= before.serverTimeMs - fileClockMs && isOther(dumpBefore, dumpNow);
	return isNew
		? `${dumpPath(facts.config) ?? 'the dump'} has ${bytes(dumpNow.sizeBytes)}, written ${clockText(dumpNow.modifiedAtMs)}`
		: undefined;
}

/**
Whether the dump is another file than before the command. A save writes a new file and renames it to the old name, so
the modification time of the dump changes.
*/
function isOther(before: FileFacts, now: FileFacts): boolean {
	return before.kind !== 'present' || now.kind !== 'present' || before.modifiedAtMs !== now.modifiedAtMs;
}

/** Why the dump cannot be checked; undefined where the dump can be checked. */
function unseenText({facts, before, dumpNow}: ProofInput): string | undefined {
	if (facts.machine.kind === 'elsewhere') {
		return facts.machine.why;
	}

	if (before.serverTimeMs === undefined) {
		return 'the server hides its clock';
	}

	return dumpNow.kind === 'unreadable' ? dumpNow.why : undefined;
}

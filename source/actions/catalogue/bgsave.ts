import type {Check, Preflight, Verification} from '../../domain/action.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {bytes, milliseconds, percent, seconds} from '../../text/units.js';
import type {ActionRow, ProofInput} from './action-row.js';
import {serviceInstead} from './managed-service.js';
import {
	clockText,
	counted,
	diskChecks,
	isLastSaveFailed,
	lastSaveChecks,
	loadingChecks,
	permissionChecks,
	roleText,
	savedDataFacts,
} from './saved-data.js';
import {dumpPath, type Reading, type ServerFacts} from './server-facts.js';

/**
The kinds of child process, each with the field of INFO persistence that reports it. A server runs one child process at
a time.
*/
const children: ReadonlyArray<readonly [field: string, text: string]> = [
	['rdb_bgsave_in_progress', 'a background save runs already'],
	['aof_rewrite_in_progress', 'an AOF rewrite runs'],
	['module_fork_in_progress', 'a module has forked'],
	['slot_migration_fork_in_progress', 'a slot migration has forked'],
];

function childChecks({info}: Reading): Check[] {
	const running = children.filter(([field]) => info.number('persistence', field) === 1);
	return running.length === 0
		? [{state: 'ok', text: 'no other child process runs'}]
		: running.map(([, text]) => ({state: 'veto', text: `${text}: BGSAVE would be refused until it ends`}));
}

/**
Checks whether memory suffices for a save. Pages that the parent changes while the child writes exist twice
(copy-on-write). These copies are estimated as the bytes that the last save copied (`rdb_last_cow_size`), but at least a
fifth of the resident memory.
*/
export function memoryChecks({info}: Reading): Check[] {
	const rssBytes = info.number('memory', 'used_memory_rss');
	const totalBytes = info.number('memory', 'total_system_memory');
	if (rssBytes === undefined || totalBytes === undefined || totalBytes <= 0) {
		return [{state: 'warning', text: 'how much memory the machine has is not known: copy-on-write may not fit'}];
	}

	const lastCopyBytes = info.number('persistence', 'rdb_last_cow_size') ?? 0;
	const neededBytes = rssBytes + Math.max(lastCopyBytes, 0.2 * rssBytes);
	const words = `memory: ${bytes(rssBytes)} resident of ${bytes(totalBytes)}`;
	return [
		neededBytes <= totalBytes
			? {state: 'ok', text: `${words}, room for copy-on-write`}
			: {state: 'warning', text: `${words}: copy-on-write may not fit, the fork may fail`},
	];
}

function forkText({info}: Reading): string {
	const lastFork = info.number('stats', 'latest_fork_usec') ?? info.number('persistence', 'latest_fork_usec');
	const lastCopy = info.number('persistence', 'rdb_last_cow_size');
	return lastFork === undefined || lastFork === 0
		? 'no fork yet by this process: the stall is not known'
		: `the last one stalled ${milliseconds(lastFork / 1000)}, copied ${bytes(lastCopy)} on write`;
}

function preflight(facts: ServerFacts): Preflight {
	return {
		effects: ['A child process writes the whole data set to disk; the server goes on serving.'],
		facts: [['role', roleText(facts.info)], ...savedDataFacts(facts), ['fork', forkText(facts)]],
		checks: [
			...permissionChecks(facts, 'BGSAVE'),
			...loadingChecks(facts),
			...childChecks(facts),
			...lastSaveChecks(facts),
			...memoryChecks(facts),
			...diskChecks(facts),
		],
	};
}

function whyNot({endpoint, sample}: NodeRecord): string | undefined {
	const info = sample?.info;
	if (info?.number('persistence', 'rdb_bgsave_in_progress') === 1) {
		return 'a background save runs already';
	}

	return serviceInstead('save', endpoint, info);
}

/** The progress of the save as text: `the child writes, 34 %, 12s`. Servers before 7.0 report no percentage. */
function progressText({info}: Reading): string {
	const part = info.number('persistence', 'current_fork_perc');
	const elapsed = info.number('persistence', 'rdb_current_bgsave_time_sec');
	const words = part === undefined ? '' : `, ${percent(part / 100)}`;
	return `the child writes${words}${elapsed === undefined || elapsed < 0 ? '' : `, ${seconds(elapsed)}`}`;
}

/**
How long after the reply redis-top waits for the result of a save that INFO does not show in progress, in milliseconds.
*/
const graceMs = 5000;

/**
A save is proved by four facts together: no child runs, the last status is ok, the last save did not end before the
command, and either `rdb_saves` grew or fewer changes are unsaved. No single fact is enough. `rdb_last_save_time` has a
resolution of one second. Until the first save, this field has the time at which the server started. `rdb_saves` (7.0)
counts failed saves too. Source: rdbSaveBackground and backgroundSaveDoneHandlerDisk in rdb.c.
*/
function verify(input: ProofInput): Verification {
	const {observation, before, sinceOutcomeMs} = input;
	if (observation.kind !== 'answered') {
		return {
			kind: 'running',
			progress: observation.kind === 'gone' ? 'the server is gone' : `no answer: ${observation.why}`,
		};
	}

	const {info} = observation.reading;
	if (info.text('server', 'run_id') !== before.info.text('server', 'run_id')) {
		return {kind: 'failed', text: 'the server restarted before the save was seen to end'};
	}

	if (info.number('persistence', 'rdb_bgsave_in_progress') === 1) {
		return {kind: 'running', progress: progressText(observation.reading)};
	}

	if (isProved(before, observation.reading)) {
		return {kind: 'proved', text: proofText(input, observation.reading)};
	}

	if (sinceOutcomeMs < graceMs) {
		return {kind: 'running', progress: 'waiting for its result'};
	}

	return isLastSaveFailed(info)
		? {kind: 'failed', text: 'the save failed (rdb_last_bgsave_status:err): see the server log'}
		: {kind: 'unproved', text: 'no child runs, and the server shows no new save'};
}

function isProved(before: Reading, after: Reading): boolean {
	const field = (reading: Reading, name: string) => reading.info.number('persistence', name);
	const savedAt = field(after, 'rdb_last_save_time');
	const askedAt = Math.floor((before.serverTimeMs ?? Number.POSITIVE_INFINITY) / 1000);
	const savesBefore = field(before, 'rdb_saves');
	const savesAfter = field(after, 'rdb_saves');
	const changesBefore = field(before, 'rdb_changes_since_last_save') ?? 0;
	const changesAfter = field(after, 'rdb_changes_since_last_save') ?? Number.POSITIVE_INFINITY;
	const isCounted = savesBefore !== undefined && savesAfter !== undefined && savesAfter > savesBefore;
	// Before 7.0 INFO has no `rdb_saves`. If no change was unsaved before the command, the number of unsaved changes
	// cannot fall either. A reported duration of the last save then counts as the proof.
	const isIdleSave =
		savesAfter === undefined && changesBefore === 0 && (field(after, 'rdb_last_bgsave_time_sec') ?? -1) >= 0;
	return (
		after.info.text('persistence', 'rdb_last_bgsave_status') === 'ok' &&
		savedAt !== undefined &&
		savedAt >= askedAt &&
		(isCounted || changesAfter < changesBefore || isIdleSave)
	);
}

function proofText({facts, before, dumpNow}: ProofInput, {info}: Reading): string {
	const savedAt = info.number('persistence', 'rdb_last_save_time') ?? 0;
	const duration = info.number('persistence', 'rdb_last_bgsave_time_sec');
	const changesBefore = before.info.number('persistence', 'rdb_changes_since_last_save');
	const changesNow = info.number('persistence', 'rdb_changes_since_last_save');
	const file =
		dumpNow.kind === 'present' ? `, ${dumpPath(facts.config) ?? 'the dump'} has ${bytes(dumpNow.sizeBytes)}` : '';
	return (
		`saved at ${clockText(savedAt * 1000)}, status ok, took ${seconds(duration)}, ` +
		`${counted(changesBefore, 'unsaved change')} before, ${counted(changesNow, 'unsaved change')} now${file}`
	);
}

export const bgsave: ActionRow<'bgsave'> = {
	id: 'bgsave',
	letter: 'b',
	title: 'BGSAVE: save to disk in the background',
	class: 'bounded',
	command: ['BGSAVE'],
	settingNames: ['dir', 'dbfilename', 'appendonly', 'appendfilename', 'appenddirname'],
	whyNot,
	preflight,
	// The reply comes after fork(), which takes up to 400 ms a gigabyte on old virtual machines. 30 s are enough for 75
	// GB. Source: https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency/
	replyTimeoutMs: () => 30_000,
	endsConnection: false,
	verify,
	verifyTimeoutMs: ({info}) => 600_000 + 20_000 * (info.number('persistence', 'rdb_last_bgsave_time_sec') ?? 0),
};

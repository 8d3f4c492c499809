import type {AuditEntry} from '../domain/audit.js';
import type {NodeAddress} from '../domain/node.js';
import {commandWords} from '../text/command-words.js';

/** A temporary change that was made through redis-top and was not reverted. */
export type TemporaryFix = {
	readonly target: NodeAddress;
	/** The changed server setting; undefined for a client pause. */
	readonly setting: string | undefined;
	/** The command that made the temporary change. */
	readonly command: string;
	/** The command that reverts the change, as typed into redis-cli; undefined when the audit log does not contain it. */
	readonly revert: string | undefined;
	/** When the change was made, in milliseconds since the epoch. */
	readonly sinceMs: number;
	/**
	When a client pause ends by itself, in milliseconds since the epoch. Undefined for a setting, which stays until
	somebody reverts it.
	*/
	readonly untilMs: number | undefined;
	readonly osUser: string;
};

/** By setting: the value that an operator sets for a while, and what that value costs while it is set. */
const temporaryValues: ReadonlyMap<string, {readonly value: string; readonly cost: string}> = new Map([
	['save', {value: '', cost: 'no snapshots are made'}],
	['appendonly', {value: 'no', cost: 'writes are not logged'}],
	['stop-writes-on-bgsave-error', {value: 'no', cost: 'failing saves stop nothing'}],
]);

/** What a temporary fix costs while it is in force. */
export const costOf = ({setting}: TemporaryFix): string =>
	(setting === undefined ? undefined : temporaryValues.get(setting)?.cost) ?? 'writes of clients wait';

const isTemporary = (setting: string, value: string): boolean =>
	temporaryValues.get(setting)?.value === value.toLowerCase();

/**
Whether the audit log entry shows that a change may be in force: the server replied without an error, or its reply is
unknown.
*/
const mayHold = ({phase, outcome}: AuditEntry): boolean =>
	phase === 'outcome' && (outcome === 'replied' || outcome === 'unknown');

/**
The temporary changes in the audit log that were not reverted, oldest first. Accepts any log and never throws.

@param entries The entries in order of time.
*/
export function temporaryFixes(entries: readonly AuditEntry[]): TemporaryFix[] {
	const open = new Map<string, TemporaryFix>();
	for (const entry of entries.filter(mayHold)) {
		const [name = '', subcommand = '', ...rest] = commandWords(entry.command ?? '').map((word, index) =>
			index < 2 ? word.toUpperCase() : word,
		);
		const command = `${name} ${subcommand}`;
		if (command === 'CONFIG SET') {
			takeSettings(open, entry, rest);
		} else if (command.startsWith('CLIENT ')) {
			takePause(open, entry, [subcommand, ...rest]);
		}
	}

	return [...open.values()].sort((a, b) => a.sinceMs - b.sinceMs);
}

function takeSettings(open: Map<string, TemporaryFix>, entry: AuditEntry, words: readonly string[]): void {
	for (let index = 0; index + 1 < words.length; index += 2) {
		const setting = (words[index] ?? '').toLowerCase();
		const key = `${entry.target} ${setting}`;
		if (!isTemporary(setting, words[index + 1] ?? '')) {
			open.delete(key);
		} else if (!open.has(key)) {
			open.set(key, fixOf(entry, setting, undefined));
		}
	}
}

function takePause(
	open: Map<string, TemporaryFix>,
	entry: AuditEntry,
	[subcommand, duration]: readonly string[],
): void {
	const key = `${entry.target} pause`;
	const untilMs = Date.parse(entry.at) + Number(duration);
	if (subcommand === 'UNPAUSE') {
		open.delete(key);
	} else if (subcommand === 'PAUSE' && Number.isFinite(untilMs)) {
		open.set(key, fixOf(entry, undefined, untilMs));
	}
}

const fixOf = (entry: AuditEntry, setting: string | undefined, untilMs: number | undefined): TemporaryFix => ({
	target: entry.target,
	setting,
	command: entry.command ?? '',
	revert: entry.revert,
	sinceMs: Date.parse(entry.at),
	untilMs,
	osUser: entry.osUser,
});

/** The server's settings by name, and when they were read, in milliseconds since the epoch. */
export type SeenSettings = {readonly atMs: number; readonly value: ReadonlyMap<string, string>};

/**
Whether the fix is still in force. `unchecked`: the settings were not read since the fix. `over`: the pause has ended,
or the setting has another value, because of a restart or another user.
*/
export function fixState(
	{setting, sinceMs, untilMs}: TemporaryFix,
	settings: SeenSettings | undefined,
	nowMs: number,
): 'stands' | 'unchecked' | 'over' {
	if (setting === undefined) {
		return untilMs !== undefined && nowMs < untilMs ? 'stands' : 'over';
	}

	const value = settings !== undefined && settings.atMs > sinceMs ? settings.value.get(setting) : undefined;
	if (value === undefined) {
		return 'unchecked';
	}

	return isTemporary(setting, value) ? 'stands' : 'over';
}

import type {AuditEntry} from '../../domain/audit.js';
import type {NodeAddress} from '../../domain/node.js';
import {folded} from './report-text.js';

/** One action through redis-top, joined from its lines in the audit log. */
export type DoneAction = {
	readonly atMs: number;
	/** When the last audit line of the action was written, in milliseconds since the epoch. */
	readonly lastMs: number;
	/**
	The operating system's user who took the action. In an SSH session, the client's address follows:
	`alice from 10.0.0.5`.
	*/
	readonly who: string;
	readonly target: NodeAddress;
	/** The command as typed into redis-cli. If no command was chosen yet, the action's name. */
	readonly what: string;
	readonly state: 'sent' | 'not sent' | 'no reply known' | 'verified' | 'failed' | 'not proved';
	/** The details of the action's audit lines in order, each once: the server's reply, the reason, the proof. */
	readonly details: readonly string[];
	readonly revert: string | undefined;
	/** The id of the run of redis-top that took the action. */
	readonly session: string;
	/** True for a restart as a whole. Its steps are actions of their own. */
	readonly isRestart: boolean;
};

type Group = {readonly entries: AuditEntry[]};

/** The actions in the lines of an audit log, oldest first. The lines of one action are joined. */
export function doneActions(lines: readonly AuditEntry[]): DoneAction[] {
	const groups: Group[] = [];
	const open = new Map<string, Group>();
	for (const entry of lines) {
		const {phase, session, target, action} = entry;
		if (phase === 'unlocked') {
			continue;
		}

		const key = `${session} ${target} ${action}`;
		const known = phase === 'intent' || phase === 'refused' ? undefined : open.get(key);
		if (known === undefined) {
			const group = {entries: [entry]};
			groups.push(group);
			open.set(key, group);
		} else {
			known.entries.push(entry);
		}
	}

	return groups.flatMap(({entries}) => doneAction(entries) ?? []);
}

function doneAction(entries: readonly AuditEntry[]): DoneAction | undefined {
	const [first] = entries;
	const last = entries.at(-1);
	if (first === undefined || last === undefined) {
		return undefined;
	}

	const [from = ''] = (first.sshConnection ?? '').split(' ');
	return {
		atMs: Date.parse(first.at),
		lastMs: Date.parse(last.at),
		who: from === '' ? first.osUser : `${first.osUser} from ${from}`,
		target: first.target,
		what: entries.find(({command}) => command !== undefined)?.command ?? first.action,
		state: stateOf(entries),
		details: folded(entries.flatMap(({detail}) => detail ?? [])),
		revert: entries.find(({revert}) => revert !== undefined)?.revert,
		session: first.session,
		isRestart: first.action === 'restart',
	};
}

function stateOf(entries: readonly AuditEntry[]): DoneAction['state'] {
	const has = (phase: AuditEntry['phase']) => entries.some(entry => entry.phase === phase);
	if (has('refused') || has('aborted')) {
		return 'not sent';
	}

	if (has('verified')) {
		return 'verified';
	}

	if (has('failed')) {
		return 'failed';
	}

	const outcome = entries.find(({phase}) => phase === 'outcome')?.outcome;
	if (outcome === undefined || outcome === 'unknown') {
		return 'no reply known';
	}

	if (outcome === 'not-sent') {
		return 'not sent';
	}

	return outcome === 'refused' ? 'failed' : has('unproved') ? 'not proved' : 'sent';
}

/** Whether the server may have received the action's command. */
export const wasSent = ({state}: DoneAction): boolean => state !== 'not sent';

/** The actions that were steps of a restart: the actions of the same run of redis-top while the restart lasted. */
export const stepsOf = (restart: DoneAction, actions: readonly DoneAction[]): DoneAction[] =>
	actions.filter(
		action =>
			!action.isRestart &&
			action.session === restart.session &&
			action.atMs >= restart.atMs &&
			action.atMs <= restart.lastMs,
	);

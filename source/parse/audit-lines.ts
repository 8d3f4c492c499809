import type {AuditEntry, AuditPhase} from '../domain/audit.js';
import type {NodeAddress} from '../domain/node.js';
import {sanitize} from '../text/sanitize.js';

/** A line of an audit log, parsed or broken. */
export type AuditLine =
	| {readonly kind: 'entry'; readonly entry: AuditEntry}
	/** A line that redis-top did not write, or that a full disk cut off. `text` is the beginning of the line. */
	| {readonly kind: 'broken'; readonly text: string};

/** Number of characters of a broken line that are kept for display. */
const shownOfBroken = 200;

/**
Parses an audit log into its lines, in their order. Blank lines are left out. Never throws: a line that can't be parsed
becomes `broken`.
*/
export function parseAuditLines(text: string): AuditLine[] {
	return text
		.split('\n')
		.filter(line => line.trim() !== '')
		.flatMap(parseLine);
}

/**
Parses one line of text. If the disk was full for a while, one line may hold a cut-off entry followed by a whole entry.
Both are returned.
*/
function parseLine(text: string): AuditLine[] {
	const entry = entryOf(text);
	if (entry !== undefined) {
		return [{kind: 'entry', entry}];
	}

	const start = text.lastIndexOf('{"at":"');
	const rest = start > 0 ? entryOf(text.slice(start)) : undefined;
	const broken = {
		kind: 'broken',
		text: sanitize((rest === undefined ? text : text.slice(0, start)).slice(0, shownOfBroken)),
	} as const;
	return rest === undefined ? [broken] : [broken, {kind: 'entry', entry: rest}];
}

function entryOf(text: string): AuditEntry | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}

	if (typeof value !== 'object' || value === null) {
		return undefined;
	}

	const word = (name: string): string | undefined => {
		const found = (value as Readonly<Record<string, unknown>>)[name];
		return typeof found === 'string' ? sanitize(found) : undefined;
	};
	const [at, phase, target, action] = ['at', 'phase', 'target', 'action'].map(word);
	const {pid} = value as {readonly pid?: unknown};
	if (at === undefined || Number.isNaN(Date.parse(at)) || target === undefined || action === undefined) {
		return undefined;
	}

	return phase === undefined || !/^[\w-]+$/.test(phase)
		? undefined
		: {
				at,
				// A later version of redis-top may have written other phases and actions. They are shown unchanged. The
				// types of these values are therefore not guaranteed, and nothing is concluded from the values.
				phase: phase as AuditPhase,
				action: action as AuditEntry['action'],
				target: target as NodeAddress,
				runId: word('runId'),
				command: word('command'),
				detail: word('detail'),
				outcome: word('outcome') as AuditEntry['outcome'],
				revert: word('revert'),
				session: word('session') ?? '',
				osUser: word('osUser') ?? '',
				sshConnection: word('sshConnection'),
				pid: typeof pid === 'number' ? pid : 0,
			};
}

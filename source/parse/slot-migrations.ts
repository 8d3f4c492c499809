import {type SlotRange, slotTotal} from '../domain/cluster.js';
import type {RawReply} from '../domain/reply.js';
import type {AtomicMigration} from '../domain/slot-migration.js';
import {isArray, numberOf, pairsOf, textOf} from './reply-values.js';

/**
CLUSTER GETSLOTMIGRATIONS (Valkey) and CLUSTER MIGRATION STATUS ALL (Redis): a list of maps with the same facts under
names of their own. Total: what has no name and no slots is left out.
*/
export function parseSlotMigrations(reply: RawReply | undefined): AtomicMigration[] {
	return isArray(reply) ? reply.flatMap(entry => parseMigration(new Map(pairsOf(entry))) ?? []) : [];
}

function parseMigration(fields: ReadonlyMap<string, RawReply>): AtomicMigration | undefined {
	const text = (...names: readonly string[]) => {
		for (const name of names) {
			const value = textOf(fields.get(name));
			if (value !== undefined) {
				return value;
			}
		}

		return '';
	};
	const name = text('name', 'id');
	if (name === '') {
		return undefined;
	}

	return {
		name,
		operation: text('operation'),
		slots: parseRanges(text('slot_ranges', 'slots')),
		source: text('source_node', 'source'),
		target: text('target_node', 'dest'),
		state: text('state'),
		message: text('message', 'last_error'),
		createdMs: momentOf(fields.get('create_time')),
		updatedMs: momentOf(fields.get('last_update_time') ?? fields.get('end_time')) ?? momentOf(fields.get('start_time')),
		remainingBytes: numberOf(fields.get('remaining_repl_size')),
	};
}

/** `0-99 200`, separated by blanks or commas. */
function parseRanges(text: string): SlotRange[] {
	return text.split(/[\s,]+/).flatMap(word => {
		const [, firstText, lastText = firstText] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(word) ?? [];
		const first = Number(firstText);
		const last = Number(lastText);
		return first <= last && last < slotTotal ? [{first, last}] : [];
	});
}

/** Valkey prints seconds, Redis milliseconds; 0 and less is no moment. */
function momentOf(reply: RawReply | undefined): number | undefined {
	const value = numberOf(reply);
	if (value === undefined || value <= 0) {
		return undefined;
	}

	return value < 100_000_000_000 ? value * 1000 : value;
}

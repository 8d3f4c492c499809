import {type SlotRange, slotTotal} from '../domain/cluster.js';
import type {RawReply} from '../domain/reply.js';
import type {AtomicMigration} from '../domain/slot-migration.js';
import {isArray, numberOf, pairsOf, textOf} from './reply-values.js';

/**
Parses the reply of CLUSTER GETSLOTMIGRATIONS (Valkey) or CLUSTER MIGRATION STATUS ALL (Redis): a list of maps. Both
replies hold the same facts under different names. Never throws: a migration without a name is left out.
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

	const writePauseMs = numberOf(fields.get('write_pause_ms'));
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
		...(writePauseMs === undefined ? {} : {writePauseMs}),
	};
}

/** Parses slot ranges such as `0-99 200`, separated by spaces or commas. */
function parseRanges(text: string): SlotRange[] {
	return text.split(/[\s,]+/).flatMap(word => {
		const [, firstText, lastText = firstText] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(word) ?? [];
		const first = Number(firstText);
		const last = Number(lastText);
		return first <= last && last < slotTotal ? [{first, last}] : [];
	});
}

/**
Converts a time to milliseconds since the epoch. Valkey sends seconds, Redis sends milliseconds. Undefined for 0 and
less.
*/
function momentOf(reply: RawReply | undefined): number | undefined {
	const value = numberOf(reply);
	if (value === undefined || value <= 0) {
		return undefined;
	}

	return value < 100_000_000_000 ? value * 1000 : value;
}

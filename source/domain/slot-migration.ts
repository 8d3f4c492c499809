import type {SlotRange} from './cluster.js';

/**
A slot migration that the servers run themselves, as one node reports it. Source: CLUSTER GETSLOTMIGRATIONS (Valkey 9.0
and later) or CLUSTER MIGRATION STATUS (Redis 8.4 and later).
*/
export type AtomicMigration = {
	readonly name: string;
	/** What the reporting node does in the migration, as printed: `IMPORT`, `EXPORT`, `import`, `migrate`. */
	readonly operation: string;
	readonly slots: readonly SlotRange[];
	/** The id of the node that gives the slots, as printed. */
	readonly source: string;
	readonly target: string;
	/** `success`, `failed`, `canceled`, or the present stage of the migration. */
	readonly state: string;
	/** Why the migration failed; empty without an error. */
	readonly message: string;
	/** When the migration was created, in milliseconds since the epoch. */
	readonly createdMs: number | undefined;
	readonly updatedMs: number | undefined;
	/** Bytes that remain to be sent; undefined when the server doesn't report it (Valkey 9.1 and later do). */
	readonly remainingBytes: number | undefined;
	/** Milliseconds for which writes were paused for the handover; undefined before Redis 8.4 and on Valkey. */
	readonly writePauseMs?: number | undefined;
};

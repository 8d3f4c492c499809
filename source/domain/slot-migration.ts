import type {SlotRange} from './cluster.js';

/**
A migration that the servers run themselves, as one node reports it: Valkey ≥ 9.0 CLUSTER GETSLOTMIGRATIONS, Redis ≥ 8.4
CLUSTER MIGRATION STATUS.
*/
export type AtomicMigration = {
	readonly name: string;
	/** As the server prints it: `IMPORT`, `EXPORT`, `import`, `migrate`. */
	readonly operation: string;
	readonly slots: readonly SlotRange[];
	/** Ids of nodes, as printed. */
	readonly source: string;
	readonly target: string;
	/** `success`, `failed`, `canceled`, or what it does now. */
	readonly state: string;
	/** Why it failed, empty while there is nothing to say. */
	readonly message: string;
	/** Unix milliseconds. */
	readonly createdMs: number | undefined;
	readonly updatedMs: number | undefined;
	/** Bytes that are still to be sent, where the server says so (Valkey ≥ 9.1). */
	readonly remainingBytes: number | undefined;
};

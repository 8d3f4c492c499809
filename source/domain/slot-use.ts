/**
The load of one slot since the server began to count it, by CLUSTER SLOT-STATS. All fields but `keys` need
`cluster-slot-stats-enabled`.
*/
export type SlotTotals = {
	readonly keys: number | undefined;
	readonly cpuMicroseconds: number | undefined;
	readonly inBytes: number | undefined;
	readonly outBytes: number | undefined;
};

/** Some of the keys of one slot. */
export type KeysOfSlot = {readonly slot: number; readonly slotKeys: readonly string[]};

/** The slots that redis-top reads of a node: those with the most load, and those with the most keys. */
export type SlotUse = {
	/** False where the server does not count processor time and bytes by slot. */
	readonly isCounted: boolean;
	readonly slots: ReadonlyMap<number, SlotTotals>;
};

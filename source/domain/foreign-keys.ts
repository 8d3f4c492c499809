/** Keys of a cluster node in slots that it does not own, as far as they were counted. */
export type ForeignKeys = {
	/** Whether every slot of the other nodes was counted since the node's own slots last changed. */
	readonly isWhole: boolean;
	/** The number of keys by slot; slots without keys are left out. */
	readonly countOfSlot: ReadonlyMap<number, number>;
};

/** Up to so many nodes a state is made and laid out four times a second. */
export const quickUpTo = 200;

/** States are published at most so often, milliseconds: Ink lays out every one, and lists and totals go over all nodes. */
export const publishEveryMs = (nodes: number): number => (nodes <= quickUpTo ? 250 : 1000);

/** News of a node nobody looks at may wait so long for the focused node's, milliseconds: one frame an interval, not one a node. */
export const patienceMs = 1500;

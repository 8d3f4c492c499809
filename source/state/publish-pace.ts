import {scale} from '../domain/scale.js';
/** States are published at most so often, milliseconds: Ink lays out every one, and lists and totals go over all nodes. */
export const publishEveryMs = (nodes: number): number => (nodes <= scale.quickPublishUpTo ? 250 : 1000);

/** News of a node nobody looks at may wait so long for the focused node's, milliseconds: one frame an interval, not one a node. */
export const patienceMs = 1500;

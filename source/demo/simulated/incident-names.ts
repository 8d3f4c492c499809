/** The incidents of the simulated deployment, in the demo's order. */
export const incidentNames = ['node-dies', 'partition', 'failover', 'full-memory', 'lagging-replica'] as const;

export type IncidentName = (typeof incidentNames)[number];

/** One incident repeatedly, all in turn, or none. */
export type Programme = IncidentName | 'all' | 'none';

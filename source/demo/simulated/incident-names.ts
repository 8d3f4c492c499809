/** The incidents of the simulated cluster, in the order in which the demo plays them. */
export const incidentNames = ['node-dies', 'partition', 'failover', 'full-memory', 'lagging-replica'] as const;

export type IncidentName = (typeof incidentNames)[number];

/** Which incidents are played: one of them repeatedly, all in turn, or none. */
export type Programme = IncidentName | 'all' | 'none';

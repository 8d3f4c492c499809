/** What can be played on the simulated deployment, in the order in which the demo shows it. */
export const incidentNames = ['node-dies', 'partition', 'failover', 'full-memory', 'lagging-replica'] as const;

export type IncidentName = (typeof incidentNames)[number];

/** One incident again and again, every one in turn, or nothing at all. */
export type Programme = IncidentName | 'all' | 'none';

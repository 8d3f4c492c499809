export const replicationThresholds = {} as const;

export const persistenceThresholds = {} as const;

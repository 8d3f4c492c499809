/** What INFO is asked for from Redis 7.0 on, in one call. Older and newer servers ignore section names they don't know. */
export const infoSections: readonly string[] =
	'server clients memory persistence stats replication cpu cluster keyspace errorstats threads'.split(' ');

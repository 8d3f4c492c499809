/**
The sections that INFO is asked for since Redis 7.0, in one call. Servers ignore section names that they don't know.
*/
export const infoSections: readonly string[] =
	'server clients memory persistence stats replication cpu cluster keyspace errorstats threads'.split(' ');

/**
The sections that redis-top requests with one INFO call from Redis 7.0 on. Servers ignore section names that they don't
know.
*/
export const infoSections: readonly string[] =
	'server clients memory persistence stats replication cpu cluster keyspace errorstats threads'.split(' ');

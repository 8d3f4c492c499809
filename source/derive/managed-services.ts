import type {ManagedService} from '../domain/hosting.js';
import type {InfoReply} from '../domain/info-reply.js';

export type KnownService = ManagedService & {
	readonly host: RegExp;
	/** Whether an INFO reply comes from this service: it has a field that only this service sends. */
	readonly isNamedBy?: (info: InfoReply) => boolean;
};

const words = (text: string): readonly string[] => text.split(' ');

/**
The providers' services. Host names come from the providers' documentation of their endpoints. Forbidden commands come
from their lists of unsupported commands. The first service that matches a server is used.
*/
export const knownServices: readonly KnownService[] = [
	{
		kind: 'memorydb',
		name: 'MemoryDB',
		host: /\.memorydb\.[\w-]+\.amazonaws\.com(?:\.cn)?$/,
		statusPage: 'https://health.aws.amazon.com/health/status',
		console: 'MemoryDB console: Events; CloudWatch EngineCPUUtilization, DatabaseMemoryUsagePercentage, SwapUsage',
		forbidden: words('ACL BGREWRITEAOF BGSAVE CLUSTER CONFIG DEBUG MIGRATE MODULE PSYNC REPLICAOF SAVE SHUTDOWN SYNC'),
		save: 'aws memorydb create-snapshot',
		restart: 'aws memorydb failover-shard',
	},
	{
		kind: 'elasticache',
		name: 'ElastiCache',
		host: /\.cache\.amazonaws\.com(?:\.cn)?$/,
		isNamedBy: info => info.text('server', 'os') === 'Amazon ElastiCache',
		statusPage: 'https://health.aws.amazon.com/health/status',
		console:
			'ElastiCache console: Events; CloudWatch EngineCPUUtilization, DatabaseMemoryUsagePercentage, SwapUsage, ReplicationLag',
		forbidden: words('BGREWRITEAOF BGSAVE CONFIG DEBUG MIGRATE REPLICAOF SAVE SHUTDOWN SLAVEOF SYNC'),
		save: 'aws elasticache create-snapshot',
		restart: 'aws elasticache reboot-cache-cluster',
	},
	{
		kind: 'azure',
		name: 'Azure Cache for Redis',
		host: /\.redis\.cache\.(?:windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)$/,
		isNamedBy: info => info.text('memory', 'maxmemory_reservation') !== undefined,
		statusPage: 'https://azure.status.microsoft',
		console: 'portal: Resource health, Diagnose and solve problems; TLS port 6380',
		forbidden: words('BGREWRITEAOF BGSAVE CLUSTER CONFIG DEBUG MIGRATE SAVE SHUTDOWN SLAVEOF'),
		save: 'az redis export',
		restart: 'az redis force-reboot',
	},
	{
		kind: 'azure',
		name: 'Azure Managed Redis',
		host: /\.(?:redis\.azure\.net|redisenterprise\.cache\.azure\.net)$/,
		statusPage: 'https://azure.status.microsoft',
		console: 'portal: Resource health; port 10000',
		forbidden: words('ACL BGREWRITEAOF BGSAVE DEBUG FAILOVER LASTSAVE REPLICAOF ROLE SAVE SHUTDOWN'),
		save: 'az redisenterprise database export',
		restart: 'the portal',
	},
	{
		kind: 'redis-cloud',
		name: 'Redis Cloud',
		host: /\.(?:cloud\.redislabs\.com|redis-cloud\.com|cloud\.rlrcp\.com)$/,
		isNamedBy: info => info.text('server', 'rlec_version') !== undefined,
		statusPage: 'https://status.redis.io',
		console: 'Redis Cloud console: the database, Metrics and Slow log',
		forbidden: words('ACL BGREWRITEAOF BGSAVE CLUSTER DEBUG FAILOVER LASTSAVE MEMORY REPLICAOF ROLE SAVE SHUTDOWN'),
		save: 'the console: Backup now',
		restart: 'the console or its support',
	},
	{
		kind: 'upstash',
		name: 'Upstash',
		host: /\.upstash\.io$/,
		isNamedBy: info => info.text('server', 'upstash_version') !== undefined,
		statusPage: 'https://status.upstash.com',
		console: 'Upstash console: the database, Usage and Metrics',
		forbidden: words('BGREWRITEAOF BGSAVE CLIENT CLUSTER CONFIG DEBUG LATENCY MEMORY REPLICAOF SHUTDOWN SLOWLOG'),
		save: 'the console: Backups',
		restart: 'nothing: it has no process of yours',
	},
	{
		kind: 'aiven',
		name: 'Aiven',
		host: /\.aivencloud\.com$/,
		statusPage: 'https://status.aiven.io',
		console: 'Aiven console: the service, Metrics and Logs; avn service logs',
		forbidden: words(
			'ACL BGREWRITEAOF BGSAVE CLUSTER COMMAND CONFIG DEBUG FAILOVER LASTSAVE MIGRATE MONITOR REPLICAOF ROLE SAVE SHUTDOWN SLAVEOF',
		),
		save: 'nothing: it saves by itself',
		restart: 'avn service update --power-off',
	},
	{
		kind: 'digitalocean',
		name: 'DigitalOcean',
		host: /\.db\.ondigitalocean\.com$/,
		statusPage: 'https://status.digitalocean.com',
		console: 'control panel: Databases, Insights and Logs; TLS port 25061',
		forbidden: words('ACL BGREWRITEAOF BGSAVE CONFIG DEBUG REPLICAOF SAVE SHUTDOWN'),
		save: 'nothing: it saves by itself',
		restart: 'its support',
	},
	{
		kind: 'heroku',
		name: 'Heroku',
		host: /^ec2-[\d-]+\.(?:[\w-]+\.)?compute(?:-\d)?\.amazonaws\.com$/,
		statusPage: 'https://status.heroku.com',
		console: 'heroku redis:info; its certificate is self-signed',
		forbidden: words('ACL BGREWRITEAOF BGSAVE CONFIG DEBUG REPLICAOF SAVE SHUTDOWN'),
		save: 'nothing: it saves by itself',
		restart: 'heroku redis:maintenance',
	},
	{
		kind: 'unknown',
		name: 'OCI Cache',
		host: /\.redis\.[\w-]+\.oci\.oraclecloud\.com$/,
		statusPage: 'https://ocistatus.oraclecloud.com',
		console: 'OCI console: the cluster, Metrics',
		forbidden: words('ACL BGREWRITEAOF BGSAVE CLUSTER DEBUG MIGRATE MODULE PSYNC REPLICAOF SAVE SHUTDOWN SYNC'),
		save: 'the console: Backups',
		restart: 'its support',
	},
];

/** Google Memorystore, which has no host names of its own. The commands that it lacks reveal it. */
export const memorystore: ManagedService = {
	kind: 'memorystore',
	name: 'Memorystore',
	statusPage: 'https://status.cloud.google.com',
	console: 'Cloud console: the instance; system memory usage ratio, 80 % and above is an alert',
	forbidden: words(
		'ACL BGREWRITEAOF BGSAVE CLIENT CLUSTER COMMAND CONFIG DEBUG LASTSAVE MIGRATE MONITOR OBJECT REPLICAOF SAVE SHUTDOWN',
	),
	save: 'gcloud redis instances export',
	restart: 'gcloud redis instances failover',
};

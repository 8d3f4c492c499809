import {testIncidents} from './staged.js';

testIncidents([
	'cluster-shard-down',
	'cluster-failover',
	'cluster-no-failover',
	'cluster-slots-missing',
	'cluster-slot-open',
	'cluster-client',
]);

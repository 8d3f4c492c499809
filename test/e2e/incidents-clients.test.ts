import {testIncidents} from './staged.js';

testIncidents([
	'max-clients',
	'unknown-commands',
	'wait-without-replica',
	'wrong-database',
	'flushed',
	'password-changed',
	'wrong-password',
	'users-lost',
	'writes-paused',
	'blocked-workers',
	'slow-subscriber',
	'connection-churn',
	'monitor-left-on',
]);

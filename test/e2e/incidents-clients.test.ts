import {testIncidents} from './staged.js';

testIncidents([
	'max-clients',
	'password-changed',
	'wrong-password',
	'writes-paused',
	'blocked-workers',
	'slow-subscriber',
	'connection-churn',
	'monitor-left-on',
]);

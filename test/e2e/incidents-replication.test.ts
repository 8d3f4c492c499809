import {testIncidents} from './staged.js';

testIncidents([
	'primary-killed',
	'resync-loop',
	'replica-behind',
	'two-primaries',
	'empty-primary',
	'wrong-replica-promoted',
	'replica-writes',
	'replica-evicts',
]);

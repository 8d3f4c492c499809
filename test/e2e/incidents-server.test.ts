import {testIncidents} from './staged.js';

testIncidents([
	'memory-full',
	'no-ttl',
	'evictions',
	'limit-without-unit',
	'aof-disk-full',
	'save-folder-gone',
	'slow-keys',
	'endless-script',
	'frozen',
	'crash-loop',
	'aof-switched-on',
	'mass-expiry',
]);

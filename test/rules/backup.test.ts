import {perBackup} from '../../source/rules/backup.js';
import {sampledAtMs} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

// The replies behind these facts are made up: no server with BACKUP was there.
const backup = (state: string, message = '', ageSeconds = 3600): FactsParts => ({
	info: {server: {redis_version: '8.10.1'}},
	config: {maxmemory: '0'},
	record: {
		backup: {
			atMs: sampledAtMs,
			value: {state, problem: message, startedMs: sampledAtMs - ageSeconds * 1000, sealedMs: undefined},
		},
	},
});

testRule(perBackup, [
	['none is made', backup('idle'), 'clear'],
	['one is sealed', backup('sealed', '', 100_000), 'clear'],
	['one failed', backup('failed', 'No space left'), 'warning', /^failed to make its backup: No space left$/],
	[
		'open for a day',
		backup('incrementing', '', 90_000),
		'warning',
		/^has a backup that was never sealed, incrementing for 1d/,
	],
	['open for an hour', backup('incrementing'), 'clear'],
	['not asked yet', {info: {server: {redis_version: '8.10.1'}}, config: {maxmemory: '0'}}, 'pending'],
	['a version without it', {info: {server: {redis_version: '8.0.2'}}}, 'absent', /Redis 8\.10/],
	['Valkey', {info: {server: {redis_version: '7.2.4', valkey_version: '9.1.0', server_name: 'valkey'}}}, 'absent'],
]);

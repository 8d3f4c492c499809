import type {AccessRefusal} from '../../source/domain/access-log.js';
import type {BlindSpot} from '../../source/domain/sample.js';
import {readServerLog} from '../../source/parse/server-log.js';
import {secAuthfail, secDefaultAll, secDenied, secScan} from '../../source/rules/security.js';
import {perDrift} from '../../source/rules/write-refusal.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
const timed = <T>(value: T) => ({atMs: nowMs, value});
const deniedConfig: BlindSpot = {command: 'CONFIG GET', kind: 'denied', why: 'NOPERM', grant: '+config|get'};

const refusal = (parts: Partial<AccessRefusal> = {}): AccessRefusal => ({
	count: 1,
	lack: 'auth',
	object: 'AUTH',
	user: 'app',
	ageSeconds: 1,
	clientAddress: '10.0.0.9:1',
	clientName: '',
	...parts,
});
const refused = (...refusals: readonly AccessRefusal[]): FactsParts => ({
	config: {},
	record: {accessLog: timed(refusals)},
});

testRule(secAuthfail, [
	['before 7.2: none', refused(), 'clear'],
	['before 7.2: many', refused(refusal({count: 12})), 'warning', /^12 logins a minute fail$/],
	['before 7.2: of several users', refused(refusal({count: 6}), refusal({count: 7, user: 'other'})), 'warning', /^13 /],
	['before 7.2: a few', refused(refusal({count: 3})), 'clear'],
	['before 7.2: long ago', refused(refusal({count: 12, ageSeconds: 90})), 'clear'],
	['before 7.2: commands are another matter', refused(refusal({count: 12, lack: 'command'})), 'clear'],
	['before 7.2: not asked yet', {config: {}}, 'pending'],
	[
		'before 7.2: few rights',
		{record: {blind: [deniedConfig]}},
		'denied',
		/^ACL LOG is asked only of users who may CONFIG GET/,
	],
]);

const deniedKey = {
	info: {stats: {acl_access_denied_cmd: 0, acl_access_denied_key: 3}},
	earlier: {stats: {acl_access_denied_cmd: 0, acl_access_denied_key: 0}},
};
testRule(secDenied, [
	['who it was', {...deniedKey, ...refused(refusal({lack: 'key', object: 'secret'}))}, 'info', /^denied 3 requests/],
]);

const anonymous = (defaultUserCanShutdown: boolean | undefined): FactsParts => ({
	settings: {hasPassword: false, user: undefined},
	record: defaultUserCanShutdown === undefined ? {} : {defaultUserCanShutdown: timed(defaultUserCanShutdown)},
});

testRule(secDefaultAll, [
	['everything', anonymous(true), 'info', /^lets whoever reaches it do everything/],
	['everything, strictly', {...anonymous(true), settings: {hasPassword: false, isStrict: true}}, 'warning'],
	['not everything', anonymous(false), 'clear'],
	['not asked yet, or before 7.0', anonymous(undefined), 'pending'],
	['with a password nobody can tell', {...anonymous(true), settings: {hasPassword: true}}, 'unseen'],
	['with a user of its own neither', {...anonymous(true), settings: {hasPassword: false, user: 'mon'}}, 'unseen'],
]);

const attack = (minutesAgo: number): FactsParts => {
	const at = new Date(nowMs - minutesAgo * 60_000).toISOString();
	const line = `12:M ${at} # Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis.`;
	return {host: {log: readServerLog('a log', line)}};
};

testRule(secScan, [
	[
		'a quiet log',
		{host: {log: readServerLog('a log', '12:M 24 Nov 2026 11:22:33.123 * Ready to accept connections')}},
		'clear',
	],
	['just now', attack(2), 'warning', /^somebody sends it HTTP: 1 /],
	['two hours ago', attack(120), 'clear'],
	['no log', {host: {gaps: [{what: "the server's log", why: 'EACCES'}]}}, 'unseen', /EACCES/],
	['never looked', {}, 'unseen'],
]);

const running = {appendonly: 'no', save: '3600 1 300 100', maxmemory: '0', 'maxmemory-policy': 'noeviction'};
const drift = (
	config: Readonly<Record<string, string>>,
	file: Readonly<Record<string, string>> | undefined,
	name = '/etc/redis/redis.conf',
): FactsParts => ({
	info: {server: {config_file: name}},
	config: {...running, ...config},
	host: file === undefined ? {} : {configFile: {path: name, settings: new Map(Object.entries(file))}},
});

testRule(perDrift, [
	[
		'as written',
		drift({maxmemory: '268435456'}, {maxmemory: '256mb', save: '3600 1 300 100', appendonly: 'NO'}),
		'clear',
	],
	['what is not written has its default', drift({}, {}), 'clear'],
	['the way to lose data', drift({}, {appendonly: 'yes'}), 'warning', /^runs with .*: appendonly no, not yes$/],
	['not written, and changed', drift({appendonly: 'yes'}, {}), 'warning', /appendonly yes, not no/],
	['saves switched off', drift({save: ''}, {save: '3600 1'}), 'warning', /save "", not 3600 1/],
	['saves switched off, by default on', drift({save: ''}, {}), 'warning', /save "", not the default/],
	['saves off in the file, too', drift({save: ''}, {save: ''}), 'clear'],
	['memory', drift({maxmemory: '100'}, {maxmemory: '1g'}), 'warning', /maxmemory 100, not 1g/],
	[
		'two at once',
		drift({maxmemory: '1', appendonly: 'yes'}, {}),
		'warning',
		/appendonly yes, not no; maxmemory 1, not 0/,
	],
	['started without a file', drift({}, undefined, ''), 'absent', /without a config file/],
	[
		'a file that may not be read',
		{...drift({}, undefined), host: {gaps: [{what: 'config file', why: '/etc/redis/redis.conf: EACCES'}]}},
		'unseen',
		/EACCES/,
	],
	['on another machine', {info: {server: {config_file: '/a'}}, config: running}, 'unseen'],
	['settings denied', {...drift({}, {}), config: undefined as never, record: {blind: [deniedConfig]}}, 'denied'],
]);

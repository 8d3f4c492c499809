import type {AccessRefusal} from '../../source/domain/access-log.js';
import type {BlindSpot} from '../../source/domain/sample.js';
import {readServerLog} from '../../source/parse/server-log.js';
import {secAuthfail, secDefaultAll, secDenied, secScan} from '../../source/rules/security.js';
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

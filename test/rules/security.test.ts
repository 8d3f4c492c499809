import assert from 'node:assert/strict';
import test from 'node:test';
import type {AccessRefusal} from '../../source/domain/access-log.js';
import type {AclUser} from '../../source/domain/acl-user.js';
import {messageText} from '../../source/domain/message.js';
import type {BlindSpot} from '../../source/domain/sample.js';
import {readServerLog} from '../../source/parse/server-log.js';
import {secDenied} from '../../source/rules/denied-requests.js';
import {secAuthfail} from '../../source/rules/failed-logins.js';
import {
	secDebug,
	secDefaultAll,
	secNoauth,
	secOld,
	secPlaintext,
	secProtectedOff,
	secScan,
} from '../../source/rules/security.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, recordFrom, refusedConnection} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
/** Rules that are clear or fire, and are always evaluated; with the reason. */
export const neverUnknown: Readonly<Record<string, string>> = {
	'sec.noauth': 'looks at our own connection',
	'sec.plaintext': 'looks at our own connection',
};

const timed = <T>(value: T) => ({atMs: nowMs, value});

const deniedConfig: BlindSpot = {command: 'CONFIG GET', kind: 'denied', why: 'NOPERM', grant: '+config|get'};
const denials = (fields: Readonly<Record<string, number>>, record: FactsParts['record'] = {}): FactsParts => ({
	info: {stats: fields},
	earlier: {stats: Object.fromEntries(Object.keys(fields).map(name => [name, 0]))},
	record,
});
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

const withUser = (parts: Partial<AclUser>): FactsParts => ({
	config: {},
	record: {
		accessLog: timed([refusal({count: 12})]),
		aclUsers: timed([{user: 'app', isOn: true, login: 'a1b2', rights: '', hasAllKeys: false, lacks: [], ...parts}]),
	},
});

test('sec.authfail: many failed logins for want of a user after a promotion are certain at once', () => {
	const failing = (perSecond: number, promotedAtMs: readonly number[]) =>
		firingOf(secAuthfail, {
			...withUser({user: 'default'}),
			info: {stats: {acl_access_denied_auth: 100 + perSecond}},
			earlier: {stats: {acl_access_denied_auth: 100}},
			watch: {promotedAtMs},
		}).isCertain;
	assert.equal(failing(240, [nowMs - 5000]), true);
	assert.equal(failing(2, [nowMs - 5000]), false);
	assert.equal(failing(240, []), false);
});

/** A server that refuses 40 logins a second, runs this many other commands, and has clients with these last commands. */
const lockedOut = (others: number, commands: readonly string[]): FactsParts => ({
	info: {
		server: {uptime_in_seconds: 1000},
		stats: {acl_access_denied_auth: 40, total_commands_processed: 100_000 + 40 + others},
	},
	earlier: {stats: {acl_access_denied_auth: 0, total_commands_processed: 100_000}},
	record: {clients: timed(commands.map((command, id) => clientOf({id, command})))},
});

testRule(secAuthfail, [
	['the applications are locked out', lockedOut(10, ['auth', 'auth', 'get']), 'critical'],
	['as much work as before beside the failures', lockedOut(90, ['auth', 'get']), 'warning'],
	['little work at night, and pools that are logged in', lockedOut(10, ['auth', 'get', 'get', 'set']), 'warning'],
	['CLIENT LIST is not known', {...lockedOut(10, []), record: {}}, 'warning'],
]);

test('sec.authfail: applications that are locked out come before slow commands', () => {
	const {effect, meaning} = firingOf(secAuthfail, lockedOut(10, ['auth']));
	assert.equal(effect, 'connections-refused');
	assert.match(messageText(meaning ?? ''), /locked out/);
});

/** A server that lacks the user, soon after its start, and has run a command that takes users away. */
const removedBy = (command: string): FactsParts => ({
	...withUser({user: 'default'}),
	info: {server: {uptime_in_seconds: 40}},
	record: {
		...withUser({user: 'default'}).record,
		commands: [{command, calls: 1, callsPerSecond: 0, meanMicroseconds: undefined, timeShare: 0, failuresPerSecond: 0}],
	},
});

/** Another node, which has the user. */
const withAppUser = (parts: Parameters<typeof recordFrom>[0]) => recordFrom({...parts, ...withUser({}).record});

testRule(secAuthfail, [
	['none', denials({acl_access_denied_auth: 0}), 'clear'],
	['one in a second', denials({acl_access_denied_auth: 1}), 'warning', /^refuses 60 logins per minute$/],
	['one in ten seconds', {...denials({acl_access_denied_auth: 1}), secondsBetween: 10}, 'clear'],
	[
		'a client tries once a second, and the samples lie between two of its attempts',
		denials({acl_access_denied_auth: 0}, {accessLog: timed([refusal({count: 30})])}),
		'warning',
		/^refuses logins as user app, 30 per minute, last from 10\.0\.0\.9$/,
	],
	[
		'a client that has stopped trying',
		denials({acl_access_denied_auth: 0}, {accessLog: timed([refusal({count: 30, ageSeconds: 3})])}),
		'clear',
	],
	['before 7.2: none', refused(), 'clear'],
	[
		'before 7.2: many',
		refused(refusal({count: 12})),
		'warning',
		/^refuses logins as user app, 12 per minute, last from 10\.0\.0\.9$/,
	],
	[
		'many, as a user that is off',
		withUser({isOn: false, lacks: []}),
		'warning',
		/^refuses logins as user app, 12 per minute, last from 10\.0\.0\.9: the user is off$/,
	],
	[
		'many, as the user of replicas that is off',
		withUser({isOn: false, lacks: ['set']}),
		'critical',
		/^refuses its replicas as user app, .*: the user is off$/,
	],
	[
		'many, as the user of replicas',
		withUser({isOn: true, lacks: ['set']}),
		'critical',
		/: wrong password \(masterauth of the replica\)$/,
	],
	[
		'many, as a user of an application',
		withUser({lacks: ['psync']}),
		'warning',
		/^refuses logins as user app, .*: wrong password$/,
	],
	[
		'many, as a user that the server does not have',
		{...withUser({user: 'default'}), info: {server: {uptime_in_seconds: 864_000}}},
		'warning',
		/^refuses logins as user app, .*: no such user here$/,
	],
	[
		'many, as a user that the server does not have, soon after its start',
		{...withUser({user: 'default'}), info: {server: {uptime_in_seconds: 40}}},
		'warning',
		/: no such user here; it started 40s ago$/,
	],
	[
		'many, as a user that a new ACL file lacks',
		removedBy('acl|load'),
		'warning',
		/: no such user here; ACL LOAD has replaced the users$/,
	],
	['many, as a user that was deleted', removedBy('acl|deluser'), 'warning', /; ACL DELUSER has removed users$/],
	[
		'many, with a list of users from before the failures',
		{
			...withUser({}),
			record: {
				...withUser({}).record,
				aclUsers: {...(withUser({}).record?.aclUsers ?? timed([])), atMs: nowMs - 30_000},
			},
		},
		'warning',
		/^refuses logins as user app, 12 per minute, last from 10\.0\.0\.9$/,
	],
	[
		'many, on a promoted node without the user',
		{...withUser({user: 'default'}), info: {server: {uptime_in_seconds: 40}}, watch: {promotedAtMs: [nowMs - 5000]}},
		'critical',
		/^has no user app and refuses its logins, .*: promoted without it; ACL users do not replicate$/,
	],
	[
		'many, on a node that continues the history of a primary from which it has read',
		{
			...withUser({user: 'default'}),
			info: {replication: {second_repl_offset: 700}, stats: {total_net_repl_input_bytes: 900}},
		},
		'critical',
		/: promoted without it; ACL users do not replicate$/,
	],
	[
		'many, on a restarted primary that has read from no primary',
		{
			...withUser({user: 'default'}),
			info: {
				server: {uptime_in_seconds: 40},
				replication: {second_repl_offset: 700},
				stats: {total_net_repl_input_bytes: 0},
			},
		},
		'warning',
		/: no such user here; it started 40s ago$/,
	],
	[
		'many, on a promoted node, as a user of the former primary that is down',
		{
			...withUser({user: 'default'}),
			watch: {promotedAtMs: [nowMs - 5000]},
			nodes: [withAppUser({address: '10.0.1.9:6379', failure: refusedConnection})],
		},
		'critical',
		/: promoted without it, which is on 10\.0\.1\.9:6379; ACL users do not replicate$/,
	],
	[
		'many, as a user that only another node has',
		{...withUser({user: 'default'}), nodes: [withAppUser({address: '10.0.1.9:6379'})]},
		'warning',
		/: no such user here, but on 10\.0\.1\.9:6379; ACL users do not replicate$/,
	],
	[
		'many, as a user that only a Sentinel has',
		{...withUser({user: 'default'}), nodes: [withAppUser({address: '10.0.1.9:26379', role: 'sentinel'})]},
		'warning',
		/: no such user here$/,
	],
	[
		'many, on a promoted node with another password of the user than the former primary that is down',
		{
			...withUser({login: 'c3d4'}),
			watch: {promotedAtMs: [nowMs - 5000]},
			nodes: [withAppUser({address: '10.0.1.9:6379', failure: refusedConnection})],
		},
		'critical',
		/^refuses logins as user app, .*: promoted with another password than 10\.0\.1\.9:6379$/,
	],
	[
		'many, as a user with another password on another node',
		{...withUser({login: 'c3d4'}), nodes: [withAppUser({address: '10.0.1.9:6379'})]},
		'warning',
		/: its password differs from that on 10\.0\.1\.9:6379$/,
	],
	[
		'many, as a user with the same password on another node',
		{...withUser({}), watch: {promotedAtMs: [nowMs - 5000]}, nodes: [withAppUser({address: '10.0.1.9:6379'})]},
		'warning',
		/: wrong password$/,
	],
	[
		'many, as a user that needs no password on another node',
		{
			...withUser({}),
			nodes: [recordFrom({address: '10.0.1.9:6379', ...withUser({login: 'nopass'}).record})],
		},
		'warning',
		/: wrong password$/,
	],
	[
		'many, as the user of replicas with another password on another node',
		{...withUser({login: 'c3d4', lacks: ['set']}), nodes: [withAppUser({address: '10.0.1.9:6379'})]},
		'critical',
		/: wrong password \(masterauth of the replica\)$/,
	],
	['many, as a user without a password', withUser({login: ''}), 'warning', /: the user has no password set$/],
	[
		'before 7.2: from an address of version 6',
		refused(refusal({count: 12, clientAddress: '[fd00::9]:48130'})),
		'warning',
		/, last from \[fd00::9\]$/,
	],
	['before 7.2: from a named client', refused(refusal({count: 12, clientName: 'api'})), 'warning', /, last from api$/],
	[
		'before 7.2: of several users',
		refused(refusal({count: 6}), refusal({count: 7, user: 'other'})),
		'warning',
		/as user other, 13 per minute with others, last from 10\.0\.0\.9$/,
	],
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
	['none', denials({acl_access_denied_cmd: 0}), 'clear'],
	['keys', denials({acl_access_denied_cmd: 0, acl_access_denied_key: 3}), 'info', /^denied 3 requests/],
	[
		'perhaps our own',
		denials(
			{acl_access_denied_cmd: 1},
			{blind: [{command: 'SLOWLOG GET', kind: 'denied', why: 'NOPERM', grant: undefined}]},
		),
		'clear',
	],
	['before 6.2', {}, 'absent'],
	[
		'before 7.2: a few',
		{info: {errorstats: {errorstat_NOPERM: 'count=3'}}, earlier: {errorstats: {errorstat_NOPERM: 'count=1'}}},
		'info',
		/^denied 2 requests/,
	],
	[
		'before 7.2: none now',
		{info: {errorstats: {errorstat_NOPERM: 'count=3'}}, earlier: {errorstats: {errorstat_NOPERM: 'count=3'}}},
		'clear',
	],
	[
		'the same again and again',
		{
			...deniedKey,
			...refused(refusal({lack: 'channel', object: 'orders', user: 'notify', count: 40, clientName: 'api'})),
		},
		'warning',
		/^denies the user notify channel orders \(NOPERM\), 40 times within a minute, lately api: its ACL lacks the right$/,
	],
	[
		'a command again and again',
		{...deniedKey, ...refused(refusal({lack: 'command', object: 'client|setinfo', count: 40}))},
		'warning',
		/^denies the user app CLIENT\|SETINFO \(NOPERM\)/,
	],
	[
		'keys again and again',
		{...deniedKey, ...refused(refusal({lack: 'key', object: 'basket:1', count: 40}))},
		'warning',
		/^denies the user app keys basket:\* \(NOPERM\)/,
	],
	['who it was', {...deniedKey, ...refused(refusal({lack: 'key', object: 'secret'}))}, 'info', /^denied 3 requests/],
]);

test('sec.authfail, sec.denied: the most refused client is the culprit', () => {
	const refusals = [refusal({count: 6}), refusal({count: 7, clientAddress: '10.0.0.8:1'})];
	const [authfail, denied] = [
		secAuthfail.evaluate(factsOf(refused(...refusals)), 0),
		secDenied.evaluate(
			factsOf({...deniedKey, ...refused(...refusals.map(each => ({...each, lack: 'key', object: 'secret'})))}),
			0,
		),
	];
	for (const [evaluation, client] of [
		[authfail, {kind: 'host', name: '10.0.0.8'}],
		[denied, {kind: 'client', name: '10.0.0.8:1'}],
	] as const) {
		assert.ok(evaluation.kind === 'fires');
		assert.deepEqual(evaluation.culprit, {client});
		assert.doesNotMatch(JSON.stringify(evaluation), /secret/, 'keys stay in ACL LOG');
	}
});

const commands = (debug: string, modules: string): FactsParts => ({
	config: {'enable-debug-command': debug, 'enable-module-command': modules},
});
testRule(secDebug, [
	['off', commands('no', 'no'), 'clear'],
	['from this machine', commands('local', 'local'), 'clear'],
	['for everybody', commands('yes', 'yes'), 'warning', /^allows DEBUG and MODULE LOAD over the network$/],
	['not told', {}, 'pending'],
]);

const anonymous = (defaultUserCanShutdown: boolean | undefined): FactsParts => ({
	settings: {hasPassword: false, user: undefined},
	record: defaultUserCanShutdown === undefined ? {} : {defaultUserCanShutdown: timed(defaultUserCanShutdown)},
});
testRule(secDefaultAll, [
	['everything', anonymous(true), 'info', /^gives everyone all rights without a password, SHUTDOWN too$/],
	['everything, strictly', {...anonymous(true), settings: {hasPassword: false, isStrict: true}}, 'warning'],
	['not everything', anonymous(false), 'clear'],
	['not asked yet, or before 7.0', anonymous(undefined), 'pending'],
	['with a password nobody can tell', {...anonymous(true), settings: {hasPassword: true}}, 'unseen'],
	['with a user of its own neither', {...anonymous(true), settings: {hasPassword: false, user: 'mon'}}, 'unseen'],
]);

const at = (address: string, parts: FactsParts = {}): FactsParts => ({
	...parts,
	info: {server: {redis_version: '7.0.15'}},
	record: {address},
});
const open = {hasPassword: false};
testRule(secNoauth, [
	['with a password', at('8.8.8.8:6379', {settings: {hasPassword: true}}), 'clear'],
	['loopback', at('127.0.0.1:6379', {settings: open}), 'info'],
	['a private network', at('10.0.1.11:6379', {settings: open}), 'info'],
	['a private network, strictly', at('10.0.1.11:6379', {settings: {...open, isStrict: true}}), 'warning'],
	['a public address', at('8.8.8.8:6379', {settings: open}), 'critical'],
]);

const bound = (mode: string, bind: string, settings: FactsParts['settings'] = open): FactsParts => ({
	config: {'protected-mode': mode, bind},
	settings,
});
testRule(secProtectedOff, [
	['on', bound('yes', '*'), 'clear'],
	[
		'off, to everybody',
		bound('no', '* -::*'),
		'warning',
		/^is open to the network without a password: protected mode is off$/,
	],
	[
		'off before, and the process of now is in protected mode',
		{...bound('no', '*'), record: {failure: {...refusedConnection, code: 'DENIED'}}},
		'clear',
	],
	['off, no bind at all', bound('no', ''), 'warning'],
	['off, loopback alone', bound('no', '127.0.0.1 -::1'), 'clear'],
	['off, with a password', bound('no', '*', {hasPassword: true}), 'clear'],
	['not told', {settings: open}, 'pending'],
]);

testRule(secPlaintext, [
	['a private network', at('192.168.1.2:6379'), 'clear'],
	['a name', at('redis.example.com:6379'), 'clear'],
	['a public address', at('8.8.8.8:6379'), 'warning'],
	['the same with TLS', at('8.8.8.8:6379', {settings: {isTls: true}}), 'clear'],
]);

testRule(secOld, [
	['kept up', {info: {server: {redis_version: '6.2.14'}}}, 'clear'],
	['old', {info: {server: {redis_version: '5.0.14'}}}, 'info', /^runs Redis 5\.0\.14,/],
	['a later major version', {info: {server: {redis_version: '10.0.0'}}}, 'clear'],
	['not told', {}, 'absent'],
]);

const attack = (minutesAgo: number, from = ''): FactsParts => {
	const at = new Date(nowMs - minutesAgo * 60_000).toISOString();
	const line = `12:M ${at} # Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis.${from}`;
	return {host: {log: readServerLog('a log', line)}};
};
testRule(secScan, [
	[
		'a quiet log',
		{host: {log: readServerLog('a log', '12:M 24 Nov 2026 11:22:33.123 * Ready to accept connections')}},
		'clear',
	],
	['just now', attack(2), 'warning', /^receives HTTP requests, 1 at the end of its log$/],
	[
		'from a known address',
		attack(2, ' Connection from 10.0.0.9:43782 aborted.'),
		'warning',
		/^receives HTTP requests from 10\.0\.0\.9, 1 at the end of its log$/,
	],
	[
		'from an address of IPv6',
		attack(2, ' Connection from [fd00::9]:43782 aborted.'),
		'warning',
		/^receives HTTP requests from fd00::9, 1 at /,
	],
	[
		'from a socket file',
		attack(2, ' Connection from /run/redis.sock:0 aborted.'),
		'warning',
		/^receives HTTP requests, 1 /,
	],
	['two hours ago', attack(120), 'clear'],
	['no log', {host: {gaps: [{what: "the server's log", why: 'EACCES'}]}}, 'unseen', /EACCES/],
	['never looked', {}, 'unseen'],
]);

test('sec.scan: the step names the host that sends HTTP, where the log has it', () => {
	const stepOf = (from: string) => firingOf(secScan, attack(2, from)).next.map(({text}) => messageText(text))[0];
	assert.equal(
		stepOf(' Connection from 10.0.0.9:43782 aborted.'),
		'a health check on 10.0.0.9 wants PING or a TCP check',
	);
	assert.doesNotMatch(stepOf('') ?? '', /health check/);
});

test('sec.authfail: a replica gets the password by masterauth, an application from its own settings', () => {
	const stepOf = (lacks: readonly string[]) =>
		firingOf(secAuthfail, withUser({isOn: true, lacks})).next.map(({text}) => messageText(text))[0];
	assert.match(stepOf(['set']) ?? '', /^on the replica: CONFIG SET masterauth /);
	assert.equal(stepOf([]), 'give the client the new password');
});

import assert from 'node:assert/strict';
import test from 'node:test';
import {isPublicAddress} from '../../source/derive/public-address.js';
import type {KernelEvidence, LocalEvidence, ProcessEvidence} from '../../source/domain/host-evidence.js';
import {osCgroup, osClocksource, osOomscore, osOvercommit, osSomaxconn, osThp} from '../../source/rules/host.js';
import {
	secAuthfail,
	secDebug,
	secDenied,
	secNoauth,
	secOld,
	secPlaintext,
	secProtectedOff,
} from '../../source/rules/security.js';
import {emptyKernel, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

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
	['off, to everybody', bound('no', '* -::*'), 'warning'],
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

const denials = (fields: Readonly<Record<string, number>>, record: FactsParts['record'] = {}): FactsParts => ({
	info: {stats: fields},
	earlier: {stats: Object.fromEntries(Object.keys(fields).map(name => [name, 0]))},
	record,
});

testRule(secAuthfail, [
	['none', denials({acl_access_denied_auth: 0}), 'clear'],
	['one in a second', denials({acl_access_denied_auth: 1}), 'warning', /^60 logins a minute/],
	['one in ten seconds', {...denials({acl_access_denied_auth: 1}), secondsBetween: 10}, 'clear'],
	['before 7.2, ACL LOG unread', {}, 'pending'],
]);

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
	['before 7.2', {}, 'absent'],
]);

const commands = (debug: string, modules: string): FactsParts => ({
	config: {'enable-debug-command': debug, 'enable-module-command': modules},
});

testRule(secDebug, [
	['off', commands('no', 'no'), 'clear'],
	['from this machine', commands('local', 'local'), 'clear'],
	['for everybody', commands('yes', 'yes'), 'warning', /^DEBUG and MODULE LOAD can/],
	['not told', {}, 'pending'],
]);

testRule(secOld, [
	['kept up', {info: {server: {redis_version: '6.2.14'}}}, 'clear'],
	['old', {info: {server: {redis_version: '5.0.14'}}}, 'info', /^Redis 5\.0\.14/],
	['a later major version', {info: {server: {redis_version: '10.0.0'}}}, 'clear'],
	['not told', {}, 'absent'],
]);

const kernel = (parts: Partial<KernelEvidence>, rest: Partial<LocalEvidence> = {}): FactsParts => ({
	host: {...rest, kernel: {...emptyKernel, ...parts}},
});

const pages = (parts: Partial<ProcessEvidence>) =>
	kernel({transparentHugePages: 'always'}, {process: parts as ProcessEvidence});

testRule(osThp, [
	['left to programs', kernel({transparentHugePages: 'madvise'}), 'clear'],
	['on', kernel({transparentHugePages: 'always'}), 'info'],
	['on, and switched off by the server', pages({usesHugePages: false}), 'clear'],
	['on, and in use', pages({usesHugePages: true, hugePageBytes: 4 << 20}), 'warning', /4\.0/],
	['another machine', {}, 'unseen'],
]);

testRule(osOvercommit, [
	['always', kernel({overcommitMemory: 1}), 'clear'],
	['by guess', kernel({overcommitMemory: 0}), 'info'],
	['by guess, strictly', {...kernel({overcommitMemory: 0}), settings: {isStrict: true}}, 'warning'],
	['another machine', {}, 'unseen'],
]);

const queue = (maximumBacklog: number, queued: number): FactsParts => ({
	...kernel(
		{maximumBacklog},
		{listeners: [{address: '127.0.0.1', port: 6379, queued, processId: 1, processName: 'redis-server'}]},
	),
	config: {'tcp-backlog': '511'},
});

testRule(osSomaxconn, [
	['long enough', queue(4096, 0), 'clear'],
	['cut', queue(128, 0), 'info', /to 128$/],
	['full', queue(4096, 511), 'critical', /^511 connections wait/],
	['full, and cut', queue(128, 128), 'critical'],
	['another machine', {config: {'tcp-backlog': '511'}}, 'unseen'],
]);

const group = (usedBytes: number | undefined, limitBytes: number | undefined): FactsParts => ({
	host: {cgroup: {usedBytes, limitBytes, oomKills: 0}},
});

testRule(osCgroup, [
	['room', group(80, 100), 'clear'],
	['near', group(91, 100), 'critical', /91%/],
	['no limit', group(91, undefined), 'clear'],
	[
		'nothing of it can be read',
		{host: {gaps: [{what: "the process' control group", why: 'no'}]}},
		'unseen',
		/^the process' control group: no/,
	],
	['no process', {host: {}}, 'unseen', /^no process of it/],
	['another machine', {}, 'unseen'],
]);

const {nowMs} = factsOf({});
const killed = (name: string, atMs: number | undefined): FactsParts => ({
	host: {oomKills: [{atMs, processId: 7, name, line: `Killed process 7 (${name})`}]},
});

testRule(osOomscore, [
	['nothing', {host: {oomKills: []}}, 'clear'],
	['a server, an hour ago', killed('redis-server', nowMs - 3_600_000), 'critical', /killed redis-server \(process 7\)/],
	['a server, two days ago', killed('valkey-server', nowMs - 172_800_000), 'clear'],
	['something else', killed('chrome', nowMs), 'clear'],
	['nobody knows when', killed('redis-server', undefined), 'clear'],
	['the log may not be read', {host: {}}, 'unseen'],
]);

testRule(osClocksource, [
	['fast', kernel({clockSource: 'tsc'}), 'clear'],
	['of a virtual machine', kernel({clockSource: 'kvm-clock'}), 'clear'],
	['slow', kernel({clockSource: 'hpet'}), 'info'],
	['another machine', {}, 'unseen'],
]);

test('public addresses are those the internet can mean', () => {
	for (const [host, isPublic] of [
		['8.8.8.8', true],
		['10.1.2.3', false],
		['172.16.0.1', false],
		['172.32.0.1', true],
		['100.64.0.1', false],
		['169.254.1.1', false],
		['127.0.0.1', false],
		['2001:4860::8888', true],
		['fd00::1', false],
		['::1', false],
		['redis.example.com', false],
	] as const) {
		assert.equal(isPublicAddress(host), isPublic, host);
	}
});

import assert from 'node:assert/strict';
import test from 'node:test';
import type {AccessRefusal} from '../../source/domain/access-log.js';
import {messageText} from '../../source/domain/message.js';
import {parseAclList} from '../../source/parse/acl-list.js';
import {perDefaultOffAof, senAcl} from '../../source/rules/user-rights.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, type Sections, sampledAtMs} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const refusal = (parts: Partial<AccessRefusal> = {}): AccessRefusal => ({
	count: 1,
	lack: 'command',
	object: 'slaveof',
	user: 'watcher',
	ageSeconds: 5,
	clientAddress: '10.0.1.9:50000',
	clientName: 'sentinel-1a2b3c4d-cmd',
	...parts,
});

const watcher = (rights: string) => `user watcher on #1 ~* &* -@all ${rights}`;
const enough =
	'+multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill';

const facts = (
	refusals: readonly AccessRefusal[],
	users: readonly string[] | undefined,
	names: readonly string[] = ['sentinel-1a2b3c4d-cmd'],
	server: Sections['server'] = {redis_version: '8.0.2'},
): FactsParts => ({
	info: {server: server ?? {}},
	config: {maxmemory: '0'},
	record: {
		accessLog: {atMs: sampledAtMs, value: refusals},
		...(users === undefined ? {} : {aclUsers: {atMs: sampledAtMs, value: parseAclList(users)}}),
		clients: {atMs: sampledAtMs, value: names.map((name, at) => clientOf({id: at + 1, name, user: 'watcher'}))},
	},
});

testRule(senAcl, [
	['a user with what sentinel.conf lists', facts([], [watcher(enough)]), 'clear'],
	[
		'no failover: the rights lack two commands of its transaction',
		facts([], [watcher(enough.replace('+slaveof', '').replace('+client|kill', ''))]),
		'critical',
		/^cannot be failed over by its sentinels: their user watcher lacks \+slaveof \+client\|kill$/,
	],
	[
		'refused in a failover, on a node whose client list is not read',
		facts([refusal({object: 'replicaof'})], undefined, []),
		'critical',
		/lacks \+slaveof$/,
	],
	[
		'a channel',
		facts(
			[refusal({lack: 'channel', object: '__sentinel__:hello', clientName: 'sentinel-1a2b3c4d-pubsub'})],
			undefined,
			[],
		),
		'warning',
		/^denies its sentinels what they need: their user watcher lacks allchannels$/,
	],
	['refused an hour ago', facts([refusal({ageSeconds: 3600})], [watcher(enough)]), 'clear'],
	['a wrong password, which sen.down tells', facts([refusal({lack: 'auth', object: 'AUTH'})], undefined, []), 'clear'],
	['an application was refused', facts([refusal({clientName: 'app'})], undefined, []), 'clear'],
	['no sentinel is connected', facts([], [watcher('+get')], ['app']), 'clear'],
	[
		'Valkey 9.0.0 needs one more',
		facts([], [watcher(enough)], undefined, {server_name: 'valkey', valkey_version: '9.0.0', redis_version: '7.2.4'}),
		'critical',
		/lacks \+failover$/,
	],
	[
		'Valkey 9.0.1 does not',
		facts([], [watcher(enough)], undefined, {server_name: 'valkey', valkey_version: '9.0.1', redis_version: '7.2.4'}),
		'clear',
	],
	['not read yet', {config: {maxmemory: '0'}}, 'pending'],
	[
		'may not be read',
		{record: {blind: [{command: 'CONFIG GET', kind: 'denied', why: 'NOPERM', grant: '+config|get'}]}},
		'denied',
	],
]);

const loading = (line: string, server: Sections['server'], aof = 1): FactsParts => ({
	info: {server: server ?? {}, persistence: {aof_enabled: aof}},
	config: {maxmemory: '0'},
	record: {aclUsers: {atMs: sampledAtMs, value: parseAclList([line])}},
});
const valkey = (version: string) => ({server_name: 'valkey', valkey_version: version, redis_version: '7.2.4'});
const off = 'user default off resetchannels -@all';

testRule(perDefaultOffAof, [
	[
		'default is off and may do nothing',
		loading(off, valkey('8.1.1')),
		'warning',
		/^loses transactions and script writes at a restart: valkey 8\.1\.1 checks the rights/,
	],
	['Redis 7.0', loading(off, {redis_version: '7.0.15'}), 'warning'],
	['a release with the change', loading(off, valkey('8.1.10')), 'clear'],
	['a newer line', loading(off, valkey('9.2.0')), 'clear'],
	['Redis 8.6', loading(off, {redis_version: '8.6.0'}), 'clear'],
	['default may not write', loading('user default on nopass ~* &* +@all -@write', valkey('9.1.0')), 'warning'],
	[
		'default has some keys only',
		loading('user default on nopass ~a:* &* +@all', valkey('9.1.0')),
		'warning',
		/9\.1\.0/,
	],
	['default is off, with all rights', loading('user default off ~* &* +@all', valkey('9.1.0')), 'clear'],
	[
		'default may not do what is dangerous',
		loading('user default on #1 ~* &* +@all -@dangerous', valkey('9.1.0')),
		'clear',
	],
	['no append-only file', loading(off, valkey('9.1.0'), 0), 'clear'],
	['not read yet', {info: {persistence: {aof_enabled: 1}}, config: {maxmemory: '0'}}, 'pending'],
	[
		'before users',
		{info: {server: {redis_version: '5.0.3'}, persistence: {aof_enabled: 1}}, config: {maxmemory: '0'}},
		'absent',
	],
]);

test('sen.acl: the first step is a sentence, which a screen of 80 columns has room for', () => {
	const firing = firingOf(senAcl, facts([refusal({object: 'info'})], undefined, []));
	const [first, second] = firing.next.map(({text}) => messageText(text));
	assert.equal(first, 'give user watcher +info on every node: users are not replicated');
	assert.match(second ?? '', /ACL SETUSER watcher \+info$/);
});

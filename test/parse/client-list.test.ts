import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ClientRow} from '../../source/domain/client.js';
import {parseClientList} from '../../source/parse/client-list.js';
import {fixture, fixtureServers} from '../harness/fixtures.js';

for (const server of fixtureServers) {
	test(`reads CLIENT LIST of ${server}`, () => {
		const clients = parseClientList(fixture(server, 'primary/client-list.txt'));
		assert.equal(clients.length, 5);
		const byCommand = new Map(clients.map(client => [client.command, client]));

		const worker = byCommand.get('blpop');
		assert.equal(worker?.name, 'worker-1:queue=mail');
		assert.equal(worker?.flags, 'b');
		assert.equal(worker?.user, 'default');
		assert.equal(worker?.database, 0);
		assert.match(worker?.address ?? '', /^127\.0\.0\.1:\d+$/);
		assert.match(worker?.localAddress ?? '', /^127\.0\.0\.1:\d+$/);
		assert.ok((worker?.totalMemoryBytes ?? 0) > 10_000);
		assert.equal(worker?.outputBufferBytes, 0);
		const library = server === 'redis-7.0' ? [undefined, undefined] : ['lib(v=1)', '1.2.3'];
		assert.deepEqual([worker?.libraryName, worker?.libraryVersion], library);

		// Valkey counts since 8.0. Redis counts since 8.2, which is newer than both captured versions.
		assert.equal(worker?.totals !== undefined, server.startsWith('valkey'));
		assert.notEqual(worker?.totals?.commands, 0);

		const replica = byCommand.get('replconf');
		assert.equal(replica?.flags, 'S');
		assert.ok((replica?.outputBufferBytes ?? 0) > 0);
		assert.equal(byCommand.get('subscribe')?.flags, 'P');
		assert.ok(byCommand.has('client|list'));

		// A unix socket whose path has a space in it.
		const local = byCommand.get('set');
		assert.equal(local?.address, server === 'valkey-9.1' ? '[a b.sock:0]:0' : 'a b.sock:0');
		assert.equal(local?.flags, 'U');
		assert.equal(local?.database, 3);
	});
}

const nobody: ClientRow = {
	id: 7,
	address: '',
	localAddress: undefined,
	name: '',
	user: undefined,
	ageSeconds: 0,
	idleSeconds: 0,
	flags: '',
	database: undefined,
	queryBufferBytes: undefined,
	outputBufferBytes: undefined,
	totalMemoryBytes: undefined,
	command: '',
	libraryName: undefined,
	libraryVersion: undefined,
	totals: undefined,
};

const cases: ReadonlyArray<readonly [what: string, text: string, expected: ClientRow[]]> = [
	['nothing', '', []],
	['a line without an id', 'addr=1.2.3.4:5 name=x', []],
	['an id that is no number', 'id=x name=y', []],
	['an id alone', 'id=7', [nobody]],
	['fields it does not know', 'id=7 new=1 fd=8 events=r name=n', [{...nobody, name: 'n'}]],
	['an IPv6 address', 'id=7 addr=[2001:db8::1]:6379', [{...nobody, address: '[2001:db8::1]:6379'}]],
	['a name with separators', 'id=7 name=a=b,c:d|e', [{...nobody, name: 'a=b,c:d|e'}]],
	['a path with spaces', 'id=7 addr=/a b  c.sock:0 name=n', [{...nobody, address: '/a b  c.sock:0', name: 'n'}]],
	['a hostile name', 'id=7 name=\u{1b}[2J\u{202e}', [{...nobody, name: '\\x1b[2J\\u{202e}'}]],
	[
		'Windows line ends',
		'id=7 cmd=get\r\nid=7 cmd=set\r\n',
		[
			{...nobody, command: 'get'},
			{...nobody, command: 'set'},
		],
	],
	[
		'what a client sent and received',
		'id=7 tot-net-in=55 tot-net-out=4242 tot-cmds=3',
		[{...nobody, totals: {inBytes: 55, outBytes: 4242, commands: 3}}],
	],
	['two of three totals', 'id=7 tot-net-in=55 tot-net-out=4242', [nobody]],
	['a field that is no number', 'id=7 omem=lots db=', [nobody]],
];

for (const [what, text, expected] of cases) {
	test(`parseClientList reads ${what}`, () => {
		assert.deepEqual(parseClientList(text), expected);
	});
}

test('parseClientList reads 10,000 clients', () => {
	const line = fixture('valkey-9.1', 'primary/client-list.txt').split('\n')[0] ?? '';
	const text = Array.from({length: 10_000}, (_, index) => line.replace(/^id=\d+/, `id=${index}`)).join('\n');
	const clients = parseClientList(text);
	assert.equal(clients.length, 10_000);
	assert.equal(clients.at(-1)?.id, 9999);
});

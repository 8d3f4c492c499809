import assert from 'node:assert/strict';
import test from 'node:test';
import {watchedPlace} from '../../source/domain/watched-key.js';
import {DatabaseOrder} from '../../source/poll/database-commands.js';
import type {PollRequest} from '../../source/poll/requests.js';
import {isReadCommand} from '../../source/wire/read-commands.js';
import {ReplyFailure} from '../../source/wire/redis-port.js';

const request = (kind: PollRequest['kind'], ...command: readonly string[]): PollRequest => ({kind, command});

test('the name of a watched key says its database', () => {
	assert.deepEqual(watchedPlace('orders'), {database: 0, key: 'orders'});
	assert.deepEqual(watchedPlace('db3:orders:new'), {database: 3, key: 'orders:new'});
	assert.deepEqual(watchedPlace('db0:db3:orders'), {database: 0, key: 'db3:orders'});
	assert.deepEqual(watchedPlace('db:orders'), {database: 0, key: 'db:orders'});
	assert.deepEqual(watchedPlace('db3:'), {database: 0, key: 'db3:'});
	assert.deepEqual(watchedPlace('3:orders'), {database: 0, key: '3:orders'});
});

const requests = [
	request('info', 'INFO', 'server'),
	request('watched-types', 'TYPE', 'db12:b'),
	request('watched-types', 'TYPE', 'a'),
	request('watched-groups', 'XINFO', 'GROUPS', 'db3:s'),
	request('watched-lists', 'LLEN', 'db12:b'),
];

test('commands of another database follow its SELECT, and the write ends in database 0', () => {
	const {commands} = new DatabaseOrder(requests);
	assert.deepEqual(
		commands.map(command => command.join(' ')),
		['INFO server', 'TYPE a', 'SELECT 3', 'XINFO GROUPS s', 'SELECT 12', 'TYPE b', 'LLEN b', 'SELECT 0'],
	);
	assert.ok(commands.every(isReadCommand));
	assert.deepEqual(new DatabaseOrder(requests.slice(0, 1)).commands, [['INFO', 'server']]);
});

test('replies come back under the names of the keys, with the SELECT of each other database', () => {
	const exchanges = new DatabaseOrder(requests).exchangesOf(['# Server', 'list', 'OK', [], 'OK', 'none', 7, 'OK']);
	assert.deepEqual(
		exchanges.map(({command, reply}) => `${command.join(' ')} = ${JSON.stringify(reply)}`),
		[
			'INFO server = "# Server"',
			'TYPE a = "list"',
			'SELECT 3 = "OK"',
			'XINFO GROUPS db3:s = []',
			'SELECT 12 = "OK"',
			'TYPE db12:b = "none"',
			'LLEN db12:b = 7',
		],
	);
});

test('after a refused SELECT, the replies to its commands are about another database, and are left out', () => {
	const refused = new ReplyFailure('ERR DB index is out of range');
	const exchanges = new DatabaseOrder(requests).exchangesOf(['# Server', 'list', 'OK', [], refused, 'none', 7, 'OK']);
	assert.deepEqual(
		exchanges.map(({command}) => command.join(' ')),
		['INFO server', 'TYPE a', 'SELECT 3', 'XINFO GROUPS db3:s', 'SELECT 12'],
	);
	assert.equal(exchanges.at(-1)?.reply, refused);
});

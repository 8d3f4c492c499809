import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {message, messageText, nameOf, type ShowName} from '../../source/domain/message.js';
import {clusterManager, redisCli, redisCliAsAdministrator} from '../../source/rules/next-steps.js';
import {connectionArguments, quoted} from '../../source/rules/node-facts.js';
import {isRedisCliLine} from '../harness/printed-commands.js';
import {type FactsParts, factsOf} from '../harness/rule-cases.js';

const kinds: ShowName = ({kind}) => `<${kind}>`;
const commandOf = (parts: FactsParts, show?: ShowName): string =>
	messageText(redisCli(factsOf(parts), 'INFO memory').text, show);

test('a command names its host and user, and a mask can replace both', () => {
	const parts: FactsParts = {settings: {user: 'monitor', isTls: true}};
	assert.equal(commandOf(parts), 'redis-cli -h 10.0.1.11 -p 6379 --tls --user monitor INFO memory');
	assert.equal(commandOf(parts, kinds), 'redis-cli -h <host> -p 6379 --tls --user <user> INFO memory');
});

test('a command for a unix socket has the path of the socket', () => {
	const socket = connectionArguments({kind: 'unix', path: '/run/redis 1.sock'}, {isTls: false, user: undefined});
	assert.equal(messageText(socket), "-s '/run/redis 1.sock'");
	assert.equal(messageText(socket, kinds), "-s '<path>'");
});

test('a command for Valkey uses valkey-cli', () => {
	const info = {server: {redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.1.0'}};
	assert.match(commandOf({info}), /^valkey-cli -h /);
});

test('names inside a command stay names that can be masked', () => {
	const {text} = redisCliAsAdministrator(factsOf({}), message`ACL GETUSER ${nameOf('user', 'worker')}`);
	assert.equal(messageText(text), 'redis-cli -h 10.0.1.11 -p 6379 --user ADMIN --askpass ACL GETUSER worker');
	assert.match(messageText(text, kinds), /ACL GETUSER <user>$/);
});

test('no name can end its own quotation marks', () => {
	assert.equal(quoted('redis-1.example'), 'redis-1.example');
	assert.equal(quoted("a'; reboot; '"), String.raw`'a'\''; reboot; '\'''`);
});

test('commands of the cluster manager have the node as an argument, without -h and -p', () => {
	const {text} = clusterManager(factsOf({settings: {user: 'monitor', isTls: true}}), 'fix');
	assert.equal(messageText(text), 'redis-cli --tls --user monitor --cluster fix 10.0.1.11:6379');
	assert.equal(messageText(text, kinds), 'redis-cli --tls --user <user> --cluster fix <host>:6379');
});

for (const [line, expected] of [
	['redis-cli -h 10.0.1.11 -p 6379 --cluster fix', false],
	['redis-cli --cluster fix', false],
	['redis-cli --cluster fix 10.0.1.11:6379', true],
	['valkey-cli -h 10.0.1.11 -p 6379 --tls INFO memory', true],
	["redis-cli -s '/run/redis 1.sock' --bigkeys -i 0.01", true],
	['redis-cli -h 10.0.1.11 -p 6379', false],
	['redis-cli -h 10.0.1.11 INFO', false],
] as const) {
	test(`${line} is ${expected ? '' : 'not '}a command line that redis-cli takes`, () => {
		assert.equal(isRedisCliLine(line), expected);
	});
}

test('an administrator of Valkey uses valkey-cli', () => {
	const info = {server: {redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.1.0'}};
	assert.match(messageText(redisCliAsAdministrator(factsOf({info}), 'ACL LOG 10').text), /^valkey-cli -h /);
});

test('no rule prints redis-cli for a node without asking for its product', () => {
	const files = readdirSync('source/rules').filter(file =>
		/(?:onHost\((?:message)?[`'"]|text: message`)redis-cli/.test(readFileSync(path.join('source/rules', file), 'utf8')),
	);
	// The command is for a node that nobody knows.
	assert.deepEqual(files, ['cluster-findings.ts']);
});

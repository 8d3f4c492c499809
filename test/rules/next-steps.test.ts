import assert from 'node:assert/strict';
import test from 'node:test';
import {message, messageText, nameOf, type ShowName} from '../../source/domain/message.js';
import {redisCli, redisCliAsAdministrator} from '../../source/rules/next-steps.js';
import {connectionArguments, quoted} from '../../source/rules/node-facts.js';
import {type FactsParts, factsOf} from '../harness/rule-cases.js';

const kinds: ShowName = ({kind}) => `<${kind}>`;
const commandOf = (parts: FactsParts, show?: ShowName): string =>
	messageText(redisCli(factsOf(parts), 'INFO memory').text, show);

test('a command names its host and user, and a mask can replace both', () => {
	const parts: FactsParts = {settings: {user: 'monitor', isTls: true}};
	assert.equal(commandOf(parts), 'redis-cli -h 10.0.1.11 -p 6379 --tls --user monitor INFO memory');
	assert.equal(commandOf(parts, kinds), 'redis-cli -h <host> -p 6379 --tls --user <user> INFO memory');
});

test('a unix socket is a path', () => {
	const socket = connectionArguments({kind: 'unix', path: '/run/redis 1.sock'}, {isTls: false, user: undefined});
	assert.equal(messageText(socket), "-s '/run/redis 1.sock'");
	assert.equal(messageText(socket, kinds), "-s '<path>'");
});

test('Valkey has a program of its own', () => {
	const info = {server: {redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.1.0'}};
	assert.match(commandOf({info}), /^valkey-cli -h /);
});

test('names in the command itself stay names', () => {
	const {text} = redisCliAsAdministrator(factsOf({}), message`ACL GETUSER ${nameOf('user', 'worker')}`);
	assert.equal(messageText(text), 'redis-cli -h 10.0.1.11 -p 6379 --user ADMIN --askpass ACL GETUSER worker');
	assert.match(messageText(text, kinds), /ACL GETUSER <user>$/);
});

test('no name ends its quotation marks', () => {
	assert.equal(quoted('redis-1.example'), 'redis-1.example');
	assert.equal(quoted("a'; reboot; '"), String.raw`'a'\''; reboot; '\'''`);
});

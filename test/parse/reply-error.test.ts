import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Failure, failureText} from '../../source/domain/sample.js';
import {commandAvailability, errorWords, replyFailure, withLostPassword} from '../../source/parse/reply-error.js';
import {fixtureReply, fixtureServers} from '../harness/fixtures.js';

type Expected = readonly [code: string, layer: Failure['layer'], state: Failure['state'], text: RegExp];

/** By the names that the capture script gives errors; every server says them in words of its own. */
const captured: Readonly<Record<string, Expected>> = {
	unknownCommand: ['ERR', 'command', 'refusing', /^answers with an error: unknown command 'NO-SUCH-COMMAND'$/],
	unknownSubcommand: ['ERR', 'command', 'refusing', /^answers with an error: unknown subcommand 'NO-SUCH'/],
	authWithoutPassword: ['ERR', 'auth', 'refusing', /^was given a password and has none set$/],
	clusterDisabled: ['ERR', 'command', 'refusing', /cluster support disabled$/],
	debugDisabled: ['ERR', 'command', 'refusing', /DEBUG command not allowed/],
	noPermission: ['NOPERM', 'command', 'refusing', /^denies this user the command: .*'config\|get'/],
	wrongPassword: ['WRONGPASS', 'auth', 'refusing', /^rejects the user or password: .*\(WRONGPASS\)$/],
	outOfMemory: ['OOM', 'server', 'refusing', /^is over maxmemory/],
	noReplicas: ['NOREPLICAS', 'server', 'refusing', /min-replicas-to-write/],
	busy: [
		'BUSY',
		'server',
		'busy',
		/^runs a script and answers nothing else \(BUSY\): SCRIPT KILL ends it, unless it has written$/,
	],
	maxClients: ['ERR', 'greet', 'refusing', /^turns new clients away: maxclients is reached$/],
	noAuth: ['NOAUTH', 'auth', 'refusing', /^wants a password \(NOAUTH\)$/],
	readOnly: ['READONLY', 'server', 'refusing', /^is a replica/],
	primaryDown: ['MASTERDOWN', 'server', 'refusing', /^has lost its primary/],
	clusterDown: ['CLUSTERDOWN', 'server', 'refusing', /\(CLUSTERDOWN\): Hash slot not served$/],
	saveFailed: ['MISCONF', 'server', 'refusing', /last RDB save failed/],
	loading: ['LOADING', 'server', 'loading', /^is loading its data set/],
};

const check = (text: string, [code, layer, state, pattern]: Expected) => {
	const failure = replyFailure(text);
	assert.deepEqual([failure.code, failure.layer, failure.state], [code, layer, state]);
	assert.match(failureText(failure), pattern);
};

for (const server of fixtureServers) {
	const errors = fixtureReply<Record<string, string>>(server, 'errors.json');
	test(`has an expectation for every error captured of ${server}`, () => {
		assert.deepEqual(Object.keys(errors).sort(), Object.keys(captured).sort());
	});

	for (const [name, text] of Object.entries(errors)) {
		test(`classifies ${name} of ${server}`, () => {
			check(text, captured[name] ?? assert.fail(name));
		});
	}
}

/** Wordings of other versions, modes and providers. */
const others: ReadonlyArray<readonly [text: string, expected: Expected]> = [
	['-NOAUTH HELLO must be called with the client already authenticated', ['NOAUTH', 'auth', 'refusing', /NOAUTH/]],
	['-DENIED Redis is running in protected mode because …', ['DENIED', 'greet', 'refusing', /protected mode/]],
	['DENIED Running in protected mode because …', ['DENIED', 'greet', 'refusing', /protected mode/]],
	['-ERR max number of clients + cluster connections reached', ['ERR', 'greet', 'refusing', /maxclients/]],
	['ERR invalid password', ['ERR', 'auth', 'refusing', /password/]],
	['ERR Client sent AUTH, but no password is set', ['ERR', 'auth', 'refusing', /has none set/]],
	["ERR wrong number of arguments for 'auth' command", ['ERR', 'auth', 'refusing', /older than Redis 6/]],
	[
		'MISCONF Errors writing to the AOF file: No space left on device',
		['MISCONF', 'server', 'refusing', /append-only file/],
	],
	[
		'BUSY Valkey is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.',
		['BUSY', 'server', 'busy', /^runs a function .* FUNCTION KILL/],
	],
	['BUSY Redis is busy running a module command.', ['BUSY', 'server', 'busy', /module command/]],
	[
		"ERR unknown command 'INFO', with args beginning with: ",
		['ERR', 'command', 'refusing', /^has no command INFO: it was renamed/],
	],
	['NOPROTO unsupported protocol version', ['NOPROTO', 'auth', 'refusing', /protocol version/]],
	['MOVED 3999 127.0.0.1:6381', ['MOVED', 'command', 'refusing', /^answers with an error: MOVED 3999/]],
	['ERR', ['ERR', 'command', 'refusing', /no reason/]],
	['', ['ERR', 'command', 'refusing', /no reason/]],
	['something else', ['ERR', 'command', 'refusing', /^answers with an error: something else$/]],
	['ERR \u{1b}[31mred\nnext', ['ERR', 'command', 'refusing', /: \\x1b\[31mred\\nnext$/]],
];

for (const [text, expected] of others) {
	test(`classifies ${JSON.stringify(text)}`, () => check(text, expected));
}

test('a failure never contains the arguments that an error reply quotes', () => {
	for (const text of [
		"ERR unknown command 'AUTH', with args beginning with: 'hunter2' ",
		'ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `me`, `hunter2`, ',
		"ERR unknown command 'AUTH', with args beginning with: 'line\nbreak' 'hunter2' ",
	]) {
		assert.doesNotMatch(failureText(replyFailure(text)), /hunter2|line/);
		assert.match(errorWords(text), /^unknown command .(?:AUTH|HELLO).$/);
	}
});

const availabilities: ReadonlyArray<readonly [text: string, expected: ReturnType<typeof commandAvailability>]> = [
	["NOPERM User u has no permissions to run the 'config|get' command", 'denied'],
	["NOPERM this user has no permissions to run the 'slowlog|get' command or its subcommand", 'denied'],
	["ERR unknown command 'CONFIG', with args beginning with: 'GET' ", 'absent'],
	['ERR unknown command `config`, with args beginning with: `get`, ', 'absent'],
	["ERR Unknown subcommand or wrong number of arguments for 'HISTOGRAM'. Try LATENCY HELP.", 'absent'],
	["ERR unknown subcommand 'HISTOGRAM'. Try LATENCY HELP.", 'absent'],
	['ERR This instance has cluster support disabled', 'absent'],
	['ERR command is not allowed', 'absent'],
	["ERR command 'CONFIG' not support for normal user", 'absent'],
	["ERR Command is not available: 'CLIENT LIST'.", 'absent'],
	["OOM command not allowed when used memory > 'maxmemory'.", 'failed'],
	['LOADING Redis is loading the dataset in memory', 'failed'],
	['BUSY Redis is busy running a script.', 'failed'],
	['NOAUTH Authentication required.', 'failed'],
	['ERR syntax error', 'failed'],
	["ERR wrong number of arguments for 'info', with args beginning with: 'disabled'", 'failed'],
	['', 'failed'],
];

for (const [text, expected] of availabilities) {
	test(`${JSON.stringify(text)} means ${expected}`, () => {
		assert.equal(commandAvailability(text), expected);
	});
}

test('a password changes the meaning of the refusal of protected mode alone', () => {
	const denied = replyFailure('DENIED Redis is running in protected mode');
	assert.equal(withLostPassword(denied).kind, 'LOST_PASSWORD');
	for (const text of ['NOAUTH Authentication required.', 'ERR max number of clients reached', 'WRONGPASS no']) {
		const other = replyFailure(text);
		assert.equal(withLostPassword(other), other);
	}
});

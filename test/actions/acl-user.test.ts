import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import test from 'node:test';
import {type AclServer, aclUserLine, hasUsers} from '../../source/actions/acl-user.js';
import {allRequests} from '../../source/poll/requests.js';
import {subscription} from '../../source/poll/sentinel-discovery.js';
import {readCommands} from '../../source/wire/read-commands.js';

const redis = (major: number, minor: number): AclServer => ({
	product: 'redis',
	version: [major, minor],
	isSentinel: false,
});
const valkey = (major: number, minor: number): AclServer => ({...redis(major, minor), product: 'valkey'});
const rightsOf = (server: AclServer, mayAct = false): ReadonlySet<string> =>
	new Set(aclUserLine(server, mayAct).split(' '));

test('a right that a version does not know is left out, and one that it knows is not', () => {
	const cases: ReadonlyArray<readonly [server: AclServer, right: string, isThere: boolean]> = [
		[redis(6, 0), 'resetchannels', false],
		[redis(6, 2), 'resetchannels', true],
		[redis(7, 0), 'resetchannels', true],
		[redis(6, 2), '+latency|histogram', false],
		[redis(7, 0), '+latency|histogram', true],
		[valkey(7, 2), '+latency|histogram', true],
		[redis(8, 0), '+sentinel|masters', false],
		[{...redis(8, 0), isSentinel: true}, '+sentinel|masters', true],
		[{...redis(8, 0), isSentinel: true}, '+config|get', false],
	];
	for (const [server, right, isThere] of cases) {
		assert.equal(rightsOf(server).has(right), isThere, `${right} for ${JSON.stringify(server)}`);
	}

	assert.equal(hasUsers(redis(5, 0)), false);
	assert.equal(hasUsers(redis(6, 0)), true);
});

test('the line begins with no right at all, grants each once, and no command as a whole that has subcommands', () => {
	const containers = new Set(readCommands.flatMap(({name}) => (name.includes('|') ? [name.split('|')[0]] : [])));
	for (const mayAct of [false, true]) {
		for (const server of [redis(6, 0), redis(7, 0), redis(8, 10), valkey(7, 2), valkey(9, 1)]) {
			const line = aclUserLine(server, mayAct);
			const [before = '', after = ''] = line.split(' -@all ');
			assert.match(
				before,
				/^ACL SETUSER redistop-\w+ on resetpass >PASSWORD resetkeys(?: resetchannels &__sentinel__:hello)?$/,
			);
			const rights = after.split(' ');
			assert.equal(new Set(rights).size, rights.length, line);
			for (const right of rights) {
				assert.match(right, /^\+[a-z]+(?:\|[a-z-]+)?$/);
				assert.ok(!containers.has(right.slice(1)), right);
			}
		}
	}
});

test('who acts gets what changes something and the facts of a box; who watches does not', () => {
	const added = [...rightsOf(redis(7, 0), true)].filter(right => !rightsOf(redis(7, 0)).has(right));
	for (const right of ['+bgsave', '+shutdown', '+acl|dryrun', '+command|info', '+acl|whoami', '+time']) {
		assert.ok(added.includes(right), right);
	}
});

test('whatever a poll asks for is among the rights, under the name that a blind spot gives it', () => {
	const rights = new Set([
		...rightsOf(redis(8, 10)),
		...rightsOf(valkey(9, 1)),
		...rightsOf({...redis(8, 0), isSentinel: true}),
		...aclUserLine(redis(8, 10), false, true).split(' '),
	]);
	for (const {kind, grant = ''} of [...allRequests, subscription]) {
		assert.ok(
			grant.split(' ').every(right => right === '' || rights.has(right)),
			kind,
		);
	}
});

test('a monitor is given no right that nothing uses', () => {
	/** Sent beside the polls: on connecting, on the connection for PING, to a busy server, and to the Sentinels' channel. */
	const others = ['client|setname', 'ping', 'function|stats', 'subscribe'];
	const polled = new Set<string>([...allRequests.map(({command}) => command), ...others]);
	const given = readCommands.filter(({need}) => need === 'monitor').map(({name}) => name);
	assert.deepEqual(
		given.filter(name => !polled.has(name)),
		[],
	);
});

test('docs/actions.md shows the line for Redis 7.0 as it is', () => {
	const shown = /<!-- acl -->\n```\n(.*)\n```\n<!-- \/acl -->/.exec(readFileSync('docs/actions.md', 'utf8'))?.[1];
	assert.equal(shown, aclUserLine(redis(7, 0), false));
});

test('who looks at keys gets read access to all of them, and no command that returns a value', () => {
	for (const [server, pattern] of [
		[redis(6, 2), '~*'],
		[redis(7, 0), '%R~*'],
		[valkey(9, 1), '%R~*'],
	] as const) {
		const words = aclUserLine(server, false, true).split(' ');
		assert.ok(words.includes(pattern));
		const added = words.filter(word => word.startsWith('+') && !rightsOf(server).has(word));
		assert.deepEqual(
			added,
			readCommands.filter(({need}) => need === 'keys').map(({name}) => `+${name}`),
		);
		assert.ok(!words.some(word => /^\+(?:get|hgetall|dump|lrange|xrange|keys)$/.test(word)));
	}
});

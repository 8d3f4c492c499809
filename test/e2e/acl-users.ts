import assert from 'node:assert/strict';
import type {TestContext} from 'node:test';
import type {TestReply} from '../harness/resp-client.js';
import type {TestServer} from '../harness/servers.js';
import {at, runProgram} from './monitor.js';

/** The password of every user that these tests create. */
export const password = 'correct-horse';

/**
Creates a user with the ACL line that `redis-top acl` prints for this server. Resolves with the commands that the line
grants.
*/
export async function makeUser(
	t: TestContext,
	server: TestServer,
	...args: readonly string[]
): Promise<readonly string[]> {
	const printed = await runProgram(t, ['acl', ...at(server), ...args]);
	assert.equal(printed.code, 0, printed.stderr);
	const words = printed.stdout.trim().split(' ');
	assert.equal(printed.stdout.trim().split('\n').length, 1);
	assert.equal(await server.command(...words.map(word => word.replace('PASSWORD', password))), 'OK');
	return words.filter(word => word.startsWith('+')).map(word => word.slice(1));
}

/** The commands that the server has denied, and the users that it denied them to. */
export async function aclLog(server: TestServer): Promise<Array<{readonly user: string; readonly command: string}>> {
	const entries = (await server.command('ACL', 'LOG', '128')) as TestReply[][];
	return entries.map(entry => {
		const field = (name: string) => String(entry[entry.indexOf(name) + 1]);
		return {user: field('username'), command: field('object')};
	});
}

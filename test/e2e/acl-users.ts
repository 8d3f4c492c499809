import assert from 'node:assert/strict';
import type {TestContext} from 'node:test';
import type {TestReply} from '../harness/resp-client.js';
import type {TestServer} from '../harness/servers.js';
import {at, runProgram} from './monitor.js';

/** Of every user that is made here. */
export const password = 'correct-horse';

/** Has the line printed for this server, and made true there. Resolves with the rights it grants. */
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

/** What the server has denied, and to whom. */
export async function aclLog(server: TestServer): Promise<Array<{readonly user: string; readonly command: string}>> {
	const entries = (await server.command('ACL', 'LOG', '128')) as TestReply[][];
	return entries.map(entry => {
		const field = (name: string) => String(entry[entry.indexOf(name) + 1]);
		return {user: field('username'), command: field('object')};
	});
}

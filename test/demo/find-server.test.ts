import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';
import {findServer} from '../../source/demo/find-server.js';

const root = mkdtempSync(path.join(tmpdir(), 'redis-top-path-'));
after(() => rmSync(root, {recursive: true, force: true}));

const folder = (name: string, files: Readonly<Record<string, number>>): string => {
	const directory = path.join(root, name);
	mkdirSync(directory);
	for (const [file, mode] of Object.entries(files)) {
		writeFileSync(path.join(directory, file), '#!/bin/sh\n', {mode});
	}

	return directory;
};

test('the server is the named program, else the first executable one in the PATH', () => {
	const redis = folder('redis', {'redis-server': 0o755});
	const valkey = folder('valkey', {'valkey-server': 0o755});
	const broken = folder('broken', {'redis-server': 0o644});
	mkdirSync(path.join(root, 'trap', 'redis-server'), {recursive: true});
	const join = (...folders: string[]) => folders.join(path.delimiter);

	const cases: ReadonlyArray<
		readonly [pathVariable: string | undefined, named: string | undefined, found: string | undefined]
	> = [
		[undefined, undefined, undefined],
		['', '', undefined],
		[redis, '', path.join(redis, 'redis-server')],
		[join(valkey, redis), '', path.join(redis, 'redis-server')],
		[valkey, '', path.join(valkey, 'valkey-server')],
		[join(broken, path.join(root, 'trap'), '/nowhere'), '', undefined],
		[join(broken, redis), '', path.join(redis, 'redis-server')],
		['.', '', undefined],
		[redis, path.join(valkey, 'valkey-server'), path.join(valkey, 'valkey-server')],
		[redis, '/nowhere/redis-server', undefined],
	];
	for (const [pathVariable, named, found] of cases) {
		assert.equal(findServer(pathVariable, named, '/nowhere'), found, `${pathVariable} ${named}`);
	}
});

test('without a server on the PATH, it is the newest one in the cache, of Redis if there is one', () => {
	const cache = path.join(root, 'cache');
	const program = (name: string, mode = 0o755) => {
		const file = path.join(cache, name, 'bin', `${name.split('-')[0]}-server`);
		mkdirSync(path.dirname(file), {recursive: true});
		writeFileSync(file, '#!/bin/sh\n', {mode});
		return file;
	};
	const valkey = program('valkey-10.0');
	program('valkey-9.1');
	assert.equal(findServer('', '', cache), valkey);
	program('redis-7.0');
	const redis = program('redis-8.0');
	program('redis-8.4', 0o644);
	assert.equal(findServer('', '', cache), redis);
	assert.equal(findServer('', '/nowhere/redis-server', cache), undefined);
});

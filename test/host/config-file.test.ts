import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import {readConfigEvidence} from '../../source/host/config-evidence.js';
import {configWords, readConfigFile} from '../../source/host/config-file.js';
import {Gaps} from '../../source/host/gaps.js';

test('a line of a server config file is split into its words', () => {
	const table: ReadonlyArray<readonly [string, readonly string[]]> = [
		['', []],
		['   ', []],
		['# appendonly yes', []],
		['appendonly yes', ['appendonly', 'yes']],
		['  save 3600 1\t300 100\r', ['save', '3600', '1', '300', '100']],
		['save ""', ['save', '']],
		["dbfilename 'a b.rdb'", ['dbfilename', 'a b.rdb']],
		['requirepass "a\\"b"', ['requirepass', 'a"b']],
		['dir "/unclosed', ['dir', '/unclosed']],
	];
	for (const [line, words] of table) {
		assert.deepEqual(configWords(line), words, line);
	}
});

test('any line gives words, and throws nothing', () => {
	fc.assert(fc.property(fc.string(), line => Array.isArray(configWords(line))));
});

test('the last line of a setting counts; absolute includes are followed, and other includes are listed', async context => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-config-'));
	context.after(() => rmSync(folder, {recursive: true, force: true}));
	const file = (name: string, text: string) => {
		writeFileSync(path.join(folder, name), text);
		return path.join(folder, name);
	};
	const included = file('included.conf', 'APPENDONLY yes\nname \u001b[31m\n');
	const main = file(
		'redis.conf',
		`appendonly no\ninclude ${included}\ninclude relative.conf\ninclude ${folder}/no.conf\n`,
	);
	const read = await readConfigFile(main);
	assert.equal(read.kind, 'read');
	assert.equal(read.kind === 'read' && read.settings.get('appendonly'), 'yes');
	assert.equal(read.kind === 'read' && read.settings.get('name'), '\\x1b[31m');
	assert.deepEqual(read.kind === 'read' && read.unread, [
		'relative.conf',
		`${folder}/no.conf (no such file or directory)`,
	]);

	const saves = await readConfigFile(file('saves.conf', 'save 3600 1\nsave ""\nsave 900 1\nsave 300 10\n'));
	assert.equal(saves.kind === 'read' && saves.settings.get('save'), '900 1 300 10');
	const none = await readConfigFile(file('none.conf', 'save 900 1\nsave ""\n'));
	assert.equal(none.kind === 'read' && none.settings.get('save'), '');

	const renames = 'rename-command FLUSHALL ""\nmaxmemory 1gb\nRename-Command config s3cret\n';
	const renaming = file('renaming.conf', renames);
	const evidence = await readConfigEvidence(renaming, false, new Gaps());
	assert.deepEqual(evidence?.renamedCommands, ['FLUSHALL', 'CONFIG'], 'the new names stay in the file');
	assert.deepEqual([...(evidence?.settings ?? [])], [['maxmemory', '1gb']]);
	const plain = await readConfigEvidence(file('plain.conf', 'maxmemory 1gb\n'), false, new Gaps());
	assert.deepEqual(plain?.renamedCommands, []);

	const loop = file('loop.conf', `include ${path.join(folder, 'loop.conf')}\n`);
	const looped = await readConfigFile(loop);
	assert.deepEqual(looped.kind === 'read' && looped.unread.length, 1);
	assert.deepEqual(await readConfigFile(path.join(folder, 'absent')), {
		kind: 'unreadable',
		why: 'no such file or directory',
	});
});

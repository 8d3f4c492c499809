import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {test} from 'node:test';
import {commandWords} from '../source/arguments/completion.js';
import {flagRows} from '../source/arguments/flags.js';
import {readSettings} from '../source/config/file/read-file.js';
import {exitCodesMarkdown} from '../source/domain/exit-codes.js';

const read = (file: string): string => readFileSync(file, 'utf8');

test('the README has at most 150 lines', () => {
	assert.ok(read('README.md').split('\n').length <= 150);
});

test('docs/scripts.md has the current table of exit codes', () => {
	const shown = /<!-- exit-codes -->\n([\s\S]*?)\n<!-- \/exit-codes -->/.exec(read('docs/scripts.md'))?.[1];
	assert.equal(shown?.trim(), exitCodesMarkdown());
});

test('the example of a config file has no mistake', () => {
	const file = 'examples/config.toml';
	const {settings, problems} = readSettings({file, text: read(file), home: '/home/user'});
	assert.deepEqual(problems, []);
	assert.deepEqual([...settings.profiles.keys()], ['prod', 'cache']);
});

test('every command and flag that the README, the pages and the examples name exists', () => {
	const flags = new Set(flagRows.map(({name}) => name));
	// Flags of other programs' commands in the texts.
	const foreign = new Set(['channel', 'global', 'all', 'user']);
	const files = [
		'README.md',
		'docs/nodes.md',
		'docs/configuration.md',
		'docs/scripts.md',
		'docs/actions.md',
		'docs/prometheus.md',
	];
	const examples = ['config.toml', 'redis-top-watch.service', 'kubernetes-probe.yaml', 'nagios.cfg'];
	for (const file of [...files, ...examples.map(name => `examples/${name}`)]) {
		const text = read(file);
		for (const [, flag = ''] of text.matchAll(/(?<![\w-])--([a-z][a-z0-9-]*)/g)) {
			assert.ok(flags.has(flag) || foreign.has(flag), `${file}: --${flag}`);
		}

		for (const [, word = ''] of text.matchAll(/(?:`|\/|^(?=.* # ))redis-top ([a-z]+)(?=[ `])/gm)) {
			assert.ok(commandWords.includes(word) || ['prod', 'cache'].includes(word), `${file}: redis-top ${word}`);
		}
	}
});

test('systemd finds nothing wrong with the example of a unit', t => {
	if (!existsSync('/usr/bin/systemd-analyze')) {
		t.skip('there is no systemd-analyze here');
		return;
	}

	const {stderr} = spawnSync('systemd-analyze', ['verify', 'examples/redis-top-watch.service'], {encoding: 'utf8'});
	// The program need not be installed where the tests run.
	const complaints = stderr
		.split('\n')
		.filter(line => line !== '' && !/is not executable|redis-top-watch.*Failed to/.test(line));
	assert.deepEqual(
		complaints.filter(line => line.includes('redis-top-watch')),
		[],
	);
});

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import test from 'node:test';
import {bindings} from '../../source/keys/bindings.js';
import {keyTableMarkdown} from '../../source/keys/key-table.js';

test('the table of keys is valid Markdown: one row for each binding, two cells each', () => {
	const [head, rule, ...rows] = keyTableMarkdown().split('\n');
	assert.equal(head, '| key | what it does |');
	assert.equal(rule, '|---|---|');
	assert.equal(rows.length, bindings.length);
	for (const row of rows) {
		assert.match(row, /^\| `[^|]+` \| [^|]+ \|$/);
	}
});

test('docs/keys.md has the current table of keys', () => {
	const page = readFileSync('docs/keys.md', 'utf8');
	const shown = /<!-- keys -->\n([\s\S]*?)\n<!-- \/keys -->/.exec(page)?.[1];
	assert.equal(shown?.trim(), keyTableMarkdown());
});

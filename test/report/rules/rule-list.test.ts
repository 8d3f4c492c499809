import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import test from 'node:test';
import {ruleFormats, rulesMarkdown} from '../../../source/report/rules/rule-list.js';
import {allRules, ruleIds} from '../../../source/rules/all-rules.js';

test('docs/rules.md is the text made from the rules', () => {
	assert.equal(readFileSync('docs/rules.md', 'utf8'), rulesMarkdown(), 'npm run generate writes it again');
});

test('the text of a rule has its fields and its thresholds with their sources', () => {
	const text = ruleFormats.text(['mem.max']);
	assert.match(text, /^mem\.max {2}\(each node, since 3\.2/);
	assert.match(text, /threshold mem\.max\.warning = 80%: \S/);
	assert.ok(text.split('\n').every(line => line.length <= 100));
});

test('the JSON has the chosen rules in the order of the list', () => {
	const {schema, rules} = JSON.parse(ruleFormats.json(['per.misconf', 'mem.max']));
	assert.equal(schema, 'redis-top/rules@1');
	assert.deepEqual(
		rules.map(({id}: {id: string}) => id),
		ruleIds.filter(id => id === 'mem.max' || id === 'per.misconf'),
	);
	assert.deepEqual(Object.keys(rules[0]), [
		'id',
		'scope',
		'looksAt',
		'since',
		'falsePositives',
		'holdsMs',
		'thresholds',
	]);
});

test('every rule is in the document once, with what it looks at', () => {
	const headings = [...rulesMarkdown().matchAll(/^### (\S+)$/gm)].map(match => match[1]);
	assert.deepEqual(headings.toSorted(), [...ruleIds].toSorted());
	for (const {id, docs} of allRules) {
		assert.ok(docs.looksAt.length > 20, `${id} does not say what it looks at`);
		assert.match(docs.since, /^(?:any$|\d)/, `${id} does not say since which version`);
	}
});

import assert from 'node:assert/strict';
import test from 'node:test';
import {areMatched, labelMatchers, matchersText} from '../../source/prometheus/label-matchers.js';

const read = (text: string) => {
	const found = labelMatchers(text);
	return 'problem' in found ? found.problem : matchersText(found.matchers);
};

test('a selector is read with or without its braces, and written as PromQL has it', () => {
	for (const [text, expected] of [
		['{env="prod"}', 'env="prod"'],
		['env="prod", team=~"a|b",', 'env="prod",team=~"a|b"'],
		["{env='it\"s', x!~'a\\'b'}", 'env="it\\"s",x!~"a\'b"'],
		['{path="a\\\\b,c"}', 'path="a\\\\b,c"'],
		['{}', ''],
		['', ''],
	] as const) {
		assert.equal(read(text), expected, text);
	}
});

test('what is no selector is refused with the place where it ends', () => {
	for (const [text, problem] of [
		['env=prod', /is no selector at "env=prod"; write \{env="prod"/],
		['{env="prod"', /is no selector at "\{env=/],
		['{env="a" team="b"}', /is no selector/],
		['{env=~"("}', /has a broken regular expression: "\("/],
		['{__name__="redis_up"}', /names a series/],
		['redis_up{env="prod"}', /is no selector/],
		['{env="\\q"}', /is no selector/],
	] as const) {
		assert.match(read(text), problem, text);
	}
});

test('labels are matched as Prometheus matches them', () => {
	const cases: ReadonlyArray<readonly [selector: string, labels: Record<string, string>, fits: boolean]> = [
		['env="prod"', {env: 'prod'}, true],
		['env="prod"', {env: 'production'}, false],
		['env=~"prod.*"', {env: 'production'}, true],
		['env=~"prod"', {env: 'production'}, false],
		['env!="prod"', {}, true],
		['env=""', {}, true],
		['env!~"a|b"', {env: 'b'}, false],
		['env="a",team="b"', {env: 'a'}, false],
	];
	for (const [selector, labels, fits] of cases) {
		const found = labelMatchers(selector);
		assert.equal('matchers' in found && areMatched(found.matchers, labels), fits, selector);
	}
});

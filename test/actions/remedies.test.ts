import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {catalogue} from '../../source/actions/catalogue/catalogue.js';

const folder = path.resolve('source/rules');

/** The text of each rule, from its id to the next rule's: what it names is read, for most fire only on a broken server. */
const ruleTexts = readdirSync(folder)
	.filter(name => name.endsWith('.ts'))
	.flatMap(name => readFileSync(path.join(folder, name), 'utf8').split(/(?=^export const \w+ = rule\()/m));

/** What the rules name as their remedies, by rule. */
const remedies = new Map(
	ruleTexts.flatMap(text => {
		const rule = /\bid: '([a-z]+\.\w+)'/.exec(text);
		const ids = [...text.matchAll(/\baction:((?: \w+ \?| [\w.]+ ===)?[^,{}]*?),/g)].flatMap(([, value = '']) =>
			[...value.matchAll(/[?:]?\s*'([a-z-]+)'(?!\s*\?)/g)].map(([, id]) => id),
		);
		return ids.length === 0 ? [] : [[rule?.[1] ?? 'no rule', ids] as const];
	}),
);

test('every remedy that a rule names is an action of the menu', () => {
	assert.ok(remedies.size >= 35, `only ${remedies.size} rules name a remedy`);
	const known: ReadonlySet<string> = new Set(catalogue.map(({id}) => id));
	for (const [rule, ids] of remedies) {
		for (const id of ids) {
			assert.ok(id !== undefined && known.has(id), `${rule} names ${id}, which is no action`);
		}
	}
});

test('rules name the remedy that fits', () => {
	for (const [rule, ...expected] of [
		['mem.max', 'set-maxmemory'],
		['mem.policy_noop', 'set-policy'],
		['srv.busy', 'function-kill', 'script-kill'],
		['srv.paused', 'client-unpause'],
		['srv.shutdown', 'shutdown-abort'],
		['srv.failover', 'failover-abort'],
		['per.rdb_fail', 'bgsave'],
		['per.none', 'set-save'],
		['rep.backlog', 'set-repl-backlog'],
		['lat.slowlog_off', 'set-slowlog-threshold'],
		['clu.ghost', 'cluster-forget', 'cluster-forget'],
	] as const) {
		assert.deepEqual(remedies.get(rule), expected, rule);
	}
});

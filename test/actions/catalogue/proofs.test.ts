import assert from 'node:assert/strict';
import test from 'node:test';
import type {Observation, ProofInput} from '../../../source/actions/catalogue/action-row.js';
import {bgsave} from '../../../source/actions/catalogue/bgsave.js';
import type {Reading, ServerFacts} from '../../../source/actions/catalogue/server-facts.js';
import {shutdownSave} from '../../../source/actions/catalogue/shutdown-save.js';
import type {FileFacts} from '../../../source/host/data-file.js';
import {infoOf, type Sections} from '../../harness/records.js';

const askedAtMs = 1_700_000_000_400;
const askedAt = Math.floor(askedAtMs / 1000);
const dump = (modifiedAtMs: number): FileFacts => ({kind: 'present', sizeBytes: 2048, modifiedAtMs, inode: 1});
const reading = (sections: Sections, serverTimeMs = askedAtMs): Reading => ({info: infoOf(sections), serverTimeMs});
const answered = (sections: Sections): Observation => ({kind: 'answered', reading: reading(sections)});

const server = {run_id: 'a'.repeat(40)};
const factsOf = (kind: 'here' | 'elsewhere'): ServerFacts => ({
	...reading({server}),
	config: new Map([
		['dir', '/data'],
		['dbfilename', 'dump.rdb'],
	]),
	ownSlotCount: undefined,
	isCommandKnown: true,
	denial: undefined,
	machine:
		kind === 'elsewhere'
			? {kind, why: 'far away'}
			: {
					kind,
					freeBytes: 1,
					dump: {kind: 'absent'},
					appendOnly: {kind: 'absent'},
					configFile: undefined,
					configFolder: undefined,
				},
});

const saved = {
	rdb_bgsave_in_progress: 0,
	rdb_last_bgsave_status: 'ok',
	rdb_last_save_time: askedAt,
	rdb_last_bgsave_time_sec: 0,
	rdb_changes_since_last_save: 0,
	rdb_saves: 3,
};
const before = (persistence: Sections[string]): Reading => reading({server, persistence});
const unsaved = before({rdb_saves: 2, rdb_changes_since_last_save: 10});
const replied = {kind: 'replied', reply: 'Background saving started'} as const;

const saveTable: ReadonlyArray<readonly [string, Reading, Sections[string], number, string]> = [
	['a counted save in the same second', unsaved, saved, 0, 'proved'],
	['the child still writes', unsaved, {...saved, rdb_bgsave_in_progress: 1}, 1e6, 'running'],
	['a failed save is counted too', unsaved, {...saved, rdb_last_bgsave_status: 'err'}, 6000, 'failed'],
	['… and is waited for a little', unsaved, {...saved, rdb_last_bgsave_status: 'err'}, 100, 'running'],
	['saved before we asked', unsaved, {...saved, rdb_last_save_time: askedAt - 1}, 6000, 'unproved'],
	[
		'nothing counted, nothing less to save',
		unsaved,
		{...saved, rdb_saves: 2, rdb_changes_since_last_save: 10},
		6000,
		'unproved',
	],
	[
		'before 7.0: fewer changes',
		before({rdb_changes_since_last_save: 10}),
		{...saved, rdb_saves: '', rdb_changes_since_last_save: 4},
		0,
		'proved',
	],
	[
		'before 7.0: nothing to save, and a save took place',
		before({rdb_changes_since_last_save: 0}),
		{...saved, rdb_saves: ''},
		0,
		'proved',
	],
	[
		'before 7.0: just started, never saved',
		before({rdb_changes_since_last_save: 0}),
		{...saved, rdb_saves: '', rdb_last_bgsave_time_sec: -1},
		6000,
		'unproved',
	],
];

for (const [title, earlier, persistence, sinceOutcomeMs, expected] of saveTable) {
	test(`BGSAVE: ${title}`, () => {
		const verification = bgsave.verify({
			facts: factsOf('elsewhere'),
			before: earlier,
			dumpBefore: {kind: 'absent'},
			outcome: replied,
			observation: answered({server, persistence}),
			dumpNow: {kind: 'absent'},
			sinceOutcomeMs,
		});
		assert.equal(verification.kind, expected, JSON.stringify(verification));
	});
}

test('BGSAVE: a server that restarted meanwhile proves nothing', () => {
	const verification = bgsave.verify({
		facts: factsOf('elsewhere'),
		before: unsaved,
		dumpBefore: {kind: 'absent'},
		outcome: replied,
		observation: answered({server: {run_id: 'b'.repeat(40)}, persistence: saved}),
		dumpNow: {kind: 'absent'},
		sinceOutcomeMs: 0,
	});
	assert.equal(verification.kind, 'failed');
});

const again = {run_id: 'b'.repeat(40)};
const gone: Observation = {kind: 'gone'};
const keys = (count: number, expires = 0) => ({db0: `keys=${count},expires=${expires},avg_ttl=0`});
const fresh = dump(askedAtMs + 5);

const stopTable: ReadonlyArray<readonly [string, Partial<ProofInput>, string, RegExp]> = [
	['gone, a new dump here', {observation: gone, dumpNow: fresh}, 'proved', /gone, and \/data\/dump\.rdb has 2\.00K/],
	['gone a moment ago', {observation: gone, dumpNow: fresh, sinceOutcomeMs: 100}, 'running', /starts again/],
	['gone, an old dump', {observation: gone, dumpNow: dump(askedAtMs - 60_000)}, 'failed', /was not written/],
	['gone, the dump of before', {observation: gone, dumpBefore: fresh, dumpNow: fresh}, 'failed', /was not written/],
	['gone, no dump', {observation: gone}, 'failed', /was not written/],
	[
		'gone, the dump out of reach',
		{observation: gone, dumpNow: {kind: 'unreadable', why: 'permission denied'}},
		'unproved',
		/permission denied/,
	],
	['gone, on another machine', {observation: gone, facts: factsOf('elsewhere')}, 'unproved', /far away/],
	[
		'a clock tick between the server and its file system',
		{observation: gone, dumpNow: dump(askedAtMs - 9)},
		'proved',
		/gone/,
	],
	['silent while it saves', {observation: {kind: 'silent', why: 'no reply'}}, 'running', /no answer/],
	[
		'waiting for replicas',
		{observation: answered({server: {...server, shutdown_in_milliseconds: 9229}}), outcome: undefined},
		'running',
		/replicas, at most 9s more/,
	],
	['still there', {observation: answered({server}), sinceOutcomeMs: 6000}, 'failed', /no effect/],
	['still there a moment after', {observation: answered({server}), sinceOutcomeMs: 100}, 'running', /still runs/],
	[
		'back and loading',
		{observation: answered({server: again, persistence: {loading: 1, loading_loaded_perc: 34}})},
		'running',
		/loads its data \(34 %\)/,
	],
	[
		'back with all keys',
		{observation: answered({server: again, keyspace: keys(500)}), facts: factsOf('elsewhere')},
		'proved',
		/500 keys of 500 keys/,
	],
	['back without the keys', {observation: answered({server: again, keyspace: {}})}, 'failed', /more are missing/],
	[
		'back, what had a time to live is gone',
		{observation: answered({server: again, keyspace: keys(400)}), before: reading({server, keyspace: keys(500, 100)})},
		'proved',
		/400 keys of 500/,
	],
	[
		'back, and clients deleted at once',
		{observation: answered({server: again, keyspace: keys(1), persistence: {rdb_last_load_keys_loaded: 500}})},
		'proved',
		/1 key of 500/,
	],
];

for (const [title, parts, kind, words] of stopTable) {
	test(`SHUTDOWN SAVE: ${title}`, () => {
		const verification = shutdownSave.verify({
			facts: factsOf('here'),
			before: reading({server, keyspace: keys(500)}),
			dumpBefore: {kind: 'absent'},
			outcome: {kind: 'closed'},
			observation: gone,
			dumpNow: {kind: 'absent'},
			sinceOutcomeMs: 6000,
			...parts,
		});
		assert.equal(verification.kind, kind, JSON.stringify(verification));
		assert.match('text' in verification ? verification.text : verification.progress, words);
	});
}

import assert from 'node:assert/strict';
import test from 'node:test';
import type {MachineFacts, ServerFacts} from '../../../source/actions/catalogue/server-facts.js';
import {restartVetoes, supervisorStopCheck, survivalOf} from '../../../source/actions/restart/survival.js';
import {infoOf} from '../../harness/records.js';

type Parts = {
	readonly persistence?: Readonly<Record<string, string | number>>;
	readonly config?: Readonly<Record<string, string>>;
	readonly replicas?: number;
	readonly keys?: number;
	readonly machine?: MachineFacts;
};

const elsewhere: MachineFacts = {kind: 'elsewhere', why: 'another machine'};

function factsOf({
	persistence = {},
	config = {save: ''},
	replicas = 0,
	keys = 800,
	machine = elsewhere,
}: Parts): ServerFacts {
	const replicaFields = Array.from({length: replicas}, (_, index) => [
		`slave${index}`,
		`ip=10.0.1.${20 + index},port=6379,state=online,offset=1,lag=0`,
	]);
	return {
		info: infoOf({
			persistence: {
				aof_enabled: 0,
				rdb_saves: 1,
				rdb_last_save_time: 1_700_000_000,
				rdb_last_bgsave_time_sec: 41,
				rdb_changes_since_last_save: 300,
				...persistence,
			},
			replication: {role: 'master', ...Object.fromEntries(replicaFields)},
			keyspace: keys > 0 ? {db0: `keys=${keys},expires=0,avg_ttl=0`} : {},
		}),
		serverTimeMs: 0,
		config: new Map(Object.entries(config)),
		ownSlotCount: undefined,
		isCommandKnown: true,
		denial: undefined,
		machine,
	};
}

const here = (parts: Partial<MachineFacts & {kind: 'here'}> = {}): MachineFacts => ({
	kind: 'here',
	freeBytes: 1e12,
	dump: {kind: 'absent'},
	appendOnly: {kind: 'absent'},
	configFile: undefined,
	configFolder: undefined,
	...parts,
});

test('what brings the data back', () => {
	const cases: ReadonlyArray<readonly [parts: Parts, kind: string]> = [
		[{persistence: {aof_enabled: 1, aof_last_write_status: 'ok', aof_base_size: 100}}, 'append-only'],
		[{persistence: {aof_enabled: 1, aof_last_write_status: 'err', aof_base_size: 100}}, 'only-if-asked'],
		[{persistence: {aof_enabled: 1, aof_last_write_status: 'err'}, config: {save: '3600 1'}}, 'saved-on-stop'],
		// The first AOF is still being written.
		[{persistence: {aof_enabled: 1, aof_rewrite_in_progress: 1, aof_base_size: 0}}, 'only-if-asked'],
		[{persistence: {aof_enabled: 1, aof_rewrite_in_progress: 1, aof_base_size: 9}}, 'append-only'],
		[{config: {save: '3600 1 300 100'}}, 'saved-on-stop'],
		[{config: {save: ''}}, 'only-if-asked'],
		[{config: {}}, 'unknown'],
	];
	for (const [parts, kind] of cases) {
		assert.equal(survivalOf(factsOf(parts)).kind, kind, JSON.stringify(parts));
	}

	assert.equal(survivalOf({...factsOf({}), info: infoOf({})}).kind, 'unknown');
});

test('what its supervisor’s own stop would cost, with the true number', () => {
	const check = (parts: Parts, timeout: number | undefined) => {
		const facts = factsOf(parts);
		const {state, text} = supervisorStopCheck(facts, survivalOf(facts), timeout, 'systemctl restart redis');
		return `${state}: ${text}`;
	};
	const saved = {config: {save: '3600 1'}};
	const never = {persistence: {rdb_saves: 0, rdb_last_bgsave_time_sec: -1}};
	const cases: ReadonlyArray<readonly [parts: Parts, timeout: number | undefined, text: string]> = [
		[{}, 90, 'veto: systemctl restart redis saves nothing: it loses 300 changes since the last save'],
		[
			{replicas: 2},
			90,
			'veto: systemctl restart redis saves nothing: it loses 300 changes since the last save, and 2 replicas with it',
		],
		[never, 90, 'veto: systemctl restart redis saves nothing: it loses up to 800 keys'],
		[{...never, machine: here()}, 90, 'veto: systemctl restart redis saves nothing: it loses 800 keys'],
		[
			{...never, machine: here({dump: {kind: 'present', sizeBytes: 9, modifiedAtMs: 0, inode: 1}})},
			90,
			'veto: systemctl restart redis saves nothing: it loses 300 changes since the last save',
		],
		[
			saved,
			10,
			'veto: systemctl restart redis kills it after 10s, a save takes 41s: it loses 300 changes since the last save',
		],
		[
			saved,
			41,
			'veto: systemctl restart redis kills it after 41s, a save takes 41s: it loses 300 changes since the last save',
		],
		[saved, 90, 'ok: systemctl restart redis would save, and waits 1m30s for it'],
		[saved, Number.POSITIVE_INFINITY, 'ok: systemctl restart redis would save, and wait for it'],
		[
			saved,
			undefined,
			'warning: systemctl restart redis saves, and is killed if that takes longer than it waits (not known)',
		],
		[
			{...saved, persistence: {rdb_last_bgsave_time_sec: -1}},
			10,
			'warning: systemctl restart redis kills it after 10s; how long a save takes is not known',
		],
		[
			{persistence: {aof_enabled: 1, aof_last_write_status: 'ok', aof_base_size: 1}},
			10,
			'ok: systemctl restart redis would keep the data, too',
		],
		[
			{config: {}},
			10,
			'warning: systemctl restart redis: whether it keeps the data is not known (CONFIG GET save is denied)',
		],
	];
	for (const [parts, timeout, text] of cases) {
		assert.equal(check(parts, timeout), text);
	}
});

test('what must be set right before it begins', () => {
	const vetoes = (parts: Parts) =>
		restartVetoes(factsOf(parts)).flatMap(({state, text, lossPhrase}) => {
			assert.equal(lossPhrase, undefined, 'nothing here can be overridden');
			return state === 'veto' ? [text] : [];
		});
	const config = {save: '', appendonly: 'no', dir: '/data', dbfilename: 'dump.rdb'};
	const file = (settings: Readonly<Record<string, string>>) =>
		here({configFile: {kind: 'read', settings: new Map(Object.entries(settings)), unread: []}});
	assert.deepEqual(vetoes({config, machine: file({appendonly: 'no'})}), []);
	assert.match(vetoes({config, machine: file({appendonly: 'yes'})}).join('\n'), /without an AOF, starts empty/);
	const stale = vetoes({
		config,
		replicas: 2,
		machine: {
			...file({appendonly: 'yes'}),
			appendOnly: {kind: 'present', lastWrittenAtMs: Date.UTC(2026, 10, 23, 14, 2)},
		} as MachineFacts,
	});
	assert.match(stale.join('\n'), /loads the AOF of 2026-11-23T14:02Z and ignores the dump/);
	assert.match(stale.join('\n'), /2 replicas would do a full resync with what is left/);
	assert.match(vetoes({config, machine: file({dbfilename: 'other.rdb'})}).join('\n'), /loads \/data\/other\.rdb/);
	assert.deepEqual(vetoes({keys: 0}), []);
	assert.match(vetoes({keys: 0, replicas: 1}).join('\n'), /it is empty and has 1 replica/);
});

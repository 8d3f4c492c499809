import type {ActionId} from '../../source/actions/catalogue/catalogue.js';
import type {SettingId} from '../../source/actions/catalogue/config-actions.js';
import {settingRows} from './setting-cases.js';

/** A test by its file below test/ and its title, with `{name}` for the version where it runs on several. */
export type NamedTest = readonly [file: string, title: string];

/** A restart is several actions in a row. */
export type ProvenId = ActionId | 'restart';

export type Proof = {
	/** On a real server: done, and proved by looking. */
	readonly proved: NamedTest;
	/** On a real server: its words when it says no; absent where the server never does. */
	readonly refused?: NamedTest;
};

const inEvery = (title: string): NamedTest => ['actions/catalogue/every-action.test.ts', title];
const inClients = (title: string): NamedTest => ['actions/catalogue/client-actions.test.ts', title];
const inRefusals = (title: string): NamedTest => ['actions/execute/refusals.test.ts', title];
const inSentinels = (title: string): NamedTest => ['actions/catalogue/sentinel-actions.test.ts', title];

const eachSetting = inEvery('each setting is set, proved and can be taken back: {name}');
const wrongValues = inRefusals('values that the server takes from nobody: {name}');
const logs = inEvery('logs, counters, memory: {name}');
const child = inRefusals('while a child writes: {name}');
const stops = inEvery('SHUTDOWN NOSAVE names the changes that go; NOW, SAVE FORCE and ABORT are proved');
const files = inRefusals("files that can't be written: {name}");
const rights = inRefusals(
	'a user without the right, a command that was renamed, and a client that waits for nothing: {name}',
);
const roles = inEvery('a primary hands over, is followed, and a replica is promoted');
const waiting: NamedTest = [
	'actions/handing-over.test.ts',
	'a shutdown and a failover that wait are ended, one that waits no longer loses what it said: {name}',
];
const alone: NamedTest = ['actions/handing-over.test.ts', 'what FAILOVER refuses by itself'];
const cluster: NamedTest = [
	'actions/catalogue/cluster-actions.test.ts',
	'takes over from the living and the dead, forgets on every node, and says what it refuses',
];
const safely: NamedTest = [
	'actions/catalogue/cluster-actions.test.ts',
	'is stopped safely, a primary after it has handed over',
];
const heldByFunction = inEvery('a function that holds the server is killed, and no script by that name: {name}');
const sentinelFailover = inSentinels("make another node the primary, and refuse what they can't: {name}");

/** Every row of `settingCases` runs in these two tests. Some settings have another test below. */
const settingProofs = Object.fromEntries(
	settingRows.map(([id]) => [id, {proved: eachSetting, refused: wrongValues}]),
) as Record<SettingId, Proof>;

/**
Action by action, the test that proves it on a real server, and the one that hears the server refuse it. Held to the
catalogue, and the names to the files, by the test beside it; and each test to what its audit log says, by `recorded-verdicts.ts`.
*/
export const provingTests: Readonly<Record<ProvenId, Proof>> = {
	bgsave: {
		proved: ['actions/execute/run-action.test.ts', '{name}: BGSAVE is sent once, done and proved'],
		refused: child,
	},
	'bgsave-schedule': {proved: child, refused: child},
	bgrewriteaof: {proved: child, refused: child},
	'shutdown-save': {
		proved: ['actions/execute/run-action.test.ts', '{name}: SHUTDOWN SAVE leaves the data on disk and is proved'],
		refused: files,
	},
	'shutdown-nosave': {proved: stops, refused: rights},
	'shutdown-now': {proved: stops},
	'shutdown-force': {proved: files},
	'shutdown-safe': {proved: safely, refused: safely},
	'shutdown-failover': {proved: safely},
	'shutdown-abort': {proved: waiting, refused: stops},
	...settingProofs,
	'set-save': {
		proved: inEvery('snapshots are switched off, and on again, with what that costs: {name}'),
		refused: wrongValues,
	},
	'set-appendonly': {
		proved: inEvery(
			'appendonly is switched on to a complete first file, then off; the rewrite and the scheduled save: {name}',
		),
		refused: files,
	},
	'set-maxclients': {proved: eachSetting, refused: inRefusals('more clients than the system allows: {name}')},
	'config-rewrite': {
		proved: inEvery('CONFIG REWRITE is proved where there is a file, refused where there is none'),
		refused: inRefusals('a config file whose folder is gone: {name}'),
	},
	resetstat: {proved: logs},
	'client-kill': {proved: inClients('clients are killed, unblocked and paused: {name}')},
	'client-kill-filter': {
		proved: inClients('a kind of client is killed, and nobody else: {name}'),
		refused: inClients('clients of an age are killed where the server knows ages, refused where it does not'),
	},
	'client-unblock': {proved: inClients('clients are killed, unblocked and paused: {name}'), refused: wrongValues},
	'client-pause': {proved: inClients('clients are killed, unblocked and paused: {name}'), refused: wrongValues},
	'client-unpause': {proved: inClients('clients are killed, unblocked and paused: {name}')},
	'slowlog-reset': {proved: logs},
	'latency-reset': {proved: logs},
	'commandlog-reset': {proved: logs},
	'memory-purge': {proved: logs},
	// No server with HOTKEYS was there: a stand-in answers.
	'hotkeys-start': {
		proved: [
			'actions/catalogue/hot-keys-actions.test.ts',
			'a session is started with an end, waited for, and proved by its hottest keys',
		],
	},
	'script-kill': {proved: heldByFunction, refused: heldByFunction},
	'function-kill': {proved: heldByFunction, refused: heldByFunction},
	replicaof: {proved: roles, refused: waiting},
	promote: {proved: roles, refused: cluster},
	failover: {proved: roles, refused: alone},
	'failover-force': {proved: waiting, refused: alone},
	'failover-abort': {proved: waiting, refused: roles},
	'cluster-failover': {proved: cluster, refused: cluster},
	'cluster-failover-force': {proved: cluster},
	'cluster-forget': {proved: cluster, refused: cluster},
	'cluster-setslot-stable': {proved: cluster, refused: cluster},
	'sentinel-failover': {proved: sentinelFailover, refused: sentinelFailover},
	'sentinel-reset': {proved: inSentinels('are reset and find the others again')},
	restart: {
		proved: [
			'e2e/restart.test.ts',
			'at 80x24 a restart is interrupted and continued; afterwards all keys and replicas are back',
		],
	},
};

export type ExpectedVerdict = {
	readonly id: ProvenId;
	readonly verdict: 'proved' | 'refused';
	readonly file: string;
	readonly title: string;
};

/** The same, one a row. */
export const expectedVerdicts: readonly ExpectedVerdict[] = Object.entries(provingTests).flatMap(([id, proof]) =>
	(['proved', 'refused'] as const).flatMap(verdict => {
		const [file, title] = proof[verdict] ?? [];
		return file === undefined || title === undefined ? [] : [{id: id as ProvenId, verdict, file, title}];
	}),
);

/** True where a test of this name is one of this title, on whichever version. */
export function isTitleOf(title: string, name: string): boolean {
	const [start = '', end] = title.split('{name}');
	return end === undefined ? name === title : name.startsWith(start) && name.endsWith(end);
}

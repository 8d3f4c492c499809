import type {SettingId} from '../../source/actions/catalogue/config-actions.js';

/** What a server is asked to set, and what it says to a value that it does not take. */
export type SettingCase = {
	/** The name that CONFIG SET takes. */
	readonly name: string;
	/** Typed into the form; `held` is the value of CONFIG GET afterwards. */
	readonly typed: string;
	readonly held: string;
	/** Sent past the form, and the server's error. */
	readonly refused: {readonly value: string; readonly words: RegExp};
	/** Typed into the box of 80x24, where another value is longer than `typed`, and the value that is sent. */
	readonly longest?: {readonly typed: string; readonly held: string};
};

const refused = (value: string, words: RegExp) => ({value, words});
const manySavePoints = '86400 1 3600 100 300 10000 60 100000 30 1000000 10 5000000 5 9000000';

/**
The tests of a new setting: each row is set, proved and taken back on real servers, refused by real servers, and drawn in
its box. Its row in `proving-tests.ts` follows from this one.
*/
export const settingCases: Readonly<Record<SettingId, SettingCase>> = {
	'set-maxmemory': {
		name: 'maxmemory',
		typed: '1gb',
		held: '1073741824',
		refused: refused(
			'50%',
			/^ERR CONFIG SET failed \(possibly related to argument 'maxmemory'\) - argument must be a (?:percentage or )?memory value/i,
		),
		longest: {typed: '120g', held: '120000000000'},
	},
	'set-policy': {
		name: 'maxmemory-policy',
		typed: 'allkeys-lru',
		held: 'allkeys-lru',
		refused: refused('lru', /'maxmemory-policy'\) - argument\(s\) must be one of the following/),
	},
	'set-save': {
		name: 'save',
		typed: '3600 1 300 100',
		held: '3600 1 300 100',
		refused: refused('1 2 3', /'save'\) - Invalid save parameters/),
		longest: {typed: manySavePoints, held: `"${manySavePoints}"`},
	},
	'set-stop-writes': {
		name: 'stop-writes-on-bgsave-error',
		typed: 'no',
		held: 'no',
		refused: refused('maybe', /argument must be 'yes' or 'no'/),
	},
	'set-appendonly': {
		name: 'appendonly',
		typed: 'yes',
		held: 'yes',
		refused: refused('maybe', /argument must be 'yes' or 'no'/),
	},
	'set-maxclients': {
		name: 'maxclients',
		typed: '500',
		held: '500',
		refused: refused('0', /argument must be between 1 and \d+/),
		longest: {typed: '200000', held: '200000'},
	},
	'set-slowlog-threshold': {
		name: 'slowlog-log-slower-than',
		typed: '5000',
		held: '5000',
		refused: refused('-2', /argument must be between -1 and \d+/),
		longest: {typed: '0', held: '0'},
	},
	'set-slowlog-length': {
		name: 'slowlog-max-len',
		typed: '64',
		held: '64',
		refused: refused('-1', /argument must be between 0 and \d+/),
		longest: {typed: '1000', held: '1000'},
	},
	'set-latency-threshold': {
		name: 'latency-monitor-threshold',
		typed: '50',
		held: '50',
		refused: refused('-1', /argument must be between 0 and \d+/),
		longest: {typed: '100', held: '100'},
	},
	'set-repl-backlog': {
		name: 'repl-backlog-size',
		typed: '64mb',
		held: '67108864',
		refused: refused('0', /argument must be between 1 (?:and|inclusive)/),
		longest: {typed: '100gb', held: '107374182400'},
	},
};

/** The same as rows, in the order of the table. */
export const settingRows = Object.entries(settingCases) as ReadonlyArray<[SettingId, SettingCase]>;

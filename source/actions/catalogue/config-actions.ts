import type {ActionClass, ActionName, Check, LabelledValue} from '../../domain/action.js';
import {parseConfig} from '../../parse/config.js';
import type {PolledSetting} from '../../poll/polled-settings.js';
import {commandText} from '../../text/command-words.js';
import type {ActionRow, Parameter, ProofInput, Since} from './action-row.js';
import {appendOnlyChecks, appendOnlyEffectChecks} from './append-only-setting.js';
import {buildRow, fine, veto, warning, when} from './build-row.js';
import {memoryChecks, memoryFacts, policies, policyChecks} from './memory-settings.js';
import {counted, isLastSaveFailed, loadingChecks, roleText} from './saved-data.js';
import type {Reading, ServerFacts} from './server-facts.js';
import {bytesValue, choiceValue, exactly, saveValue, wholeValue} from './typed-values.js';
import {type EffectChecks, verifyWith} from './verify-with.js';

type Setting<Id extends ActionName = ActionName> = {
	readonly id: Id;
	readonly letter: string;
	/**
	The name of the server setting, as CONFIG SET takes it. The setting is polled, so that the form can show its present
	value.
	*/
	readonly name: PolledSetting;
	readonly about: string;
	readonly hint: string;
	readonly example: string;
	readonly read: Parameter['read'];
	/** Formats a value of CONFIG GET for people. */
	readonly show?: (value: string) => string;
	readonly effects: (value: string, facts: ServerFacts) => readonly string[];
	readonly checks?: (value: string, facts: ServerFacts) => readonly Check[];
	readonly facts?: (facts: ServerFacts) => readonly LabelledValue[];
	readonly effectChecks?: Partial<EffectChecks>;
	/**
	The action class of a value that is more dangerous than other values of the setting; undefined for any other value.
	*/
	readonly classFor?: (value: string, facts: ServerFacts) => ActionClass | undefined;
	readonly class?: ActionClass;
	readonly since?: Since;
	/** Names of other server settings that the checks of this setting read. */
	readonly settingNames?: readonly string[];
};

const bytesShown = (value: string): string => (/^\d+$/.test(value) ? exactly(Number(value)) : value);

/** The value of a server setting in a reading; undefined where the setting was not read. */
const settingIn = ({extra}: Reading, name: string): string | undefined =>
	extra?.[0] === undefined ? undefined : parseConfig(extra[0]).get(name);

function effectChecksOf({name, effectChecks}: Setting): EffectChecks {
	const isSet = (now: Reading, {facts}: ProofInput) => settingIn(now, name) === facts.words?.[0];
	return {
		unseen: `CONFIG GET ${name} does not show the new value`,
		...effectChecks,
		proved: (now, input) =>
			isSet(now, input)
				? effectChecks?.proved === undefined
					? `CONFIG GET ${name} is ${commandText([input.facts.words?.[0] ?? ''])}`
					: effectChecks.proved(now, input)
				: undefined,
	};
}

function settingRow<Id extends ActionName>(setting: Setting<Id>): ActionRow<Id> {
	const {id, letter, name, about, hint, example, read, show = value => value} = setting;
	return buildRow({
		id,
		letter,
		title: `CONFIG SET ${name}: ${about}`,
		class: setting.class ?? 'disruptive',
		since: setting.since,
		command: ['CONFIG', 'SET', name],
		settingNames: [name, ...(setting.settingNames ?? [])],
		parameter: {
			label: `new ${name}`,
			hint,
			example,
			now: ({config}) => {
				const value = config?.value.get(name);
				return value === undefined ? undefined : show(value) || '""';
			},
			read,
		},
		asks: () => [['CONFIG', 'GET', name]],
		preflight(facts) {
			const value = facts.words?.[0] ?? '';
			const old = facts.config.get(name);
			return {
				effects: [...setting.effects(value, facts), 'Until a restart; CONFIG REWRITE would keep it.'],
				facts: [
					['role', roleText(facts.info)],
					['now', old === undefined ? '-' : show(old) || '""'],
					['new', show(value) || '""'],
					...(setting.facts?.(facts) ?? []),
				],
				checks: [
					...loadingChecks(facts),
					...when(old === undefined, warning('the value now is not known (CONFIG GET denied): it cannot be undone')),
					...when(old === value, veto('it is set to that already')),
					...(setting.checks?.(value, facts) ?? []),
				],
				revert: old === undefined ? undefined : ['CONFIG', 'SET', name, old],
				class: setting.classFor?.(value, facts),
			};
		},
		verify: verifyWith(effectChecksOf(setting)),
		verifyTimeoutMs: () => 600_000,
	});
}

const limit = (facts: ServerFacts): number => Number(facts.config.get('maxmemory') ?? 0);

const settings = [
	{
		id: 'set-maxmemory',
		letter: 'm',
		name: 'maxmemory',
		about: 'the limit of its data',
		hint: '2gb, 500mb, a number of bytes; 0 for none',
		example: '1gb',
		read: bytesValue,
		show: bytesShown,
		effects: value => [
			value === '0' ? 'No limit any more: it grows until the machine has none left.' : 'Takes effect at once.',
		],
		checks: (value, facts) => memoryChecks(Number(value), facts.config.get('maxmemory-policy') ?? 'noeviction', facts),
		facts: memoryFacts,
		classFor: (value, facts) =>
			Number(value) !== 0 && (limit(facts) === 0 || Number(value) < limit(facts)) ? 'outage' : undefined,
		settingNames: ['maxmemory-policy'],
	},
	{
		id: 'set-policy',
		letter: 'p',
		name: 'maxmemory-policy',
		about: 'which keys it may lose',
		hint: policies.join(' '),
		example: 'allkeys-lru',
		read: choiceValue(policies),
		effects: value => [
			value === 'noeviction'
				? 'At the limit writes are refused.'
				: 'At the limit it EVICTS KEYS, at once if it is there now.',
		],
		checks: (value, facts) => policyChecks(value, limit(facts), facts),
		facts: memoryFacts,
		classFor: (value, facts) =>
			value !== 'noeviction' && facts.config.get('maxmemory-policy') === 'noeviction' ? 'outage' : undefined,
		settingNames: ['maxmemory'],
	},
	{
		id: 'set-save',
		letter: 'v',
		name: 'save',
		about: 'when it takes snapshots',
		hint: '3600 1 300 100 60 10000; "" for never',
		example: '3600 1',
		read: saveValue,
		effects: value =>
			value === ''
				? ['No snapshots any more, and SIGTERM or a plain SHUTDOWN will NOT save.']
				: ['Snapshots by these rules; writes are refused again while the last save has failed.'],
		checks: (value, {info}) => {
			const changes = counted(info.number('persistence', 'rdb_changes_since_last_save'), 'unsaved change');
			return [
				...when(value === '', warning(`a restart loses what is not saved: ${changes} now`)),
				...when(
					value !== '' && isLastSaveFailed(info),
					warning('the last save failed: writes will be refused at once; BGSAVE first'),
				),
			];
		},
	},
	{
		id: 'set-stop-writes',
		letter: 't',
		name: 'stop-writes-on-bgsave-error',
		about: 'refuse writes after a failed save',
		hint: 'yes or no',
		example: 'no',
		read: choiceValue(['yes', 'no']),
		effects: value =>
			value === 'no'
				? ['Writes are accepted although they are not saved; the server keeps trying to save.']
				: ['Writes are refused while the last save has failed.'],
		checks: (value, {info}) => {
			const changes = counted(info.number('persistence', 'rdb_changes_since_last_save'), 'unsaved change');
			return [
				...when(value === 'no', warning(`${changes} so far; it does not help against a failing AOF`)),
				...when(
					value === 'yes' && isLastSaveFailed(info),
					warning('the last save failed: writes will be refused at once'),
				),
			];
		},
	},
	{
		id: 'set-appendonly',
		letter: 'a',
		name: 'appendonly',
		about: 'switch the append-only file',
		hint: 'yes or no',
		example: 'yes',
		read: choiceValue(['yes', 'no']),
		effects: value =>
			value === 'no'
				? ['Changes are no longer logged; the AOF on disk goes stale.']
				: ['Forks and writes the whole data set, then logs every change.'],
		checks: appendOnlyChecks,
		settingNames: ['dir', 'dbfilename', 'appendfilename', 'appenddirname'],
		effectChecks: appendOnlyEffectChecks,
	},
	{
		id: 'set-maxclients',
		letter: 'x',
		name: 'maxclients',
		about: 'how many may connect',
		hint: 'a whole number',
		example: '10000',
		read: wholeValue('count', 1, 1_000_000),
		effects: () => ['Clients beyond it are turned away; the operating system may not allow so many.'],
		checks: (value, {info}) => {
			const connected = info.number('clients', 'connected_clients');
			const isTooFew = connected !== undefined && Number(value) < connected + 2;
			return [
				isTooFew
					? veto(`${counted(connected, 'client')} connected now: no client could connect any more, nor could redis-top`)
					: fine(`${counted(connected, 'client')} connected now`),
			];
		},
	},
	{
		id: 'set-slowlog-threshold',
		letter: 'w',
		name: 'slowlog-log-slower-than',
		about: 'what counts as slow',
		hint: 'microseconds; -1 for never',
		example: '10000',
		read: wholeValue('microseconds', -1, 3_600_000_000),
		effects: () => ['Commands that take longer are kept in the slow log.'],
		checks: value => when(value === '0', warning('every command is kept, with its arguments')),
	},
	{
		id: 'set-slowlog-length',
		letter: 'n',
		name: 'slowlog-max-len',
		about: 'how many slow commands it keeps',
		hint: 'a whole number',
		example: '128',
		read: wholeValue('count', 0, 1_000_000),
		effects: () => ['Older entries beyond it are dropped.'],
	},
	{
		id: 'set-latency-threshold',
		letter: 'y',
		name: 'latency-monitor-threshold',
		about: 'what the latency monitor keeps',
		hint: 'milliseconds; 0 switches it off',
		example: '100',
		read: wholeValue('milliseconds', 0, 3_600_000),
		effects: () => ['Events that take longer are kept for LATENCY LATEST.'],
	},
	{
		id: 'set-repl-backlog',
		letter: 'g',
		name: 'repl-backlog-size',
		about: 'how far a replica may fall behind',
		hint: '64mb, a number of bytes, at least 16kb',
		example: '64mb',
		read: text => {
			const value = bytesValue(text);
			return typeof value === 'object' && Number(value.words[0]) < 16_384
				? 'the server takes no less than 16kb'
				: value;
		},
		show: bytesShown,
		effects: () => ['Takes this much memory once there is a replica.'],
		checks: (value, {info}) => {
			const total = info.number('memory', 'total_system_memory');
			return when(
				total !== undefined && Number(value) > total / 4,
				warning(`more than a quarter of the machine's ${exactly(total ?? 0)}`),
			);
		},
	},
] as const satisfies readonly Setting[];

export type SettingId = (typeof settings)[number]['id'];

export const configActions = settings.map(setting => settingRow<SettingId>(setting));

import type {CommandRate} from '../../source/derive/command-rates.js';
import {errFailed, errRate, errUnexpected, modFork} from '../../source/rules/errors-modules.js';
import type {Sections} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

/** Stats that all stood at 0 a second ago. */
const grown = (section: string, fields: Sections[string], rest: Sections = {}): FactsParts => ({
	info: {...rest, [section]: fields},
	earlier: {[section]: Object.fromEntries(Object.keys(fields).map(name => [name, 0]))},
});

const command = (parts: Partial<CommandRate> & {readonly command: string}): FactsParts => ({
	record: {
		commands: [
			{calls: 100, callsPerSecond: 0, meanMicroseconds: undefined, timeShare: 0.5, failuresPerSecond: 0, ...parts},
		],
	},
});

const errors = (counts: Readonly<Record<string, number>>, commands: number): FactsParts => {
	const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
	const stats = (factor: number) =>
		Object.fromEntries(Object.entries(counts).map(([code, count]) => [`errorstat_${code}`, `count=${count * factor}`]));
	return {
		info: {stats: {total_error_replies: total, total_commands_processed: commands}, errorstats: stats(1)},
		earlier: {stats: {total_error_replies: 0, total_commands_processed: 0}, errorstats: stats(0)},
	};
};

testRule(errRate, [
	['few', errors({WRONGTYPE: 9}, 1000), 'clear'],
	[
		'many',
		errors({WRONGTYPE: 90, ERR: 10}, 1000),
		'warning',
		/^10% of the commands end in an error, most of them WRONGTYPE$/,
	],
	['redirections', errors({MOVED: 900}, 1000), 'clear'],
	['our own denials', errors({NOPERM: 100}, 1000), 'clear'],
	['somebody at a prompt', errors({ERR: 2}, 4), 'clear'],
	['before 6.2', {}, 'absent'],
]);

testRule(errFailed, [
	['none', command({command: 'get', callsPerSecond: 100}), 'clear'],
	['many', command({command: 'incr', callsPerSecond: 100, failuresPerSecond: 60}), 'warning', /^INCR fails 60\/s/],
	['rejected before they ran', command({command: 'set', callsPerSecond: 0, failuresPerSecond: 60}), 'warning'],
	['few of many', command({command: 'incr', callsPerSecond: 1000, failuresPerSecond: 20}), 'clear'],
	['no command statistics', {}, 'pending'],
]);

testRule(errUnexpected, [
	['none', grown('stats', {unexpected_error_replies: 0}), 'clear'],
	['one', grown('stats', {unexpected_error_replies: 1}), 'critical'],
	['before 6.0', {}, 'absent'],
]);

testRule(modFork, [
	['none', {info: {persistence: {module_fork_in_progress: 0}}}, 'clear'],
	['one', {info: {persistence: {module_fork_in_progress: 1}}}, 'info'],
	['before 6.0', {}, 'absent'],
]);

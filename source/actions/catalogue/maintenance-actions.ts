import type {ActionName} from '../../domain/action.js';
import {isArray, numberOf} from '../../parse/reply-values.js';
import {bytes, grouped} from '../../text/units.js';
import type {ActionRow, Parameter, Since} from './action-row.js';
import {buildRow, veto, warning, when} from './build-row.js';
import {counted, roleText} from './saved-data.js';
import type {Reading} from './server-facts.js';
import {choiceValue} from './typed-values.js';
import {replyOf, verifyWith} from './verify-with.js';

type Log<Id extends ActionName = ActionName> = {
	readonly id: Id;
	readonly letter: string;
	readonly command: string;
	readonly asks: (words: readonly string[]) => readonly string[];
	readonly parameter?: Parameter;
	readonly since?: Since;
};

/**
The number of entries of a log on the server. SLOWLOG LEN and COMMANDLOG LEN reply with this number. The latency log has
no such command: LATENCY LATEST replies with an array of one element for each event.
*/
function lengthOf({extra}: Reading): number | undefined {
	const [reply] = extra ?? [];
	return isArray(reply) ? reply.length : numberOf(reply);
}

const logReset = <Id extends ActionName>({id, letter, command, asks, parameter, since}: Log<Id>): ActionRow<Id> =>
	buildRow({
		id,
		letter,
		title: `${command} RESET: delete its entries`,
		class: 'bounded',
		command: [command, 'RESET'],
		parameter,
		since,
		asks: words => [asks(words)],
		preflight: facts => ({
			effects: [
				'Deletes entries that others may still need; a dump of the screen (key D) keeps those that redis-top read.',
			],
			facts: [['entries', grouped(lengthOf(facts))]],
			checks: when(lengthOf(facts) === 0, warning('it is empty already')),
		}),
		verify: verifyWith({
			proved(now, {before}) {
				const [left, were] = [lengthOf(now), lengthOf(before)];
				return left !== undefined && (left === 0 || left < (were ?? 0))
					? `${grouped(were)} entries before, ${grouped(left)} now`
					: undefined;
			},
			unseen: 'its entries are still there',
		}),
	});

const logs = [
	{id: 'slowlog-reset', letter: 'l', command: 'SLOWLOG', asks: () => ['SLOWLOG', 'LEN']},
	{id: 'latency-reset', letter: 'e', command: 'LATENCY', asks: () => ['LATENCY', 'LATEST']},
	{
		id: 'commandlog-reset',
		letter: 'd',
		command: 'COMMANDLOG',
		asks: words => ['COMMANDLOG', 'LEN', ...words],
		parameter: {
			label: 'which log',
			hint: 'slow, large-request or large-reply',
			example: 'slow',
			read: choiceValue(['slow', 'large-request', 'large-reply']),
		},
		since: {redis: 'never', valkey: [8, 1]},
	},
] as const satisfies readonly Log[];

type LogId = (typeof logs)[number]['id'];

const commandsDone = ({info}: Reading) => info.number('stats', 'total_commands_processed');

const resetStat = buildRow({
	id: 'resetstat',
	letter: 'z',
	title: 'CONFIG RESETSTAT: set the counters to zero',
	class: 'disruptive',
	command: ['CONFIG', 'RESETSTAT'],
	preflight: facts => ({
		effects: ['Every other monitor’s counters break too; error, command and latency statistics are lost.'],
		facts: [['counted', counted(commandsDone(facts), 'command')]],
		checks: [],
	}),
	verify: verifyWith({
		proved: (now, {before}) =>
			(commandsDone(now) ?? Number.POSITIVE_INFINITY) < (commandsDone(before) ?? 0)
				? `${counted(commandsDone(before), 'command')} counted before, ${grouped(commandsDone(now))} now`
				: undefined,
		unseen: 'the counters were not reset',
	}),
});

const rewrite = buildRow({
	id: 'config-rewrite',
	letter: 'r',
	title: 'CONFIG REWRITE: keep the settings in the config file',
	class: 'disruptive',
	command: ['CONFIG', 'REWRITE'],
	whyNot: ({sample}) =>
		sample?.info.text('server', 'config_file') === '' ? 'it runs without a config file' : undefined,
	preflight({info, machine}) {
		const file = info.text('server', 'config_file') ?? '';
		const isManaged = machine.kind === 'here' && machine.configFile?.kind === 'unreadable';
		return {
			effects: ['Writes EVERY setting made at run time into the file, temporary ones too.'],
			facts: [['file', file || '-']],
			checks: [
				...when(file === '', veto('it runs without a config file')),
				...when(isManaged, warning('this machine cannot read the file')),
				warning('a tool that manages the file (Kubernetes, Ansible) may overwrite it'),
			],
		};
	},
	verify: verifyWith({
		proved: ({info}, input) =>
			replyOf(input) === 'OK'
				? `the server has written ${info.text('server', 'config_file') ?? 'its file'}`
				: undefined,
		unseen: 'whether the file was written cannot be seen',
	}),
});

const resident = ({info}: Reading) => info.number('memory', 'used_memory_rss');

const purge = buildRow({
	id: 'memory-purge',
	letter: 'f',
	title: 'MEMORY PURGE: give free memory back',
	class: 'bounded',
	command: ['MEMORY', 'PURGE'],
	whyNot({sample}) {
		const allocator = sample?.info.text('memory', 'mem_allocator');
		return allocator === undefined || allocator.startsWith('jemalloc') ? undefined : `does nothing with ${allocator}`;
	},
	preflight: facts => ({
		effects: ['The allocator gives its free pages back; the server may stall meanwhile.'],
		facts: [
			['resident', bytes(resident(facts))],
			['free', bytes(facts.info.number('memory', 'allocator_rss_bytes'))],
		],
		checks: [],
	}),
	verify: verifyWith({
		proved: (now, input) =>
			replyOf(input) === 'OK'
				? `done; ${bytes(resident(input.before))} resident before, ${bytes(resident(now))} now`
				: undefined,
		unseen: 'whether it ran cannot be seen',
	}),
});

/**
Builds the row of an action that ends a running script or function. The server's BUSY error says whether SCRIPT KILL or
FUNCTION KILL is needed; see the rule `srv.busy`.
*/
const killRow = <Id extends ActionName>(
	id: Id,
	letter: string,
	what: 'SCRIPT' | 'FUNCTION',
	since: Since,
): ActionRow<Id> =>
	buildRow({
		id,
		letter,
		title: `${what} KILL: end the ${what.toLowerCase()} that blocks the server`,
		class: 'bounded',
		command: [what, 'KILL'],
		since,
		isForBusy: true,
		whyNot: ({reach}) => (reach === 'busy' ? undefined : 'no script or function blocks the server'),
		preflight: facts => ({
			effects: ['It ends with an error for its caller. The server refuses to end one that has written.'],
			facts: [
				['role', `${roleText(facts.info)}, as last seen`],
				['busy', facts.busy ?? '-'],
			],
			checks: [
				...when(facts.busy === undefined, veto('it answers again: nothing has to be ended')),
				...when(
					facts.busy !== undefined && !facts.busy.includes(`${what} KILL`),
					warning(`the server names another command than ${what} KILL`),
				),
			],
		}),
		verify: verifyWith({
			proved: ({info}) =>
				`it answers again, ${counted(info.number('clients', 'connected_clients'), 'client')} connected`,
			unseen: 'it is still blocked',
		}),
	});

export const maintenanceActions = [
	rewrite,
	resetStat,
	...logs.map(log => logReset<LogId>(log)),
	purge,
	killRow('script-kill', 's', 'SCRIPT', {}),
	killRow('function-kill', 'f', 'FUNCTION', {redis: [7, 0]}),
] as const;

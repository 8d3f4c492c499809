import {type ClientGrouping, clientGroups} from '../derive/client-groups.js';
import {bytesOf, sumOfRates} from '../derive/client-rates.js';
import type {ClientRow, ClientTraffic} from '../domain/client.js';
import {type Message, message, type Name, nameOf} from '../domain/message.js';
import {bytesPerSecond, percent, perSecond} from '../text/units.js';
import {otherClients} from './client-names.js';
import {cpuMain} from './cpu-network.js';
import {absent, clientRows, increase, pending, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';

/** Milliseconds after which a client list is too old: its rates no longer show which clients load the server now. */
const oldListMs = 90_000;

const rates = (facts: NodeFacts): ClientTraffic | undefined => {
	const {clients} = facts.record;
	return clients === undefined || facts.nowMs - clients.atMs > oldListMs ? undefined : sumOfRates(clients.value);
};

/**
The ways to group a client list, the most exact first. Each row has two functions of the group's key: the first makes
the text for the group, the second its name.
*/
const groupings: ReadonlyArray<readonly [ClientGrouping, (key: string) => Message, (key: string) => Name]> = [
	['name', key => message`clients named ${nameOf('client', key)}`, key => nameOf('client', key)],
	['address', key => message`clients at ${nameOf('host', key)}`, key => nameOf('host', key)],
	['user', key => message`clients of the user ${nameOf('user', key)}`, key => nameOf('user', key)],
	['library', key => message`clients with the library ${key}`, key => nameOf('client', key)],
];

/** Whether the key of a group stands for clients without a name, a user or a library. */
const isUnnamed = (key: string): boolean => key === '-' || key === '(no name)';

type Measure = 'bytes' | 'commands';

const amountOf = (traffic: ClientTraffic | undefined, measure: Measure): number =>
	traffic === undefined ? 0 : measure === 'bytes' ? bytesOf(traffic) : traffic.commands;

type Talker = {readonly text: Message; readonly name: Name; readonly share: number; readonly each: number};

/**
The client or group whose share of the traffic is above `least`; undefined if there is none. A single connection is
preferred. Otherwise the groupings are tried, the most exact first. A grouping that puts all clients into one group is
skipped, because the group does not tell clients apart.
*/
function topTalker(clients: readonly ClientRow[], measure: Measure, total: number, least: number): Talker | undefined {
	const single = clients.find(client => amountOf(client.perSecond, measure) > least * total);
	if (single !== undefined) {
		const {name, address} = single;
		const each = amountOf(single.perSecond, measure);
		const called = nameOf('client', name === '' ? address : name);
		const text = name === '' ? message`client ${called}` : message`client ${called} (${nameOf('client', address)})`;
		return {text, name: called, share: each / total, each};
	}

	for (const [grouping, text, name] of groupings) {
		const groups = clientGroups(clients, grouping);
		const top = groups.find(group => amountOf(group.perSecond, measure) > least * total);
		if (top !== undefined && groups.length > 1 && !isUnnamed(top.key)) {
			const each = amountOf(top.perSecond, measure);
			return {text: text(top.key), name: name(top.key), share: each / total, each};
		}
	}

	return undefined;
}

export const cliTopTalker = rule({
	id: 'cli.top_talker',
	scope: 'node',
	docs: {
		looksAt:
			'The rule looks for one connection, or one group of clients, that moves most of the bytes or sends most of the commands while the server is busy. Groups have the same name, address, user or library. The rule reads `tot-net-in`, `tot-net-out` and `tot-cmds` of CLIENT LIST, which Valkey has since 8.0.',
		since: '8.2',
		falsePositives: [
			'Some client always has most of the load of a quiet server. The rule fires only while the main thread is busy or many bytes are sent.',
			'A group of all clients tells nothing. A name, user or library that all clients have does not count.',
			'Short connections are missing in CLIENT LIST. Shares are of all traffic that INFO counts, so that no share is too large.',
		],
	},
	thresholds: {
		share: {value: 0.5, unit: 'share', source: 'of all bytes, or of all commands: more than all others'},
		bytes: {
			value: 62_500_000,
			unit: 'bytes',
			source: 'a second in both directions; half of what a link of 1 Gbit/s carries one way',
		},
	},
	needs: {
		clients: clientRows,
		total: {
			read: rates,
			missing: ({record}: NodeFacts) =>
				record.clients?.value.some(({totals}) => totals !== undefined)
					? pending('needs two client lists, one after the other')
					: absent('CLIENT LIST does not count what clients send (Valkey 8.0 and Redis 8.2 do)'),
		},
	},
	evaluate({total}, facts, limits) {
		const isBusy = (facts.record.values.get('cpuSeconds') ?? 0) >= facts.limitsOf(cpuMain).warning;
		const network = (facts.record.values.get('networkInput') ?? 0) + (facts.record.values.get('networkOutput') ?? 0);
		const bytesTotal = Math.max(bytesOf(total), network);
		const commandsTotal = Math.max(total.commands, facts.record.values.get('operations') ?? 0);
		const isLoud = bytesTotal >= limits.bytes;
		const clients = otherClients(facts);
		const least = limits.share;
		const byBytes = isLoud || isBusy ? topTalker(clients, 'bytes', bytesTotal, least) : undefined;
		const byCommands = isBusy ? topTalker(clients, 'commands', commandsTotal, least) : undefined;
		const [talker, said] =
			byCommands === undefined || (isLoud && byBytes !== undefined)
				? [byBytes, byBytes && `${bytesPerSecond(byBytes.each)}, ${percent(byBytes.share)} of all bytes`]
				: [byCommands, `${perSecond(byCommands.each)}, ${percent(byCommands.share)} of all commands`];
		return talker === undefined || said === undefined
			? clear
			: fires('info', {
					problem: message`gets most of its load from ${talker.text}`,
					detail: said,
					culprit: {client: talker.name},
					evidence: [
						{name: 'client', value: talker.text},
						...(byBytes === undefined
							? []
							: [
									{name: 'share of bytes', value: byBytes.share, unit: 'share' as const},
									{name: 'tot-net-in + tot-net-out', value: byBytes.each, unit: 'bytesPerSecond' as const},
								]),
						...(byCommands === undefined
							? []
							: [
									{name: 'share of commands', value: byCommands.share, unit: 'share' as const},
									{name: 'tot-cmds', value: byCommands.each, unit: 'perSecond' as const},
								]),
					],
					meaning: 'What this client does decides how long all others wait. Slowing it helps them first.',
					next: [
						hint('see what it sends: panel 4, its last command; panel 5, what takes the time'),
						redisCli(facts, 'CLIENT LIST'),
					],
					action: 'client-kill',
				});
	},
});

export const cliNoPipeline = rule({
	id: 'cli.no_pipeline',
	scope: 'node',
	docs: {
		looksAt:
			'A server with many commands a second gets almost each of them in a request of its own: `commands_per_parse_batch_sum` divided by `commands_per_parse_batch_cnt`, of the last interval.',
		since: '8.8',
		falsePositives: [
			'Many clients with one command each cannot put them together. The finding is only advice.',
			'The fields are known from the documentation of Redis 8.8. The rule was tried with made-up replies only.',
		],
	},
	thresholds: {
		rate: {value: 50_000, unit: 'perSecond', source: 'half of what one core handles without pipelining'},
		ratio: {value: 1.2, unit: 'ratio', source: 'commands a request; 1 is no pipelining at all'},
	},
	raiseAfter: 5,
	needs: {
		commands: rate('stats', 'total_commands_processed'),
		parsed: increase('stats', 'commands_per_parse_batch_sum'),
		batches: increase('stats', 'commands_per_parse_batch_cnt'),
	},
	evaluate({commands, parsed, batches}, facts, limits) {
		const each = batches === 0 ? Number.POSITIVE_INFINITY : parsed / batches;
		return commands <= limits.rate || each >= limits.ratio
			? clear
			: advises(facts, {
					problem: 'gets almost every command in a request of its own',
					detail: `${perSecond(commands)} commands, ${each.toFixed(2)} a request`,
					evidence: [
						{name: 'commands', value: commands, unit: 'perSecond'},
						{name: 'commands a request', value: each.toFixed(2)},
					],
					meaning: 'Reading and writing of single requests takes more of its time than the commands do.',
					next: [
						hint('send commands that do not wait for each other together (pipelining, MGET, variadic commands)'),
						hint('see who sends most: panel 4, by commands'),
						redisCli(facts, 'CONFIG GET io-threads'),
					],
					adviceCost: 'a change in the applications',
				});
	},
});

export const clientTrafficRules = [cliTopTalker, cliNoPipeline] as const;

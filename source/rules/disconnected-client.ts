import type {Culprit, NextStep} from '../domain/finding.js';
import {type Message, message, type Name, nameOf} from '../domain/message.js';
import {bytes} from '../text/units.js';
import {sendersOf} from './client-names.js';
import {recentLargeEntries} from './large-replies.js';
import {limitText} from './limit-without-unit.js';
import {keyInSlowlog} from './linear-commands.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {oneKeyCommands, titleKeyOf} from './one-key-commands.js';

/** The kinds of clients in `client-output-buffer-limit`. Before 5.0 a replica is `slave` there. */
const limitClasses = {normal: /normal/, subscriber: /pubsub/, replica: /slave|replica/} as const;

/** Name of the evidence that the disconnected client is a subscriber. */
export const disconnectedSubscriber = 'disconnected subscriber';

/** A client that the server disconnected because its output buffer was over the limit. */
export type DisconnectedClient = {
	readonly kind: keyof typeof limitClasses;
	readonly name: Name;
	/** What it asked for, with the size of the reply: `LRANGE catalog:all 3.82M`; undefined if neither is known. */
	readonly call: Message | undefined;
	readonly culprit: Culprit;
	/** Size of its output buffer in bytes, without the first 16 KB. Undefined if the log does not have it. */
	readonly bufferBytes: number | undefined;
};

/**
The client that a line of the log is about. The line holds the client as CLIENT LIST prints it: `Client id=7
addr=10.0.0.9:41000 … name=feed … omem=2147168 … cmd=subscribe … scheduled to be closed ASAP`. Valkey replaces the name
by `*redacted*` there, so the name then comes from what the same command did elsewhere.
*/
export function disconnectedClient(facts: NodeFacts, line: string): DisconnectedClient | undefined {
	const field = (name: string) => new RegExp(` ${name}=(\\S+)`).exec(line)?.[1];
	const [address, command] = [field('addr'), field('cmd')?.toLowerCase()];
	const told = field('name');
	const kind = field('flags')?.includes('S') ? 'replica' : /subscribe$/.test(command ?? '') ? 'subscriber' : 'normal';
	const name =
		told !== undefined && told !== '*redacted*'
			? told
			: ((kind === 'replica' || command === undefined ? undefined : nameBySameCommand(facts, command)) ?? address);
	if (name === undefined) {
		return undefined;
	}

	const client = nameOf('client', name);
	const omem = field('omem');
	return {
		kind,
		name: client,
		bufferBytes: omem === undefined ? undefined : Number(omem),
		...(kind === 'normal' && command !== undefined
			? callOf(facts, command, client)
			: {call: undefined, culprit: {client}}),
	};
}

/**
The client whose replies are larger than the hard limit of normal clients, so that the server disconnects it each time:
by COMMANDLOG of the last minute. Undefined if there is none, or if several clients get such replies.
*/
export function clientOverLimit(facts: NodeFacts): DisconnectedClient | undefined {
	const [hard] = limitsOf(facts.setting('client-output-buffer-limit'), 'normal');
	const over = recentLargeEntries(facts).filter(
		({log, bytes: size}) => log === 'large-reply' && hard > 0 && size >= hard,
	);
	const [largest] = over;
	const name = largest?.clientName;
	const command = largest?.arguments[0]?.toLowerCase();
	if (largest === undefined || !name || command === undefined || over.some(({clientName}) => clientName !== name)) {
		return undefined;
	}

	const client = nameOf('client', name);
	return {kind: 'normal', name: client, bufferBytes: largest.bytes, ...callOf(facts, command, client)};
}

/** The only name of the clients that sent a command: by its large replies, by the slow log, or by CLIENT LIST. */
function nameBySameCommand(facts: NodeFacts, command: string): string | undefined {
	const isSame = ({arguments: [name = '']}: {readonly arguments: readonly string[]}) => name.toLowerCase() === command;
	const sinceMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000 - 60_000;
	const slow = (facts.record.slowlog?.value.entries ?? []).filter(entry => entry.atMs >= sinceMs);
	for (const entries of [recentLargeEntries(facts).filter(isSame), slow.filter(isSame)]) {
		const [first, ...others] = new Set(entries.map(({clientName}) => clientName));
		if (first && others.length === 0) {
			return first;
		}
	}

	const only = sendersOf(facts, command)?.only?.name;
	return only === undefined || facts.record.clients?.value.some(({address}) => address === only) ? undefined : only;
}

/** What a client asked for, by the large replies that it got, else by the slow log. */
function callOf(facts: NodeFacts, command: string, client: Name): Pick<DisconnectedClient, 'call' | 'culprit'> {
	const name = command.toUpperCase();
	const large = recentLargeEntries(facts).filter(
		({log, clientName, arguments: [first = '']}) =>
			log === 'large-reply' && first.toLowerCase() === command && (clientName ?? '') === client.name,
	);
	const [largest] = large;
	const keys = new Set(large.map(each => titleKeyOf(each.arguments)?.name));
	const [only] = keys;
	const inSlowlog = oneKeyCommands.has(command) ? keyInSlowlog(facts, command) : undefined;
	const key = keys.size === 0 ? inSlowlog : keys.size === 1 && only !== undefined ? nameOf('key', only) : undefined;
	const size = largest === undefined ? '' : ` ${bytes(largest.bytes)}`;
	return {
		call: key === undefined ? (largest === undefined ? undefined : `${name}${size}`) : message`${name} ${key}${size}`,
		culprit: {client, command: name, ...(key === undefined ? {} : {key})},
	};
}

/** The hard limit of a kind of clients, its soft limit, and the seconds of the soft limit; 0 without one. */
function limitsOf(
	limits: string | undefined,
	kind: DisconnectedClient['kind'],
): readonly [hard: number, soft: number, seconds: number] {
	const words = (limits ?? '').split(' ');
	const at = words.findIndex(word => limitClasses[kind].test(word));
	const [hard = 0, soft = 0, seconds = 0] = at === -1 ? [] : words.slice(at + 1, at + 4).map(Number);
	return [hard, soft, seconds];
}

/**
The output buffer limit that a client exceeded as text: `the limit of normal clients is 4M`. The hard limit closes a
client at once, the soft limit after its seconds. So it is the hard limit if the buffer reached it, else the soft limit;
the lower one where the size of the buffer is unknown. Undefined if the setting is not known, or sets no limit for this
kind.

@param limits CONFIG GET client-output-buffer-limit: `normal 0 0 0 slave 268435456 67108864 60 pubsub …`. After a kind
stand its hard limit, its soft limit and the seconds of the soft limit.
*/
export function limitReason(
	limits: string | undefined,
	{kind, bufferBytes}: Pick<DisconnectedClient, 'kind' | 'bufferBytes'>,
): string | undefined {
	const [hard, soft, softSeconds] = limitsOf(limits, kind);
	const isHard =
		hard > 0 && (bufferBytes === undefined ? soft === 0 || hard <= soft : bufferBytes >= hard || soft === 0);
	if (!isHard && !(soft > 0)) {
		return undefined;
	}

	const duration = isHard || bufferBytes === undefined || !(softSeconds > 0) ? '' : ` for ${softSeconds} s`;
	return `the limit of ${kind === 'normal' ? 'normal clients' : `${kind}s`} is ${limitText(isHard ? hard : soft)}${duration}`;
}

/** What to do about a client of a kind that exceeds its limit. */
const remedies: Readonly<Record<DisconnectedClient['kind'], readonly string[]>> = {
	normal: ['let it ask for parts, or raise its limit: HSCAN, SSCAN and LRANGE with limits fetch parts'],
	subscriber: [
		'let it read faster, or subscribe to less',
		'raise its limit for bursts only: CONFIG SET client-output-buffer-limit "pubsub 64mb 16mb 60"; messages that must not be lost belong in a stream',
	],
	replica: [
		'raise its limit above what is written during a full resync: CONFIG SET client-output-buffer-limit "replica 1gb 512mb 120"',
	],
};

/**
The steps about a disconnected client.

@param isLimited Whether the setting has a limit for its kind.
*/
export const disconnectionSteps = (
	facts: NodeFacts,
	{kind}: DisconnectedClient,
	isLimited: boolean,
): readonly NextStep[] => [
	...remedies[kind].map(text => hint(text)),
	// Servers have no limit for normal clients unless somebody sets one.
	...(kind === 'normal' && isLimited
		? [
				redisCli(facts, 'CONFIG SET client-output-buffer-limit "normal 0 0 0"'),
				hint('mend it in the config file as well: normal clients have no limit by default'),
			]
		: []),
];

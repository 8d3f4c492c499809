import type {NextStep} from '../domain/finding.js';
import {message, type Name} from '../domain/message.js';
import {keyspace} from '../parse/info-fields.js';
import {stepsWithoutKeys} from './commands-without-keys.js';
import {hint, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';

type Remedy = {
	readonly commands: readonly string[];
	/**
	What to send in place of the command, or how to send it less often. A narrow screen keeps its first clause only, so
	that clause is the step.
	*/
	readonly text: string;
	/** The command that tells how large the first key is. Undefined if that key may be one of many, or a target. */
	readonly size?: string;
};

const whenever = 'all clients wait while it runs';

/** What to do about commands of O(N). Source: https://redis.io/docs/latest/commands/ */
const remedies: readonly Remedy[] = [
	{commands: ['smembers'], text: 'use SSCAN in its place; or keep collections small', size: 'SCARD'},
	{
		commands: ['hgetall', 'hkeys', 'hvals'],
		text: 'use HSCAN in its place; or keep collections small',
		size: 'HLEN',
	},
	{
		commands: ['lrange'],
		text: 'ask for fewer entries at once: LRANGE with a narrower range; or keep the list short',
		size: 'LLEN',
	},
	{
		commands: ['lrem', 'lpos', 'linsert'],
		text: 'use a set or sorted set in place of the list: a list is walked through entry by entry',
		size: 'LLEN',
	},
	{
		commands: ['lindex', 'lset'],
		text: 'use a hash in place of the list: a list is walked through entry by entry',
		size: 'LLEN',
	},
	{commands: ['ltrim'], text: 'trim the list more often: it walks through what it removes', size: 'LLEN'},
	{
		commands: ['sort', 'sort_ro'],
		text: 'keep a sorted set in its place: it sorts every entry, whatever its LIMIT',
		size: 'MEMORY USAGE',
	},
	{
		commands: ['sinter', 'sunion', 'sdiff', 'zinter', 'zunion', 'zdiff'],
		text: 'keep its result for a while: it reads whole collections; or ask a replica that no application reads from',
	},
	{
		commands: ['sintercard', 'zintercard'],
		text: 'give it a LIMIT: it stops counting there; or keep its result for a while',
	},
	{
		commands: ['sinterstore', 'sunionstore', 'sdiffstore', 'zinterstore', 'zunionstore', 'zdiffstore'],
		text: `send it less often: it reads whole collections, and ${whenever}`,
	},
	{commands: ['pfmerge', 'bitop'], text: `send it less often: it reads whole values, and ${whenever}`},
	{
		commands: ['pfcount'],
		text: 'keep its result for a while: it reads whole values; or ask a replica that no application reads from',
	},
	{
		commands: ['bitcount', 'bitpos'],
		text: 'ask for a part of the value: give it a start and an end',
		size: 'STRLEN',
	},
	{
		commands: ['zrange', 'zrevrange'],
		text: 'ask for fewer entries at once: a narrower range; or keep the sorted set small',
		size: 'ZCARD',
	},
	{
		commands: ['zrangebyscore', 'zrevrangebyscore', 'zrangebylex', 'zrevrangebylex'],
		text: 'ask from the last entry seen on: an offset of LIMIT is walked through each time; or for a narrower range',
		size: 'ZCARD',
	},
	{commands: ['zrangestore'], text: 'store fewer entries at once: LIMIT, or a narrower range'},
	{
		commands: ['zremrangebyscore', 'zremrangebyrank', 'zremrangebylex'],
		text: `remove fewer entries at once: narrower ranges, more often; ${whenever}`,
		size: 'ZCARD',
	},
	{
		commands: ['xrange', 'xrevrange'],
		text: 'ask for fewer entries at once: COUNT, then go on from the last id',
		size: 'XLEN',
	},
	{
		commands: ['xread', 'xreadgroup'],
		text: 'ask for fewer entries at once: COUNT; with an id in place of > a consumer reads all that it has not acknowledged',
		size: 'XLEN',
	},
	{
		commands: ['geosearch', 'georadius', 'georadiusbymember'],
		text: 'search a smaller area: it looks at every entry within; COUNT with ANY ends it early',
		size: 'ZCARD',
	},
	{
		commands: ['exec'],
		text: 'send fewer commands in a transaction: all clients wait until its last one has run',
	},
];

const remedyOf: ReadonlyMap<string, Remedy> = new Map(
	remedies.flatMap(remedy => remedy.commands.map(command => [command, remedy] as const)),
);

/** The end of an argument that the slow log shortens. Source: Redis slowlog.c, slowlogCreateEntry */
const shortened = /\.\.\. \(\d+ more bytes\)$/;

/** The step that tells how large the key is. The slow log does not say which database a command used. */
function sizeStep(facts: NodeFacts, size: string | undefined, key: Name | undefined): readonly NextStep[] {
	const [only, ...more] = facts.sample === undefined ? [] : keyspace(facts.sample.info);
	if (size === undefined || key === undefined || shortened.test(key.name) || only === undefined || more.length > 0) {
		return [];
	}

	const database = only.database === 0 ? '' : `-n ${only.database} `;
	return [redisCli(facts, message`${database}${size} ${quotedName('key', key.name)}`)];
}

/**
What to do about a command whose time grows with its data; undefined if no step is known for this command.

@param words The command and its arguments, as far as they are known.
@param client Who sent it, if that is known.
@param key Its first key, if that is known.
*/
export function linearSteps(
	words: readonly string[],
	facts: NodeFacts,
	{client, key}: {readonly client?: Name | undefined; readonly key?: Name | undefined} = {},
): readonly NextStep[] | undefined {
	const remedy = remedyOf.get(words[0]?.toLowerCase() ?? '');
	return remedy === undefined
		? stepsWithoutKeys(words, client)
		: [hint(remedy.text), ...sizeStep(facts, remedy.size, key)];
}

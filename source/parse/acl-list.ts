import {createHash, createHmac} from 'node:crypto';
import type {AclUser} from '../domain/acl-user.js';
import type {RawReply} from '../domain/reply.js';
import {isArray, textOf} from './reply-values.js';

/**
The commands for which redis-top checks a user's rights, with their ACL categories. They are the commands that a
Sentinel needs, PSYNC for a replica, and write commands for the common data types. Source: the command tables of Redis
7.0 and Valkey 8.1 (ACL CAT).
*/
const categoriesOf: Readonly<Record<string, string>> = {
	multi: 'fast transaction',
	exec: 'slow transaction',
	slaveof: 'admin slow dangerous',
	'config|rewrite': 'admin slow dangerous',
	'client|kill': 'admin slow dangerous connection',
	failover: 'admin slow dangerous',
	ping: 'fast connection',
	info: 'slow dangerous',
	subscribe: 'pubsub slow',
	publish: 'pubsub fast',
	psync: 'admin slow dangerous',
	set: 'write string slow',
	del: 'keyspace write slow',
	expire: 'keyspace write fast',
	hset: 'write hash fast',
	lpush: 'write list fast',
	sadd: 'write set fast',
	zadd: 'write sortedset fast',
	xadd: 'write stream fast',
};

/** The commands whose rights are checked for each user. `AclUser.lacks` has those that the user may not run. */
export const comparedCommands: readonly string[] = Object.keys(categoriesOf);

/**
Number of hexadecimal digits of the digest that replaces a password hash. Among a thousand hashes, the probability that
two have the same digest is 1 in 500 million.
*/
const digestDigits = 12;

/** A hash of a password in a line of ACL LIST: 64 hexadecimal digits after `#`. */
const passwordHash = /(?<=^|\s)#[\da-f]{64}(?=\s|$)/gi;

/**
Replaces each password hash in a reply of ACL LIST by a digest. With the same key, equal passwords get equal digests.

@param key A random key, new in each run of redis-top. Without the key, nobody can test passwords against a digest.
*/
export const withoutPasswordHashes = (reply: RawReply, key: Buffer): RawReply =>
	isArray(reply)
		? reply.map(line =>
				typeof line === 'string'
					? line.replace(
							passwordHash,
							hash => `#${createHmac('sha256', key).update(hash.toLowerCase()).digest('hex').slice(0, digestDigits)}`,
						)
					: line,
			)
		: reply;

/** Parses the reply of ACL LIST (Redis 6.0 and later). A line of another form is left out. */
export const parseAclList = (reply: RawReply): AclUser[] =>
	(isArray(reply) ? reply : []).flatMap(line => {
		const [first, user, ...words] = (textOf(line) ?? '').split(' ').filter(word => word !== '');
		return first === 'user' && user !== undefined ? [aclUser(user, words)] : [];
	});

function aclUser(user: string, words: readonly string[]): AclUser {
	const {root, selectors} = partsOf(words);
	const passwords = root.filter(word => word.startsWith('#')).sort();
	const parts = [root.filter(isRight), ...selectors];
	return {
		user,
		isOn: root.includes('on'),
		login: root.includes('nopass') ? 'nopass' : passwords.length === 0 ? '' : digest(passwords.join(' ')),
		rights: digest(parts.map(comparable).join(' | ')),
		hasAllKeys: parts.some(part => part.includes('~*') || part.includes('allkeys')),
		lacks: comparedCommands.filter(command => !parts.some(part => mayRun(command, part))),
	};
}

/** Splits the words of a user into the user's own rules and the rules of each selector, such as `(~cache:* +get)`. */
function partsOf(words: readonly string[]) {
	const root: string[] = [];
	const selectors: string[][] = [];
	let selector: string[] | undefined;
	for (const word of words) {
		if (word.startsWith('(')) {
			selector = [];
			selectors.push(selector);
		}

		const bare = selector === undefined ? word : word.replace(/^\(/, '').replace(/\)$/, '');
		if (bare !== '') {
			(selector ?? root).push(bare);
		}

		if (word.endsWith(')')) {
			selector = undefined;
		}
	}

	return {root, selectors};
}

const flags: ReadonlySet<string> = new Set(['on', 'off', 'nopass', 'sanitize-payload', 'skip-sanitize-payload']);

const isRight = (word: string): boolean => !word.startsWith('#') && !flags.has(word);

const isOfCommands = (word: string): boolean => /^[+-]|^(?:all|no)commands$/.test(word);

/**
Sorts ACL rules, so that equal rights give equal texts. Redis 7.0 lists the commands of a user in an order that differs
from process to process. A later rule overrides an earlier one about the same command. Rules about commands are
therefore sorted only where their order means nothing.
*/
const comparable = (words: readonly string[]): string =>
	[...words.filter(word => !isOfCommands(word)).sort(), ...inOneOrder(words.filter(isOfCommands))].join(' ');

/**
The kind of a rule. The order of adjacent rules of one kind means nothing. The kinds are added categories (`+@…`),
removed categories (`-@…`), `allcommands`, `nocommands` and rules about single commands.
*/
function runOf(rule: string): string {
	const isOfMany = rule.includes('@') || /^(?:all|no)commands$/.test(rule);
	return isOfMany ? (rule[0] ?? '') : 'command';
}

/**
Sorts adjacent rules whose order means nothing. A rule about a command keeps its place among the rules about its
subcommands: `-config +config|get +config|set`. Only adjacent subcommands are sorted by name.
*/
function inOneOrder(rules: readonly string[]): string[] {
	const sorted: string[] = [];
	for (const run of runsBy(rules, runOf)) {
		const groups = [...Map.groupBy(run, parentOf)].sort(([one], [other]) => (one < other ? -1 : 1));
		for (const [, group] of groups) {
			sorted.push(...runsBy(group, rule => String(rule.includes('|'))).flatMap(each => each.toSorted(byName)));
		}
	}

	return sorted;
}

/** The command of a rule about it or about a subcommand: `config` of `+config|get`. */
const parentOf = (rule: string): string => rule.slice(1).split('|')[0] ?? '';

const byName = (one: string, other: string): number => {
	const [a, b] = [one.slice(1), other.slice(1)];
	return a === b ? 0 : a < b ? -1 : 1;
};

/** Splits a list of rules into runs. A new run begins where the key of a rule differs from that of the rule before. */
function runsBy(rules: readonly string[], keyOf: (rule: string) => string): string[][] {
	const runs: string[][] = [];
	let key: string | undefined;
	for (const rule of rules) {
		if (keyOf(rule) !== key) {
			runs.push([]);
		}

		key = keyOf(rule);
		runs.at(-1)?.push(rule);
	}

	return runs;
}

/** Whether the rules of commands in `words` allow a command. A later rule overrides an earlier one. */
function mayRun(command: string, words: readonly string[]): boolean {
	const categories = ['all', ...(categoriesOf[command] ?? '').split(' ')];
	let isAllowed = false;
	for (const word of words.filter(isOfCommands)) {
		const rule = word === 'allcommands' ? '+@all' : word === 'nocommands' ? '-@all' : word.toLowerCase();
		const what = rule.slice(1);
		const isMeant = what.startsWith('@')
			? categories.includes(what.slice(1))
			: what === command || command.startsWith(`${what}|`);
		isAllowed = isMeant ? rule.startsWith('+') : isAllowed;
	}

	return isAllowed;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, digestDigits);

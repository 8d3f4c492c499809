import {type Message, message, nameOf} from '../domain/message.js';
import type {BlindSpot, Failure} from '../domain/sample.js';
import {sanitize} from '../text/sanitize.js';

/** What an error reply says of the node, without its code. */
type Meaning = Omit<Failure, 'code'>;

/**
What an error reply means, by its first word: the words after it differ between Redis and Valkey and between versions,
the first one doesn't. Each was seen on Redis 7.0 to 8.0 and Valkey 8.1 and 9.1, or stands in their sources.
*/
const meaningByCode: ReadonlyMap<string, Meaning | ((words: string) => Meaning)> = new Map<
	string,
	Meaning | ((words: string) => Meaning)
>([
	['NOAUTH', {layer: 'auth', state: 'refusing', problem: 'wants a password (NOAUTH)'}],
	[
		'WRONGPASS',
		{
			layer: 'auth',
			state: 'refusing',
			problem: 'rejects the user or password',
			reason: 'a wrong password, or a user that is unknown or off (WRONGPASS)',
		},
	],
	[
		'NOPERM',
		words => ({
			layer: 'command',
			state: 'refusing',
			problem: 'denies this user the command',
			reason: quoted(words),
		}),
	],
	['LOADING', {layer: 'server', state: 'loading', problem: 'is loading its data set (LOADING)'}],
	['BUSY', busyMeaning],
	[
		'MASTERDOWN',
		{
			layer: 'server',
			state: 'refusing',
			problem: 'has lost its primary and may not serve stale data (MASTERDOWN)',
		},
	],
	['MISCONF', misconfMeaning],
	[
		'OOM',
		{layer: 'server', state: 'refusing', problem: 'is over maxmemory and refuses commands that need memory (OOM)'},
	],
	['READONLY', {layer: 'server', state: 'refusing', problem: 'is a replica and refuses writes (READONLY)'}],
	[
		'NOREPLICAS',
		{
			layer: 'server',
			state: 'refusing',
			problem: 'refuses writes (NOREPLICAS)',
			reason: 'fewer good replicas than min-replicas-to-write',
		},
	],
	[
		'CLUSTERDOWN',
		words => ({
			layer: 'server',
			state: 'refusing',
			problem: 'says that its cluster is down (CLUSTERDOWN)',
			reason: quoted(words),
		}),
	],
	[
		'DENIED',
		{
			layer: 'greet',
			state: 'refusing',
			problem: 'is in protected mode and turns other hosts away',
			reason: 'it has no password (DENIED)',
		},
	],
	['NOPROTO', {layer: 'auth', state: 'refusing', problem: 'does not speak the protocol version asked for (NOPROTO)'}],
]);

/** Replies that begin with `ERR` and still mean one thing. Tried in order. */
const meaningByWords: ReadonlyArray<readonly [pattern: RegExp, meaning: Meaning]> = [
	[
		/^max number of clients/i,
		{
			layer: 'greet',
			state: 'refusing',
			kind: 'MAXCLIENTS',
			problem: 'turns new clients away',
			reason: 'maxclients is reached',
		},
	],
	[
		/^invalid password/i,
		{
			layer: 'auth',
			state: 'refusing',
			kind: 'INVALID_PASSWORD',
			problem: 'turns the password away',
			reason: 'it is wrong (invalid password)',
		},
	],
	[
		/^(?:AUTH <password> called without any password configured|Client sent AUTH, but no password is set)/i,
		{
			layer: 'auth',
			state: 'refusing',
			kind: 'NEEDLESS_PASSWORD',
			problem: 'was given a password and has none set',
		},
	],
	[
		/^wrong number of arguments for 'auth'/i,
		{
			layer: 'auth',
			state: 'refusing',
			kind: 'NO_USERS',
			problem: 'has no users, only a password (older than Redis 6)',
			reason: 'leave the user out',
		},
	],
	[/^operation not permitted/i, {layer: 'auth', state: 'refusing', kind: 'NOAUTH', problem: 'wants a password'}],
];

/** The server's own words, which may hold a name. */
const quoted = (words: string): Message => message`${nameOf('quote', words)}`;

/** The first word of an error reply (`NOPERM`, `ERR`); `ERR` where it has none. A raw reply's `-` is passed over. */
export function errorCode(text: string): string {
	return /^-?([A-Z]{2,})\b/.exec(text)?.[1] ?? 'ERR';
}

/**
The server's words without the first one and without the arguments that it quotes: an unknown command is answered with
what was sent, and what was sent to a server that has no AUTH or HELLO is a password.
*/
export function errorWords(text: string): string {
	const words = text.replace(/^-?(?:[A-Z]{2,}\b)?\s*/, '').replace(/,? with args beginning with.*$/is, '');
	return sanitize(words.trimEnd());
}

/** What an error reply says of the node. It never has a command's arguments in it. */
export function replyFailure(text: string): Failure {
	const code = errorCode(text);
	const words = errorWords(text);
	const known = meaningByCode.get(code);
	if (known !== undefined) {
		return {code, ...(typeof known === 'function' ? known(words) : known)};
	}

	const meaning = code === 'ERR' ? meaningByWords.find(([pattern]) => pattern.test(words))?.[1] : undefined;
	if (meaning !== undefined) {
		return {code, ...meaning};
	}

	const reply = [code === 'ERR' ? '' : code, words].filter(part => part !== '').join(' ');
	const base = {code, layer: 'command', state: 'refusing'} as const;
	return reply === ''
		? {...base, problem: 'answers with an error and no reason (ERR)'}
		: {...base, problem: 'answers with an error', reason: quoted(reply)};
}

/**
Why a command was answered with an error. `denied`: the user's rights. `absent`: this server doesn't have it (its version, a
renamed command, a provider's proxy, a mode that is off). `failed`: it may work the next time.
*/
export function commandAvailability(text: string): BlindSpot['kind'] | 'failed' {
	const code = errorCode(text);
	if (code === 'NOPERM') {
		return 'denied';
	}

	// "OOM command not allowed …" is a state of the server: only an ERR speaks of the command itself.
	const isAbsent =
		code === 'ERR' &&
		/unknown (?:sub)?command|not allowed|not support|unsupported|is not available|disabled/i.test(errorWords(text));
	return isAbsent ? 'absent' : 'failed';
}

/**
Whether a server refuses the form of a command: an ERR that says nothing of its state, its rights or a missing command.
Seen: "ERR syntax error" (Dragonfly), "ERR Invalid section CPU. Try INFO HELP" (Garnet).
*/
export function isRefusedForm(text: string): boolean {
	const {code, layer, kind} = replyFailure(text);
	return code === 'ERR' && layer === 'command' && kind === undefined && commandAvailability(text) === 'failed';
}

function busyMeaning(words: string): Meaning {
	const base = {layer: 'server', state: 'busy'} as const;
	if (/module command/i.test(words)) {
		return {...base, kind: 'BUSY_MODULE', problem: 'is busy with a module command and answers nothing else (BUSY)'};
	}

	return /FUNCTION KILL/i.test(words)
		? {
				...base,
				kind: 'BUSY_FUNCTION',
				problem: 'runs a function and answers nothing else (BUSY)',
				reason: 'FUNCTION KILL ends it',
			}
		: {...base, problem: 'runs a script and answers nothing else (BUSY)', reason: 'SCRIPT KILL ends it'};
}

function misconfMeaning(words: string): Meaning {
	const base = {layer: 'server', state: 'refusing', problem: 'refuses writes (MISCONF)'} as const;
	return /AOF/.test(words)
		? {...base, kind: 'MISCONF_AOF', reason: 'its append-only file cannot be written'}
		: {...base, kind: 'MISCONF_RDB', reason: 'its last RDB save failed'};
}

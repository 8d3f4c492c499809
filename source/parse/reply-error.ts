import {type Message, message, nameOf} from '../domain/message.js';
import type {BlindSpot, Failure} from '../domain/sample.js';
import {sanitize} from '../text/sanitize.js';

/** What an error reply says about the node: a `Failure` to which the reply's code is added later. */
type Meaning = Omit<Failure, 'code'>;

/**
The meaning of an error reply by its first word. The first word is the same in Redis, Valkey and all versions; the words
after it differ. Each entry was seen on Redis 7.0 to 8.0 and Valkey 8.1 and 9.1, or is in their sources.
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

/** The meaning of replies that begin with `ERR`, by their text. The first pattern that matches counts. */
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
	[
		/^unknown command '?`?INFO\b/i,
		{
			layer: 'command',
			state: 'refusing',
			problem: 'has no command INFO',
			reason: 'it was renamed or removed (rename-command)',
		},
	],
	[/^operation not permitted/i, {layer: 'auth', state: 'refusing', kind: 'NOAUTH', problem: 'wants a password'}],
];

/**
The server's text, as a name of the kind `quote`. `--mask` hides such a name, because the text may contain private
names.
*/
const quoted = (words: string): Message => message`${nameOf('quote', words)}`;

/** The first word of an error reply if it is a code (`NOPERM`), else `ERR`. The `-` of a raw reply is skipped. */
export function errorCode(text: string): string {
	return /^-?([A-Z]{2,})\b/.exec(text)?.[1] ?? 'ERR';
}

/**
The text of an error reply without its first word and without quoted arguments. A server that doesn't know AUTH or HELLO
quotes the command's arguments in its reply, and these arguments contain a password.
*/
export function errorWords(text: string): string {
	const words = text.replace(/^-?(?:[A-Z]{2,}\b)?\s*/, '').replace(/,? with args beginning with.*$/is, '');
	return sanitize(words.trimEnd());
}

/** Converts an error reply to a failure of the node. The failure never contains a command's arguments. */
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
Why a server answered a command with an error.

- `denied`: the user lacks the right to run the command
- `absent`: the server doesn't have the command or the database, because of its version, a renamed command, a provider's
  proxy, or a disabled mode
- `failed`: the command may succeed next time
*/
export function commandAvailability(text: string): BlindSpot['kind'] | 'failed' {
	const code = errorCode(text);
	if (code === 'NOPERM') {
		return 'denied';
	}

	// Only an error with the code ERR is about the command itself. "OOM command not allowed …" is about the server's
	// state.
	const isAbsent =
		code === 'ERR' &&
		/unknown (?:sub)?command|not allowed|not support|unsupported|is not available|disabled|DB index is out of range/i.test(
			errorWords(text),
		);
	return isAbsent ? 'absent' : 'failed';
}

/**
Whether a server rejects the syntax of a command. It then answers with an error `ERR` that is not about the server's
state, the user's rights or a missing command. Seen: "ERR syntax error" (Dragonfly), "ERR Invalid section CPU. Try INFO
HELP" (Garnet).
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
				reason: 'FUNCTION KILL ends it, unless it has written',
			}
		: {
				...base,
				problem: 'runs a script and answers nothing else (BUSY)',
				reason: 'SCRIPT KILL ends it, unless it has written',
			};
}

function misconfMeaning(words: string): Meaning {
	const base = {layer: 'server', state: 'refusing', problem: 'refuses writes (MISCONF)'} as const;
	return /AOF/.test(words)
		? {...base, kind: 'MISCONF_AOF', reason: 'its append-only file cannot be written'}
		: {...base, kind: 'MISCONF_RDB', reason: 'its last RDB save failed'};
}

/**
The refusal of protected mode where a password was given. Protected mode refuses only while the default user has no
password. So the server runs without the password that somebody knows of it.
*/
export const withLostPassword = (failure: Failure): Failure =>
	failure.code === 'DENIED'
		? {
				...failure,
				kind: 'LOST_PASSWORD',
				problem: 'runs without its password',
				reason: 'protected mode refuses other hosts',
			}
		: failure;

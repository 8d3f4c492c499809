import type {BlindSpot, Failure} from '../domain/sample.js';
import {sanitize} from '../text/sanitize.js';

type Verdict = Omit<Failure, 'code'>;

/**
What an error reply means, by its first word: the words after it differ between Redis and Valkey and between versions,
the first one doesn't. Each was seen on Redis 7.0 to 8.0 and Valkey 8.1 and 9.1, or stands in their sources.
*/
const verdicts: ReadonlyMap<string, Verdict | ((words: string) => Verdict)> = new Map<
	string,
	Verdict | ((words: string) => Verdict)
>([
	['NOAUTH', {layer: 'auth', state: 'refusing', text: 'wants a password (NOAUTH)'}],
	[
		'WRONGPASS',
		{
			layer: 'auth',
			state: 'refusing',
			text: 'turns the credentials away: wrong user or password, or the user is off (WRONGPASS)',
		},
	],
	['NOPERM', words => ({layer: 'command', state: 'refusing', text: `denies this user the command: ${words}`})],
	['LOADING', {layer: 'server', state: 'loading', text: 'is loading its data set (LOADING)'}],
	['BUSY', busyVerdict],
	[
		'MASTERDOWN',
		{
			layer: 'server',
			state: 'refusing',
			text: 'has lost its primary and may not serve stale data (MASTERDOWN)',
		},
	],
	['MISCONF', misconfVerdict],
	['OOM', {layer: 'server', state: 'refusing', text: 'is over maxmemory and refuses commands that need memory (OOM)'}],
	['READONLY', {layer: 'server', state: 'refusing', text: 'is a replica and refuses writes (READONLY)'}],
	[
		'NOREPLICAS',
		{
			layer: 'server',
			state: 'refusing',
			text: 'refuses writes: fewer good replicas than min-replicas-to-write (NOREPLICAS)',
		},
	],
	[
		'CLUSTERDOWN',
		words => ({layer: 'server', state: 'refusing', text: `says that its cluster is down (CLUSTERDOWN): ${words}`}),
	],
	[
		'DENIED',
		{
			layer: 'greet',
			state: 'refusing',
			text: 'is in protected mode and turns other hosts away: it has no password (DENIED)',
		},
	],
	['NOPROTO', {layer: 'auth', state: 'refusing', text: 'does not speak the protocol version asked for (NOPROTO)'}],
]);

/** Replies that begin with `ERR` and still mean one thing. Tried in order. */
const wordings: ReadonlyArray<readonly [pattern: RegExp, verdict: Verdict]> = [
	[
		/^max number of clients/i,
		{layer: 'greet', state: 'refusing', text: 'turns new clients away: maxclients is reached'},
	],
	[
		/^invalid password/i,
		{layer: 'auth', state: 'refusing', text: 'turns the password away: it is wrong (invalid password)'},
	],
	[
		/^(?:AUTH <password> called without any password configured|Client sent AUTH, but no password is set)/i,
		{layer: 'auth', state: 'refusing', text: 'was given a password and has none set'},
	],
	[
		/^wrong number of arguments for 'auth'/i,
		{layer: 'auth', state: 'refusing', text: 'has no users, only a password (older than Redis 6): leave the user out'},
	],
	[/^operation not permitted/i, {layer: 'auth', state: 'refusing', text: 'wants a password'}],
];

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

/** What an error reply says of the node. The text never has a command's arguments in it. */
export function replyFailure(text: string): Failure {
	const code = errorCode(text);
	const words = errorWords(text);
	const known = verdicts.get(code);
	if (known !== undefined) {
		return {code, ...(typeof known === 'function' ? known(words) : known)};
	}

	const verdict = code === 'ERR' ? wordings.find(([pattern]) => pattern.test(words))?.[1] : undefined;
	if (verdict !== undefined) {
		return {code, ...verdict};
	}

	const saying = [code === 'ERR' ? '' : code, words].filter(part => part !== '').join(' ');
	return {
		code,
		layer: 'command',
		state: 'refusing',
		text: saying === '' ? 'answers with an error and no reason (ERR)' : `answers with an error: ${saying}`,
	};
}

/**
Whether a command that was answered with an error will be again: `denied` by the user's rights, `absent` on this server
(its version, a renamed command, a provider's proxy, a mode that is off), or `failed` this once.
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

function busyVerdict(words: string): Verdict {
	if (/module command/i.test(words)) {
		return {layer: 'server', state: 'busy', text: 'is busy with a module command and answers nothing else (BUSY)'};
	}

	const [what, kill] = /FUNCTION KILL/i.test(words) ? ['function', 'FUNCTION KILL'] : ['script', 'SCRIPT KILL'];
	return {layer: 'server', state: 'busy', text: `runs a ${what} and answers nothing else (BUSY): ${kill} ends it`};
}

function misconfVerdict(words: string): Verdict {
	return {
		layer: 'server',
		state: 'refusing',
		text: /AOF/.test(words)
			? 'refuses writes: its append-only file cannot be written (MISCONF)'
			: 'refuses writes: its last RDB save failed (MISCONF)',
	};
}

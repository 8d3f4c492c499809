import {isIPv6} from 'node:net';
import type {Endpoint} from '../domain/node.js';
import {sanitize} from '../text/sanitize.js';

export const defaultHost = '127.0.0.1';
export const defaultPort = 6379;

/**
A target that the user typed, parsed. Its database has no effect on monitoring. It matters only for a scan of keys and
for watched keys, which may need SELECT.
*/
export type Target = {
	readonly endpoint: Endpoint;
	/** Whether the user typed a port. If not, the endpoint has Redis' default port. */
	readonly hasPort: boolean;
	readonly username: string | undefined;
	/** The password, which is never printed. */
	readonly password: string | undefined;
	readonly isTls: boolean;
	readonly database: number | undefined;
};

/**
A parsed target, or the reason why the text can't be a target. `problem` is one line with the target (without its
password) and the fix.
*/
export type ParsedTarget = Target | {readonly problem: string};

type Access = Pick<Target, 'username' | 'password'>;

const noAccess: Access = {username: undefined, password: undefined};

/** For each URI scheme, whether it requires TLS. */
const tcpSchemes: ReadonlyMap<string, boolean> = new Map([
	['redis', false],
	['valkey', false],
	['rediss', true],
	['valkeys', true],
]);

/**
Matches a host name with letters and digits of any script, because names may be international. Characters that a URI or
a shell uses don't match.
*/
const hostName = /^[\p{L}\p{N}_](?:[\p{L}\p{N}._-]*[\p{L}\p{N}_.])?$/u;

/**
Matches most host names. This pattern is tried before `hostName`, for which V8 takes 5 ms to compile the sets of all
letters and digits.
*/
const asciiHostName = /^\w(?:[\w.-]*[\w.])?$/;

const isHostName = (text: string): boolean => asciiHostName.test(text) || hostName.test(text);

/**
Whether a text is an IPv6 address. Every such address has two colons, which are looked for first: Node takes 5 ms to
compile the regular expression of `isIPv6`.
*/
const isIPv6Address = (text: string): boolean => /:.*:/.test(text) && isIPv6(text);

/** Length of the longest name in DNS. Source: RFC 1035 §2.3.4. */
const longestHostName = 253;

/**
The target as one printable line. Text before an `@` and a query are left out, because either may hold a password.
*/
export function targetLabel(text: string): string {
	const scheme = /^[a-z][a-z\d+.-]*:\/\//i.exec(text)?.[0] ?? '';
	const at = text.lastIndexOf('@');
	const shown = at === -1 ? text : `${scheme}***@${text.slice(at + 1)}`;
	return sanitize(shown.replace(/\?.*$/s, '?...'));
}

/**
Parses a target: `host`, `host:port`, `v6`, `[v6]:port`, `redis://user:password@host:port/db`, `rediss://`, `valkey://`,
`valkeys://`, `unix:///path`, or a path that starts with `/` or `./`. Never throws.

As in redis-cli, a single word before the `@` is the password, not the user. User and password are percent-decoded. A
query is ignored, because it contains settings of client libraries.
*/
export function parseTarget(text: string): ParsedTarget {
	const problem = (what: string) => ({problem: `target ${targetLabel(text)}: ${what}`});
	if (text === '') {
		return {problem: 'an empty target: write host, host:port or redis://host:port'};
	}

	if (/[\p{Cc}\s]/u.test(text)) {
		return problem('holds a space or a control character: quote or percent-encode it');
	}

	const [, scheme, rest = ''] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/i.exec(text) ?? [];
	if (scheme !== undefined) {
		return schemeTarget(scheme.toLowerCase(), rest, problem);
	}

	if (/^\.{0,2}\//.test(text)) {
		return unixTarget(text, noAccess);
	}

	if (/^unix:/i.test(text)) {
		return text.length > 5 ? unixTarget(text.slice(5), noAccess) : problem('no path: write unix:///path/to/socket');
	}

	return plainTarget(text, problem);
}

/** The host in a value of `-h`, without brackets around an IPv6 address; undefined if the text is no host. */
export function hostOf(text: string): string | undefined {
	const bare = /^\[(.*)\]$/.exec(text)?.[1];
	if (bare !== undefined || text.includes(':')) {
		const address = bare ?? text;
		return isIPv6Address(address) ? address : undefined;
	}

	return text.length <= longestHostName && isHostName(text) ? text : undefined;
}

/** A port, 1–65535; undefined for anything else. */
export function portOf(text: string): number | undefined {
	const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
	return port >= 1 && port <= 65_535 ? port : undefined;
}

/** A database number from `-n` or from the path of a URI; undefined for anything else. */
export function databaseOf(text: string): number | undefined {
	return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

type Problem = (what: string) => {readonly problem: string};

function plainTarget(text: string, problem: Problem): ParsedTarget {
	if (text.includes('@')) {
		return problem('a user or password needs a scheme: redis://user:password@host:port');
	}

	if (text.includes('/')) {
		return problem('a path needs a scheme: redis://host:port/db, or unix:///path for a socket');
	}

	if (isIPv6Address(text)) {
		return tcpTarget(text, defaultPort);
	}

	if (/^\d+$/.test(text)) {
		return problem(`looks like a port: write ${defaultHost}:${text} or -p ${text}`);
	}

	return authorityTarget(text, problem);
}

/** Parses `host`, `host:port`, `[v6]` or `[v6]:port`. */
function authorityTarget(text: string, problem: Problem): ParsedTarget {
	const [, hostText = '', portText] = /^(\[[^\]]*\]|[^:]*)(?::([^:]*))?$/.exec(text) ?? [];
	if (hostText === '' && portText === undefined) {
		return problem('an IPv6 address with a port stands in brackets: [::1]:6379');
	}

	if (hostText === '') {
		return problem(`no host before the colon: write ${defaultHost}${text}`);
	}

	const host = hostOf(hostText);
	if (host === undefined) {
		return problem('is no host name and no address: write host, host:port or [v6]:port');
	}

	const port = portText === undefined ? defaultPort : portOf(portText);
	return port === undefined
		? problem('the port must be a number from 1 to 65535')
		: {...tcpTarget(host, port), hasPort: portText !== undefined};
}

function schemeTarget(scheme: string, rest: string, problem: Problem): ParsedTarget {
	const isTls = tcpSchemes.get(scheme);
	if (isTls === undefined && scheme !== 'unix') {
		return problem('this scheme is unknown: redis, rediss, valkey, valkeys and unix are known');
	}

	const [, authority = '', tail = ''] = /^([^/?#]*)(.*)$/.exec(rest) ?? [];
	if (tail.includes('@')) {
		return problem('percent-encode / ? # and @ in the user or password: %2F %3F %23 %40');
	}

	const at = authority.lastIndexOf('@');
	const access = at === -1 ? noAccess : accessOf(authority.slice(0, at));
	const path = percentDecoded(tail.replace(/[?#].*$/, ''));
	if (access === undefined || path === undefined) {
		return problem('a % must be followed by two hexadecimal digits: write %25 for a % itself');
	}

	const place = authority.slice(at + 1);
	return isTls === undefined ? unixUri(place, path, access, problem) : tcpUri(place, path, {...access, isTls}, problem);
}

function unixUri(place: string, path: string, access: Access, problem: Problem): ParsedTarget {
	return place === '' && path.length > 1 && !path.includes('\0')
		? unixTarget(path, access)
		: problem('a socket is written with three slashes: unix:///path/to/socket');
}

function tcpUri(place: string, path: string, settings: Access & Pick<Target, 'isTls'>, problem: Problem): ParsedTarget {
	const databaseText = path.replace(/^\/|\/$/g, '');
	const database = databaseText === '' ? undefined : databaseOf(databaseText);
	if (databaseText !== '' && database === undefined) {
		return problem('what follows the host must be a database number: redis://host:port/0');
	}

	const hasNoHost = place === '' || place.startsWith(':');
	const target = authorityTarget(hasNoHost ? `${defaultHost}${place}` : place, problem);
	return 'problem' in target ? target : {...target, ...settings, database};
}

/**
Parses `user:password`; a single word is the password, as in redis-cli. Undefined when a percent-encoding is broken.
*/
function accessOf(userInfo: string): Access | undefined {
	const colon = userInfo.indexOf(':');
	const username = colon === -1 ? '' : percentDecoded(userInfo.slice(0, colon));
	const password = percentDecoded(userInfo.slice(colon + 1));
	return username === undefined || password === undefined
		? undefined
		: {username: username === '' ? undefined : username, password: password === '' ? undefined : password};
}

function percentDecoded(text: string): string | undefined {
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
}

function tcpTarget(host: string, port: number): Target {
	return {endpoint: {kind: 'tcp', host, port}, hasPort: false, ...noAccess, isTls: false, database: undefined};
}

function unixTarget(path: string, access: Access): Target {
	return {endpoint: {kind: 'unix', path}, hasPort: false, ...access, isTls: false, database: undefined};
}

import type {Given} from '../arguments/argv.js';
import {type FlagKey, flagTable, type GivenFlags} from '../arguments/flags.js';
import {
	defaultHost,
	defaultPort,
	hostOf,
	type ParsedTarget,
	parseTarget,
	portOf,
	type Target,
} from '../parse/target.js';
import {type Environment, firstSet} from './values.js';

/** A target, and whether it came from REDIS_URL or from the command line. */
export type RequestedTarget = {readonly target: Target; readonly isFromEnvironment: boolean};

/** The contradictions between flags that name a target, one line each. */
export function connectionConflicts({command, targets, recordings, flags}: Given): string[] {
	const {host, port, socket, uri} = flags;
	const hasTarget = targets.length > 0;
	const place = targets.length === 1 ? 'the target' : 'the targets';
	const conflicts: ReadonlyArray<readonly [isConflict: boolean, text: string]> = [
		[hasTarget && host !== undefined, `-h and ${place} both say where: keep one, or write -h's host among the targets`],
		[hasTarget && host === undefined && port !== undefined, `-p doesn't go with ${place}: write host:port`],
		[hasTarget && socket !== undefined, `-s and ${place} both say where: write unix:///path among the targets`],
		[hasTarget && uri !== undefined, `-u and ${place} both say where: write the URI among the targets`],
		[socket !== undefined && (host ?? port) !== undefined, '-s takes the place of -h and -p: keep one way'],
		[uri !== undefined && (host ?? port ?? socket) !== undefined, '-u takes the place of -h, -p and -s: keep one way'],
	];
	const found = conflicts.filter(([isConflict]) => isConflict).map(([, text]) => text);
	const whyNone = whyNoTarget({command, recordings});
	// `redis-top fleet` takes no target, so flags that say where servers are contradict it. The other connection flags
	// are for the monitors that it opens.
	const foreignFlags = command === 'fleet' ? placeFlags : connectionFlags;
	const foreign = whyNone === undefined ? undefined : foreignFlags.find(key => flags[key] !== undefined);
	return foreign === undefined ? found : [`${whyNone}: leave out --${flagTable[foreign].name}`];
}

/** Why a command takes no targets; undefined for a command that takes targets. */
export function whyNoTarget({command, recordings = []}: Pick<Given, 'command' | 'recordings'>): string | undefined {
	switch (command) {
		case 'demo':
			return 'redis-top demo starts servers of its own';
		case 'replay':
			return 'redis-top replay asks no server';
		case 'rules':
			return 'redis-top rules asks no server';
		case 'fleet':
			return 'redis-top fleet takes its servers from Prometheus';
		case 'report':
			return recordings.length === 0 ? undefined : 'a report of a recording asks no server';
		default:
			return undefined;
	}
}

const connectionFlags = (Object.keys(flagTable) as FlagKey[]).filter(key =>
	['connection', 'tls'].includes(flagTable[key].group),
);

/** Flags that say where servers are. */
const placeFlags: readonly FlagKey[] = ['host', 'port', 'socket', 'uri', 'sentinel', 'masterName', 'natMap'];

/** Flags that need TLS. Without TLS they are an error, because ignoring them would send everything unencrypted. */
const tlsOnly = ['cacert', 'cacertdir', 'cert', 'key', 'sni', 'insecure'] as const;

/**
The targets of a run. They come from the first of these that names one: target flags, target arguments, REDIS_URL,
127.0.0.1:6379. Empty for a command that takes no targets.
*/
export function requestedTargets(
	{command, targets, recordings, flags}: Given,
	environment: Environment,
): {targets: readonly RequestedTarget[]; problems: readonly string[]} {
	if (whyNoTarget({command, recordings}) !== undefined) {
		return {targets: [], problems: []};
	}

	const fromFlags = flagTarget(flags);
	const url = firstSet(environment, ['REDIS_URL'])?.trim();
	const isSilent = fromFlags === undefined && targets.length === 0;
	// With `--sentinel` no target is needed, because the Sentinels name the nodes.
	const hasSentinels = flags.sentinel !== undefined;
	const isFromEnvironment = isSilent && !hasSentinels && url !== undefined && url !== '';
	const typed = fromFlags === undefined ? targets.map(parseTarget) : [fromFlags];
	const parsed = isFromEnvironment
		? [environmentTarget(url)]
		: typed.length > 0 || hasSentinels
			? typed
			: [parseTarget(defaultHost)];
	const found: RequestedTarget[] = [];
	const problems: string[] = [];
	for (const target of parsed) {
		if ('problem' in target) {
			problems.push(target.problem);
		} else {
			found.push({target, isFromEnvironment});
		}
	}

	const idle = tlsOnly.find(key => flags[key] !== undefined);
	const isTls =
		flags.tls === true || /rediss:|valkeys:/i.test(flags.sentinel ?? '') || found.some(({target}) => target.isTls);
	if (idle !== undefined && problems.length === 0 && !isTls) {
		problems.push(`--${idle} has no effect without TLS: add --tls or write rediss://`);
	}

	return {targets: found, problems};
}

function environmentTarget(url: string): ParsedTarget {
	const target = parseTarget(url);
	return 'problem' in target ? {problem: `REDIS_URL: ${target.problem}`} : target;
}

/** The target of the flags `-u`, `-s`, `-h` and `-p`; undefined without these flags. */
function flagTarget({host, port, socket, uri}: GivenFlags): ParsedTarget | undefined {
	if (uri !== undefined) {
		return parseTarget(uri);
	}

	const plain = {
		hasPort: port !== undefined,
		username: undefined,
		password: undefined,
		isTls: false,
		database: undefined,
	};
	if (socket !== undefined) {
		return {endpoint: {kind: 'unix', path: socket}, ...plain};
	}

	if (host === undefined && port === undefined) {
		return undefined;
	}

	const hostName = hostOf(host ?? defaultHost);
	if (hostName === undefined) {
		return {problem: '-h takes only a host name or an address: give a port with -p, a URI with -u'};
	}

	const portNumber = port === undefined ? defaultPort : portOf(port);
	return portNumber === undefined
		? {problem: '-p takes a port, a number from 1 to 65535; for a password use --askpass'}
		: {endpoint: {kind: 'tcp', host: hostName, port: portNumber}, ...plain};
}

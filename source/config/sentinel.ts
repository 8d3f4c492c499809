import type {GivenFlags} from '../arguments/flags.js';
import {addressOf} from '../domain/node.js';
import {parseTarget, type Target, targetLabel} from '../parse/target.js';
import type {NatMap} from '../poll/nat-map.js';
import {sanitize} from '../text/sanitize.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {Problems} from './problems.js';
import type {TargetSource} from './sources.js';

/** The values of a flag that is given several times, or once with commas. */
const listOf = (text: string | undefined): string[] =>
	text === undefined
		? []
		: text
				.split(',')
				.map(part => part.trim())
				.filter(part => part !== '');

/** The Sentinels that `--sentinel` names. Each problem is one line. */
export function sentinelTargets({sentinel}: GivenFlags): {
	readonly targets: readonly Target[];
	readonly problems: readonly string[];
} {
	const parsed = listOf(sentinel).map(text => (text.startsWith('unix:') ? {problem: unixProblem} : parseTarget(text)));
	return {
		targets: parsed.flatMap(target => ('problem' in target ? [] : [withSentinelPort(target)])),
		problems: parsed.flatMap(target => ('problem' in target ? [`--sentinel: ${target.problem}`] : [])),
	};
}

const unixProblem = 'a sentinel is reached over TCP: write HOST:PORT';

/** A Sentinel's target; without a port it gets Sentinel's default port, 26379. */
const withSentinelPort = (target: Target): Target =>
	target.endpoint.kind === 'tcp' && !target.hasPort
		? {...target, endpoint: {...target.endpoint, port: 26_379}}
		: target;

/**
The map of `--nat-map from=to,…`. Both sides are `host:port`, or both are a host without a port. Each problem is one
line.
*/
export function natMapOf({natMap}: GivenFlags): {readonly natMap: NatMap; readonly problems: readonly string[]} {
	const map = new Map<string, NatMap extends ReadonlyMap<string, infer To> ? To : never>();
	const problems: string[] = [];
	for (const pair of listOf(natMap)) {
		const [from = '', to = '', ...more] = pair.split('=');
		const [source, destination] = [parseTarget(from), parseTarget(to)];
		const isPlain = [from, to].every(side => side !== '' && !/[/@]/.test(side)) && more.length === 0;
		if (!isPlain || 'problem' in source || 'problem' in destination || source.hasPort !== destination.hasPort) {
			problems.push(
				`--nat-map ${targetLabel(pair)}: write ANNOUNCED=REACHED, both as host:port or both as a host alone`,
			);
		} else if (source.endpoint.kind === 'tcp' && destination.endpoint.kind === 'tcp') {
			const {host, port} = source.endpoint;
			const key = source.hasPort ? `${host.includes(':') ? `[${host}]` : host}:${port}` : host;
			map.set(key, source.hasPort ? destination.endpoint : {host: destination.endpoint.host});
		}
	}

	return {natMap: map, problems};
}

/**
The NAT map (announced address to reachable address) from the flags of all sources. Mistakes are added to `problems`.
*/
export function natMapIn(sources: readonly TargetSource[], problems: Problems): NatMap {
	const found = sources.map(({given}) => natMapOf(given.flags));
	// Every source contains the command line's flags. A set removes the problems that are found more than once.
	for (const problem of new Set(found.flatMap(each => each.problems))) {
		problems.add(problem);
	}

	return new Map(found.flatMap(({natMap}) => [...natMap]));
}

/** The text that names the targets in the header and in reports. */
export function labelOf(settings: readonly ConnectionSettings[], primaryName: string | undefined): string {
	const addresses = settings.map(({endpoint}) => sanitize(addressOf(endpoint))).join(' ');
	return primaryName === undefined ? addresses : `${sanitize(primaryName)} at ${addresses}`;
}

import type {Given} from '../arguments/argv.js';
import {labelMatchers, matchersText} from '../prometheus/label-matchers.js';
import type {Problems} from './problems.js';

/** The servers that `redis-top fleet` lists. */
export type FleetRequest = {
	/** The matchers of `--match` as text between the braces of a PromQL selector. Empty: every server. */
	readonly matchers: string;
};

/** The request of `redis-top fleet`: which servers to list. Undefined for any other command. */
export function fleetRequestOf(
	{command, targets, flags}: Given,
	hasPrometheus: boolean,
	problems: Problems,
): FleetRequest | undefined {
	if (command !== 'fleet') {
		return undefined;
	}

	const [target] = targets;
	if (target !== undefined) {
		problems.add(
			`redis-top fleet takes no target, not ${target}: it lists the servers of a Prometheus; narrow it with --match`,
		);
	}

	if (!hasPrometheus && problems.found.length === 0) {
		problems.add('redis-top fleet needs a Prometheus: add --prometheus URL');
	}

	const found = labelMatchers(flags.match ?? '');
	return 'problem' in found
		? problems.add(`--match ${flags.match}: ${found.problem}`)
		: {matchers: matchersText(found.matchers)};
}

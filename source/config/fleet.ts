import type {Given} from '../arguments/argv.js';
import {labelMatchers, matchersText} from '../prometheus/label-matchers.js';
import type {Problems} from './problems.js';

/** What `redis-top fleet` lists. */
export type FleetRequest = {
	/** The matchers of `--match` as they stand between the braces of a selector; empty: every server. */
	readonly matchers: string;
};

/** The request of `redis-top fleet`; undefined for any other command. */
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

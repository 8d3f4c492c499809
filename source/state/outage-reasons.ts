import {memoizeByRef} from '../domain/memoize.js';
import {message} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {statementMessage} from '../domain/statement.js';
import type {RuleId} from '../rules/all-rules.js';
import type {Finding} from '../rules/finding.js';
import type {JoinedFinding} from '../rules/join-findings.js';
import type {NodeProblem} from './node-problem.js';

/**
The rules whose findings are left out of the verdict. The problem that is made from a node's reach says the same, with
up-to-date durations.
*/
export const reachRules: ReadonlySet<RuleId> = new Set<RuleId>([
	'conn.refused',
	'conn.unreachable',
	'conn.unresponsive',
	'conn.refusing',
	'conn.auth',
	'conn.stale',
	'srv.loading',
	'srv.busy',
]);

/** Whether the rule of a finding is about nodes that are out of reach. */
export const isOutage = ({rule}: Finding): boolean => reachRules.has(rule);

/** For each node that does not answer, the finding that explains why, such as a command that blocks its main thread. */
export const beforeOutage = memoizeByRef((ranked: readonly JoinedFinding[]): ReadonlyMap<NodeAddress, Finding> => {
	const explained = ranked.filter(({finding, causeKey}) => causeKey !== undefined && reachRules.has(finding.rule));
	const keys = new Set(explained.map(({causeKey}) => causeKey));
	const causes = new Map(ranked.filter(({key}) => keys.has(key)).map(({key, finding}) => [key, finding]));
	return new Map(
		explained.flatMap(({finding: {node}, causeKey = ''}) => {
			const cause = causes.get(causeKey);
			return node === undefined || cause?.node !== node || reachRules.has(cause.rule) ? [] : [[node, cause] as const];
		}),
	);
});

/**
What the finding that explains an outage adds to its problem. A command of the past is said to be the last one that is
known: nothing shows that it runs again.
*/
export function explainedPart(finding: Finding | undefined): Partial<NodeProblem> {
	if (finding === undefined) {
		return {};
	}

	const {rule, problem, reason, tells, culprit} = finding;
	const {command, client} = culprit ?? {};
	return {
		explainedBy: rule,
		reason: tells === 'moment' ? message`last ${problem}` : statementMessage(finding, reason ? 'middle' : 'long'),
		...(command === undefined || client === undefined
			? {}
			: {namesCulprit: true, briefDetails: [message`after ${command} from ${client}`]}),
	};
}

import {deploymentKind} from '../../derive/deployment.js';
import {deploymentHosting} from '../../derive/hosting.js';
import {serverProduct} from '../../derive/server-product.js';
import {healthExitCodes} from '../../domain/exit-codes.js';
import {type Culprit, effectRank, severityRank} from '../../domain/finding.js';
import {messageText} from '../../domain/message.js';
import {failureText} from '../../domain/sample.js';
import type {MetricSource} from '../../metrics/metric-family.js';
import {allRules, type RuleId, ruleIds} from '../../rules/all-rules.js';
import type {BlindRule, Finding} from '../../rules/finding.js';
import {findingText} from '../../rules/finding.js';
import type {JoinedFinding} from '../../rules/join-findings.js';
import {isChosen, type RuleChoice} from '../../rules/rule-choice.js';
import {farthest} from '../../state/farthest.js';
import {type FindingGroup, groupedFindings} from '../../state/finding-groups.js';
import {isEvaluatedIn} from '../../state/finding-tracks.js';
import {mistakenPrimaries} from '../../state/mistaken-primaries.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {outageNote} from '../../state/outage-note.js';
import {isOutage, rankedFindings, verdictOf} from '../../state/verdict.js';
import {findingLine, verdictText} from '../../state/verdict-text.js';
import {evidenceData} from '../../text/evidence-text.js';
import {isoTime} from '../snapshot/snapshot-values.js';
import {performanceData} from './performance-data.js';

export const checkSchema = 'redis-top/check@1';

export type CheckStatus = keyof typeof healthExitCodes;

export type Check = ReturnType<typeof checkOf>;

/** Removes findings that have ended, and findings of rules that were not chosen, from the state. */
const chosenFindings = (state: MonitorState, choice: RuleChoice): MonitorState => ({
	...state,
	findings: state.findings.filter(({clearedAtMs, rule}) => clearedAtMs === undefined && isChosen(choice, rule)),
});

/**
The culprit (client, command, key or node that causes a finding) as JSON. A field is null if the evidence doesn't name
it. The result is null for a finding without a culprit.
*/
const culpritPart = (culprit: Culprit | undefined) =>
	culprit === undefined
		? null
		: {
				client: culprit.client?.name ?? null,
				command: culprit.command ?? null,
				key: culprit.key?.name ?? null,
				node: culprit.node ?? null,
			};

/** A finding as `check` and `watch` print it in JSON. */
export const findingPart = (finding: Finding) => ({
	rule: finding.rule,
	severity: finding.severity,
	node: finding.node ?? null,
	subject: finding.subject ?? null,
	title: findingText(finding),
	evidence: finding.evidence.map(({name, value, unit}) => ({
		name,
		value: evidenceData(value),
		...(unit === undefined ? {} : {unit}),
	})),
	meaning: messageText(finding.meaning),
	next: finding.next.map(({text}) => messageText(text)),
	/** What the finding means for users of the server, such as `writes-refused`; null if it has no effect on them yet. */
	effect: finding.effect ?? null,
	culprit: culpritPart(finding.culprit),
	/** Every node that the finding is about. */
	nodes: finding.nodes ?? (finding.node === undefined ? [] : [finding.node]),
	action: finding.action ?? null,
	/**
	The node that the action's command is sent to. It may differ from `node`: CLUSTER FORGET is sent to a node that lists
	the finding's node. Null without an action.
	*/
	actionNode: finding.action === undefined ? null : (finding.remedy?.node ?? finding.node ?? null),
	since: isoTime(finding.sinceMs),
});

/**
The result of `redis-top check` as plain data. A status without warnings is `ok` only if something was checked. It is
`unknown` when a node gives no data, or when no chosen rule could be evaluated on any node.

@param nowMs Wall time, milliseconds since the epoch.
*/
export function checkOf(state: MonitorState, nowMs: number, choice: RuleChoice) {
	const records = [...state.nodes.values()];
	const chosen = chosenFindings(state, choice);
	const findings = rankedFindings(chosen);
	const blindRules = state.blindRules.filter(({rule}) => isChosen(choice, rule));
	const {status, verdict} = statusOf(chosen, blindRules, choice, nowMs);
	return {
		schema: checkSchema,
		status,
		exitCode: healthExitCodes[status],
		at: isoTime(nowMs),
		verdict,
		deployment: {kind: deploymentKind(records), target: state.target, hosting: deploymentHosting(records)},
		nodes: records.map(record => nodePart(record, nowMs)),
		findings: findings.map(({finding, causeRule}) => ({
			...findingPart(finding),
			/** The rule of the finding that explains this finding; null for a finding that is a cause itself. */
			causedBy: causeRule ?? null,
		})),
		/** Chosen rules that were not evaluated, because their condition must hold for longer than `check` runs. */
		notEvaluated: unevaluatedRules(choice),
		/**
		Conditions that held in all samples, but not for as long as their rules demand. The samples cover too short a
		time.
		*/
		unconfirmed: blindRules.flatMap(({rule, node, holds, why}) =>
			holds === undefined ? [] : [{rule, node: node ?? null, title: messageText(holds), why}],
		),
		blind: [...blindCommands(records, blindRules, state.user), ...blindReasons(blindRules, records)],
	};
}

/** The result of `redis-top check`, with the data that only the formats other than JSON need. */
export type CheckReport = {
	readonly check: Check;
	readonly groups: readonly FindingGroup[];
	/** The performance data of the first line. */
	readonly performance: string;
	/** Whether the text lists findings of severity info too. */
	readonly isVerbose: boolean;
	/** The state with the chosen findings, as the source of the Prometheus metrics. */
	readonly metrics: MetricSource;
};

/** @param nowMs Wall time, milliseconds since the epoch. */
export const checkReport = (
	state: MonitorState,
	nowMs: number,
	{ruleChoice, isVerbose}: {readonly ruleChoice: RuleChoice; readonly isVerbose: boolean},
): CheckReport => ({
	check: checkOf(state, nowMs, ruleChoice),
	groups: groupedFindings(rankedFindings(chosenFindings(state, ruleChoice))),
	performance: performanceData(state),
	isVerbose,
	metrics: {state: chosenFindings(state, ruleChoice), polls: new Map(), nowMs},
});

/** The chosen rules that `check` cannot evaluate, however many samples it takes. */
const unevaluatedRules = (choice: RuleChoice): readonly RuleId[] =>
	allRules.filter(rule => !isEvaluatedIn('confirm', rule) && isChosen(choice, rule.id)).map(({id}) => id);

/** Largest number of warnings that the first line names besides the most urgent finding. */
const namedWarnings = 2;

/** Largest number of further nodes that the first line names for findings of one kind. */
const namedNodes = 8;

const isSilent = ({failure, sample}: NodeRecord): boolean => failure !== undefined || sample === undefined;

/**
The short text of the worst critical finding that a cause explains; empty if there is none. Only three kinds of effect
count: unserved slots, refused reads or writes on another node, and an effect worse than the cause's.
*/
function feltBehind({finding, key}: JoinedFinding, ranked: readonly JoinedFinding[]): readonly string[] {
	const mistaken = mistakenPrimaries(ranked);
	const [worst] = ranked
		.filter(({causeKey, severity}) => causeKey === key && severity === 'critical')
		.map(({finding: symptom}) => symptom)
		.filter(({node}) => !mistaken.has(node))
		.filter(
			({effect, node}) =>
				effect === 'slots-unserved' ||
				(node !== finding.node && (effect === 'writes-refused' || effect === 'reads-refused')) ||
				effectRank(effect) < effectRank(finding.effect),
		)
		.sort((one, other) => effectRank(one.effect) - effectRank(other.effect));
	return worst === undefined ? [] : [findingLine(worst, 'short')];
}

/** The findings of the first `most` kinds. */
function ofFirstKinds(entries: readonly JoinedFinding[], most: number): readonly JoinedFinding[] {
	const kinds = [...new Set(entries.map(({finding}) => kindOf(finding)))].slice(0, most);
	return entries.filter(({finding}) => kinds.includes(kindOf(finding)));
}

/** Findings of one kind have the same rule and the same short text, on whatever nodes. */
const kindOf = (finding: Finding): string => `${finding.rule} ${findingText(finding, 'short')}`;

/**
The short lines of findings. Findings of one kind on several nodes share one line, which is the line of the first of
them; `also` names the nodes of the others: `, also 10.0.1.12:6379`.
*/
function shortLines(findings: readonly Finding[]): ReadonlyArray<{readonly text: string; readonly also: string}> {
	return [...Map.groupBy(findings, kindOf).values()].flatMap(([first, ...rest]) => {
		const nodes = rest.flatMap(({node}) => node ?? []);
		const left = nodes.length - namedNodes;
		const names = `${nodes.slice(0, namedNodes).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
		return first === undefined
			? []
			: [{text: findingLine(first, 'short'), also: nodes.length === 0 ? '' : `, also ${names}`}];
	});
}

function statusOf(
	state: MonitorState,
	blindRules: readonly BlindRule[],
	choice: RuleChoice,
	nowMs: number,
): {readonly status: CheckStatus; readonly verdict: string} {
	const records = [...state.nodes.values()];
	const ranked = rankedFindings(state);
	const worst = Math.max(0, ...ranked.map(({finding}) => severityRank[finding.severity]));
	if (worst > severityRank.info) {
		const status = worst === severityRank.critical ? 'critical' : 'warning';
		const [cause, ...others] = ranked.filter(
			({causeKey, severity}) => causeKey === undefined && severityRank[severity] === worst,
		);
		// `verdictOf` begins with the nodes that don't answer, whatever rules were chosen. Its text is therefore used
		// only when all nodes answer.
		const isSaid = !records.some(isSilent);
		if (isSaid || cause === undefined) {
			return {status, verdict: verdictText(verdictOf(state, nowMs))};
		}

		const felt = ranked.filter(
			({finding: {effect}, causeKey, severity}) =>
				causeKey === undefined && severity === 'warning' && status === 'critical' && effect !== undefined,
		);
		const worstOnes = status === 'critical' ? [cause, ...others] : ofFirstKinds([cause, ...others], namedWarnings + 1);
		const [first, ...further] = shortLines(
			[...worstOnes, ...ofFirstKinds(felt, namedWarnings)].map(({finding}) => finding),
		);
		const also = first?.also ?? '';
		const {node} = cause.finding;
		const note = node !== undefined && isOutage(cause.finding) ? outageNote(node, state) : undefined;
		const noted = note === undefined ? [] : [messageText(note.whole ?? note.text)];
		return {
			status,
			verdict: [
				`${findingLine(cause.finding)}${also}`,
				...noted,
				...feltBehind(cause, ranked),
				...further.map(line => `${line.text}${line.also}`),
			].join('; '),
		};
	}

	const silent = records.find(isSilent);
	if (silent !== undefined || records.length === 0) {
		const why = silent?.failure === undefined ? 'did not answer in time' : failureText(silent.failure);
		return {status: 'unknown', verdict: silent === undefined ? 'no node is known' : `${silent.address} ${why}`};
	}

	// If no chosen rule could be evaluated on any node, nothing was checked at all.
	const chosen = ruleIds.filter(id => isChosen(choice, id));
	const blindOn = (id: string) => blindRules.filter(({rule}) => rule === id).length;
	if (ranked.length === 0 && chosen.every(id => blindOn(id) >= records.length)) {
		return {
			status: 'unknown',
			verdict: `no rule could be evaluated: ${blindRules[0]?.why ?? 'no rule is chosen'}`,
		};
	}

	// A condition can hold in both samples, but not for as long as its rule demands, such as 30 s. Then the status is
	// `unknown`.
	const [held, ...moreHeld] = blindRules.filter(({holds}) => holds !== undefined);
	if (held?.holds !== undefined) {
		const node = held.node === undefined ? '' : `${held.node} `;
		const more = moreHeld.length === 0 ? '' : ` (+${moreHeld.length} more)`;
		return {
			status: 'unknown',
			verdict: `${node}${messageText(held.holds)}${more}: not confirmed, ${held.rule} ${held.why}`,
		};
	}

	const count = `${records.length} node${records.length === 1 ? '' : 's'}`;
	const far = farthest(state.findings);
	const distance =
		far === undefined ? '' : records.length === 1 ? `, which ${findingText(far)}` : `; ${findingLine(far)}`;
	return {
		status: 'ok',
		verdict: `nothing is wrong with ${records.length === 1 ? (records[0]?.address ?? count) : count}${distance}`,
	};
}

function nodePart(record: NodeRecord, nowMs: number) {
	const {address, role, reach, sample, lastReplyAtMs} = record;
	const product = sample && serverProduct(sample.info);
	return {
		address,
		role,
		// A node counts as down if `check` ends before the first attempt to connect to the node has ended.
		state: reach === 'connecting' ? ('down' as const) : reach,
		product: product?.product ?? null,
		version: product?.version ?? null,
		ageMs: lastReplyAtMs === undefined ? null : Math.max(0, nowMs - lastReplyAtMs),
	};
}

/** A blind spot as `check` prints it: a command that a node refuses or lacks, or rules that could not be evaluated. */
export type Blind = {
	readonly what: string;
	readonly node: string | null;
	readonly why: string;
	readonly fix: string | null;
	readonly reason: BlindRule['reason'];
	readonly rules: readonly string[];
};

const fixFor = (user: string | undefined, grant: string | undefined): string | null =>
	grant === undefined ? null : `ACL SETUSER ${user ?? 'default'} ${grant}`;

/** The commands that a node refuses or lacks, as blind spots, each with the rules that need the command. */
function blindCommands(
	records: readonly NodeRecord[],
	blindRules: readonly BlindRule[],
	user: string | undefined,
): Blind[] {
	return records.flatMap(({address, blind}) =>
		blind.map(({command, kind, why, grant}) => ({
			what: command,
			node: address,
			why,
			fix: fixFor(user, grant),
			reason: kind,
			rules: blindRules.filter(rule => rule.node === address && rule.command === command).map(({rule}) => rule),
		})),
	);
}

/** The blind spots that are not about a refused or missing command: one for each node and reason. */
function blindReasons(blindRules: readonly BlindRule[], records: readonly NodeRecord[]): Blind[] {
	const commands = new Set(records.flatMap(({address, blind}) => blind.map(({command}) => `${address} ${command}`)));
	const groups = new Map<string, BlindRule[]>();
	for (const blind of blindRules) {
		if (!commands.has(`${blind.node} ${blind.command}`)) {
			const key = JSON.stringify([blind.node, blind.why]);
			groups.set(key, [...(groups.get(key) ?? []), blind]);
		}
	}

	return [...groups.values()].flatMap(group => {
		const [first] = group;
		const rules = group.map(({rule}) => rule);
		return first === undefined
			? []
			: [{what: rules.join(', '), node: first.node ?? null, why: first.why, fix: null, reason: first.reason, rules}];
	});
}

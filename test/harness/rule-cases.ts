import assert from 'node:assert/strict';
import test from 'node:test';
import {nodeValues} from '../../source/derive/node-values.js';
import {replicaLinks} from '../../source/derive/replica-links.js';
import type {Evaluation, NotEvaluated, Severity} from '../../source/domain/finding.js';
import type {KernelEvidence, LocalEvidence} from '../../source/domain/host-evidence.js';
import type {ThresholdOverrides} from '../../source/domain/threshold.js';
import {findingText} from '../../source/rules/finding.js';
import {
	defaultRuleSettings,
	NodeFacts,
	newRuleMemory,
	type RuleMemory,
	type RuleSettings,
} from '../../source/rules/node-facts.js';
import type {NodeRule} from '../../source/rules/rule.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {assertPrintedCommands} from './printed-commands.js';
import {type RecordParts, recordFrom, type Sections} from './records.js';
import {sampleOf} from './samples.js';

/**
The parts of a rule's input. Every field except `info` has a default: one sample, no known setting, default thresholds.
*/
export type FactsParts = {
	readonly info?: Sections;
	/**
	INFO of a sample one second before. Sections that aren't given are as in `info`. Absent: there is no earlier sample.
	*/
	readonly earlier?: Sections;
	readonly secondsBetween?: number;
	/** The round trips of the polls, in milliseconds. Absent: they are short. */
	readonly roundTripMs?: number;
	/** The round trip of the earlier poll, if it differs. */
	readonly earlierRoundTripMs?: number;
	/** The reply to CONFIG GET, by setting. Absent: the server has not answered CONFIG GET. */
	readonly config?: Readonly<Record<string, string>>;
	readonly record?: Omit<RecordParts, 'info' | 'values' | 'config'>;
	readonly settings?: Partial<RuleSettings>;
	readonly thresholds?: ThresholdOverrides;
	/** The rule memory: what rules remember of the node from earlier evaluations. */
	readonly watch?: Partial<RuleMemory>;
	/**
	INFO of earlier samples, for rules that look back over ten minutes. The samples are ten seconds apart, and the last
	one is from now.
	*/
	readonly past?: readonly Sections[];
	/** When the server's TLS certificate expires, in milliseconds since the epoch. */
	readonly certificateExpiresAtMs?: number;
	readonly host?: Partial<LocalEvidence>;
	/** The records of the other nodes. */
	readonly nodes?: readonly NodeRecord[];
	/** How long the condition has held, in seconds. */
	readonly heldSeconds?: number;
};

/** The kernel's part of the evidence about a machine, for a kernel that shows nothing. */
export const emptyKernel: KernelEvidence = {
	overcommitMemory: undefined,
	transparentHugePages: undefined,
	maximumBacklog: undefined,
	totalMemoryBytes: undefined,
	availableMemoryBytes: undefined,
	totalSwapBytes: undefined,
	freeSwapBytes: undefined,
	clockSource: undefined,
};

/** The evidence of a machine on which nothing about the server is visible. */
export const emptyHost: LocalEvidence = {
	kind: 'here',
	process: undefined,
	listeners: [],
	servers: [],
	supervisor: undefined,
	oomKills: undefined,
	log: undefined,
	folder: undefined,
	kernel: emptyKernel,
	cgroup: undefined,
	gaps: [],
};

/** Makes the facts that a rule evaluates, as the monitor store would make them. */
export function factsOf(parts: FactsParts): NodeFacts {
	const {info = {}, earlier, secondsBetween = 1, config, past = [], host, nodes = [], record = {}} = parts;
	const {certificateExpiresAtMs, roundTripMs, earlierRoundTripMs} = parts;
	const timed = roundTripMs === undefined ? {} : {roundTripMs};
	const later = {
		...sampleOf(info, 600_000),
		...timed,
		...(certificateExpiresAtMs === undefined ? {} : {certificateExpiresAtMs}),
	};
	const timedBefore = earlierRoundTripMs === undefined ? timed : {roundTripMs: earlierRoundTripMs};
	const before = earlier && {...sampleOf({...info, ...earlier}, 600_000 - secondsBetween * 1000), ...timedBefore};
	const memory = {...newRuleMemory(later.atMs - 600_000), ...parts.watch};
	for (const [index, sections] of past.entries()) {
		memory.tracks.note(sampleOf({...info, ...sections}, 600_000 - (past.length - 1 - index) * 10_000));
	}

	const base: NodeRecord = {
		...recordFrom({
			atMs: later.atMs,
			...record,
			...(config === undefined ? {} : {config: {atMs: later.atMs, value: new Map(Object.entries(config))}}),
		}),
		values: nodeValues(before, later),
		replicas: replicaLinks(before, later),
	};
	const isSilent = record.failure !== undefined && Object.keys(info).length === 0;
	const complete: NodeRecord = {
		...base,
		sample: isSilent ? undefined : later,
		...(host === undefined ? {} : {host: {atMs: later.atMs, value: {...emptyHost, ...host}}}),
	};
	return new NodeFacts({
		record: complete,
		earlier: before,
		memory,
		settings: {
			...defaultRuleSettings,
			...parts.settings,
			thresholds: {...defaultRuleSettings.thresholds, ...parts.thresholds},
		},
		nowMs: later.atMs,
		nodes: new Map([complete, ...nodes].map(node => [node.address, node])),
	});
}

/**
The expected result of a rule: the severity of its finding, `clear`, or the reason why it is not evaluated. `words` must
match the finding's text or the explanation of that reason.
*/
export type Expected = Severity | 'clear' | NotEvaluated['reason'];
export type RuleCase = readonly [name: string, parts: FactsParts, expected: Expected, words?: RegExp];

const outcomeOf = (evaluation: Evaluation): Expected => {
	switch (evaluation.kind) {
		case 'fires':
			return evaluation.severity;
		case 'clear':
			return 'clear';
		case 'not-evaluated':
			return evaluation.reason;
	}
};

const wordsOf = (evaluation: Evaluation): string =>
	evaluation.kind === 'fires' ? findingText(evaluation) : evaluation.kind === 'clear' ? '' : evaluation.why;

/** Tests a rule: one test for each case, and one test that a server without any data never makes the rule fire. */
export function testRule(rule: NodeRule, cases: readonly RuleCase[]): void {
	for (const [name, parts, expected, words] of cases) {
		test(`${rule.id}: ${name}`, () => {
			const evaluation = rule.evaluate(factsOf(parts), (parts.heldSeconds ?? 0) * 1000);
			assert.equal(outcomeOf(evaluation), expected, wordsOf(evaluation));
			if (words !== undefined) {
				assert.match(wordsOf(evaluation), words);
			}

			if (evaluation.kind === 'fires') {
				assert.notEqual(evaluation.meaning, '');
				assertPrintedCommands(evaluation);
				assert.ok(evaluation.next.length > 0, 'a finding says what to do next');
			}
		});
	}

	test(`${rule.id}: a server that says nothing never makes it fire`, () => {
		assert.notEqual(rule.evaluate(factsOf({}), 0).kind, 'fires');
	});
}

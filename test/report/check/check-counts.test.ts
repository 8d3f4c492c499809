import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type {NodeAddress} from '../../../source/domain/node.js';
import {checkReport} from '../../../source/report/check/check.js';
import {checkText} from '../../../source/report/check/check-text.js';
import {ruleIds} from '../../../source/rules/all-rules.js';
import {explanations} from '../../../source/rules/explanations.js';
import type {Finding} from '../../../source/rules/finding.js';
import {everyRule} from '../../../source/rules/rule-choice.js';
import {findingOf} from '../../harness/findings.js';
import {recordFrom, sampledAtMs, stateOf} from '../../harness/records.js';

const records = ['10.0.1.11:6379', '10.0.1.12:6379', '10.0.1.13:6379'].map(address => recordFrom({address}));

const textOf = (findings: readonly Finding[]): string =>
	checkText(checkReport({...stateOf(records), findings}, sampledAtMs, {ruleChoice: everyRule, isVerbose: true}));

/** The counts of the first line: `{critical: 2, warning: 1, info: 0}`. */
function counted(text: string) {
	const [first = ''] = text.split('\n');
	const number = (noun: string) =>
		Number(new RegExp(`(\\d+) ${noun}s?\\b`).exec(first.split(' on 3 nodes')[0] ?? '')?.[1] ?? 0);
	return {critical: number('critical'), warning: number('warning'), info: number('note')};
}

/** The findings that the list below the first line has, by the severity that stands there. */
function listed(text: string) {
	const found = {critical: 0, warning: 0, info: 0};
	for (const [, severity, where] of text.matchAll(/^(critical|warning|info) {2}\S+ {2}(\S+|\d nodes) {2}/gm)) {
		const nodes = Number(/^(\d) nodes$/.exec(where ?? '')?.[1] ?? 1);
		found[severity as keyof typeof found] += nodes;
	}

	return found;
}

const severities = ['critical', 'warning', 'info'] as const;

test('the first line of check counts the findings that its list has, whatever explains what', () => {
	for (const {cause, symptoms} of explanations) {
		for (const symptom of symptoms) {
			for (const own of severities) {
				for (const felt of severities) {
					const node = records[0]?.address as NodeAddress;
					const text = textOf([
						findingOf(cause, own, node),
						...(symptom === '*' || symptom === cause ? [] : [findingOf(symptom, felt, node)]),
					]);
					assert.deepEqual(counted(text), listed(text), text);
				}
			}
		}
	}
});

test('the first line of check counts what its list has, for findings of any rules on any nodes', () => {
	const anyFinding = fc.record({
		rule: fc.constantFrom(...ruleIds),
		severity: fc.constantFrom(...severities),
		node: fc.constantFrom(...records.map(({address}) => address)),
	});
	fc.assert(
		fc.property(
			fc.uniqueArray(anyFinding, {minLength: 1, maxLength: 12, selector: ({rule, node}) => `${rule} ${node}`}),
			found => {
				const text = textOf(found.map(({rule, severity, node}) => findingOf(rule, severity, node)));
				assert.deepEqual(counted(text), listed(text), text);
			},
		),
		{numRuns: 300},
	);
});

import type {NodeAddress} from '../domain/node.js';
import {allRules, type RuleId} from '../rules/all-rules.js';
import {type Finding, findingKey} from '../rules/finding.js';
import {sanitize} from '../text/sanitize.js';
import type {Alert} from './alert.js';
import {summaryOf} from './alert.js';

/** The state that a run saves for the next run: the alerts that hold, and the findings that the webhook reported. */
export type KeptState = {
	readonly alerts: ReadonlyMap<string, Alert>;
	readonly reported: ReadonlyMap<string, Finding>;
};

const version = 1;

/**
Converts the state to plain data for a file. A finding keeps only the fields that the message about its end needs.
*/
export const keptData = ({alerts, reported}: KeptState) => ({
	version,
	alerts: [...alerts].map(([key, {labels, annotations, startsAtMs}]) => ({key, labels, annotations, startsAtMs})),
	reported: [...reported.values()].map(finding => ({
		rule: finding.rule,
		severity: finding.severity,
		node: finding.node ?? null,
		subject: finding.subject ?? null,
		sinceMs: finding.sinceMs,
		text: summaryOf({...finding, node: undefined}),
	})),
});

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const listIn = (value: unknown, name: string): readonly Fields[] => {
	const list = isFields(value) && value.version === version ? value[name] : [];
	return Array.isArray(list) ? list.filter(isFields) : [];
};

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
	isFields(value) && !Array.isArray(value) && Object.values(value).every(text => typeof text === 'string');

const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && Math.abs(Number(value)) < 8.64e15;

/** Reads the data that `keptData` wrote. Invalid parts are left out. It never throws. */
export const parseKept = (value: unknown): KeptState => ({
	alerts: new Map(
		listIn(value, 'alerts').flatMap(({key, labels, annotations, startsAtMs}) =>
			typeof key === 'string' && isTexts(labels) && isTexts(annotations) && isTime(startsAtMs)
				? [[key, {labels, annotations, startsAtMs}]]
				: [],
		),
	),
	reported: new Map(
		listIn(value, 'reported').flatMap(fields => {
			const finding = findingIn(fields);
			return finding === undefined ? [] : [[findingKey(finding), finding]];
		}),
	),
});

const ruleIds: ReadonlySet<unknown> = new Set(allRules.map(({id}) => id));

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? sanitize(value) : undefined);

function findingIn({rule, severity, node, subject, sinceMs, text}: Fields): Finding | undefined {
	const isKnown = ruleIds.has(rule) && (severity === 'critical' || severity === 'warning') && isTime(sinceMs);
	return isKnown
		? {
				rule: rule as RuleId,
				severity,
				node: textOf(node) as NodeAddress | undefined,
				subject: textOf(subject),
				sinceMs,
				clearedAtMs: undefined,
				problem: textOf(text) ?? '',
				evidence: [],
				meaning: '',
				next: [],
			}
		: undefined;
}

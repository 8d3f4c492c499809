import type {SeriesLabels} from '../parse/prometheus-reply.js';
import {promString} from './prometheus.js';

/** A condition for one label, as in a selector of PromQL. A label that a series lacks counts as empty. */
export type LabelMatcher = {
	readonly label: string;
	readonly operator: '=' | '!=' | '=~' | '!~';
	readonly value: string;
	readonly fits: (value: string) => boolean;
};

const matcherPattern = /^\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*(?:,|$)/;

/**
The matchers of `{env="prod",team=~"a|b"}`; the braces may be left out. For any other text, `problem` says what
is wrong with it and completes "--match …".

Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#instant-vector-selectors
*/
export function labelMatchers(text: string): {readonly matchers: readonly LabelMatcher[]} | {readonly problem: string} {
	let rest = text.trim().replace(/^\{([\s\S]*)\}$/, '$1');
	const matchers: LabelMatcher[] = [];
	while (rest.trim() !== '') {
		const [whole, label, operator, quoted] = matcherPattern.exec(rest) ?? [];
		const value = quoted === undefined ? undefined : unquoted(quoted);
		if (whole === undefined || label === undefined || value === undefined) {
			return {problem: `is no selector at ${JSON.stringify(rest.slice(0, 30))}; write {env="prod",team=~"a|b"}`};
		}

		if (label === '__name__') {
			return {problem: 'names a series; name labels of the servers, such as {env="prod"}'};
		}

		const fits = fitting(operator as LabelMatcher['operator'], value);
		if (fits === undefined) {
			return {problem: `has a broken regular expression: ${JSON.stringify(value)}`};
		}

		matchers.push({label, operator: operator as LabelMatcher['operator'], value, fits});
		rest = rest.slice(whole.length);
	}

	return {matchers};
}

/** The value of a quoted string in PromQL; undefined if the string contains an unknown escape. */
function unquoted(literal: string): string | undefined {
	const inside = literal.slice(1, -1);
	try {
		const text = literal.startsWith("'") ? inside.replaceAll("\\'", "'").replaceAll('"', '\\"') : inside;
		const value: unknown = JSON.parse(`"${text}"`);
		return typeof value === 'string' ? value : undefined;
	} catch {
		return undefined;
	}
}

function fitting(operator: LabelMatcher['operator'], wanted: string): LabelMatcher['fits'] | undefined {
	switch (operator) {
		case '=': {
			return value => value === wanted;
		}

		case '!=': {
			return value => value !== wanted;
		}

		default: {
			try {
				// Prometheus' expressions match the whole value.
				const pattern = new RegExp(`^(?:${wanted})$`, 's');
				return value => pattern.test(value) === (operator === '=~');
			} catch {
				return undefined;
			}
		}
	}
}

/** Whether the labels of a series fulfil all matchers. */
export const areMatched = (matchers: readonly LabelMatcher[], labels: SeriesLabels): boolean =>
	matchers.every(({label, fits}) => fits(labels[label] ?? ''));

/** The matchers as text between the braces of a PromQL selector. */
export const matchersText = (matchers: readonly LabelMatcher[]): string =>
	matchers.map(({label, operator, value}) => `${label}${operator}${promString(value)}`).join(',');

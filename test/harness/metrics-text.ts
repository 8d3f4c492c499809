/**
Parses a page of metrics to values by series. A series is written as `name{label="value"}`, with its labels sorted by
name.
*/
export function seriesOf(page: string): ReadonlyMap<string, number> {
	const series = new Map<string, number>();
	for (const line of page.split('\n').filter(text => text !== '' && !text.startsWith('#'))) {
		const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
		if (name === undefined || value === undefined) {
			throw new Error(`no line of metrics: ${line}`);
		}

		const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/g)].map(
			([, label, text]) => `${label}="${text}"`,
		);
		const key = `${name}{${pairs.sort().join(',')}}`;
		if (series.has(key)) {
			throw new Error(`twice: ${key}`);
		}

		series.set(key, Number(value.replace('+Inf', 'Infinity')));
	}

	return series;
}

/** The names of a page's series, each once. */
export const namesOf = (series: ReadonlyMap<string, number>): ReadonlySet<string> =>
	new Set([...series.keys()].map(key => key.replace(/\{.*/, '')));

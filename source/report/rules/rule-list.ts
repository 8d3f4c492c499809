import type {Threshold, ThresholdUnit} from '../../domain/threshold.js';
import {allRules, type RuleId} from '../../rules/all-rules.js';
import type {Rule} from '../../rules/rule.js';
import {bytes, percent, seconds} from '../../text/units.js';
import {wrapWords} from '../../text/wrap-words.js';

export const rulesSchema = 'redis-top/rules@1';

/** The documentation of one rule: what it looks at, when it can be wrong, and its thresholds with their sources. */
type RuleEntry = {
	readonly id: RuleId;
	/** What the rule evaluates: one node at a time, or several nodes compared. */
	readonly scope: Rule['scope'];
	readonly looksAt: string;
	readonly since: string;
	readonly falsePositives: readonly string[];
	/** How long the condition must hold before it becomes a finding, in milliseconds. */
	readonly holdsMs: number;
	readonly thresholds: ReadonlyArray<Threshold & {readonly name: string}>;
};

function entryOf(rule: (typeof allRules)[number]): RuleEntry {
	const {id, scope, docs, raiseAfterMs} = rule;
	const thresholds = Object.entries<Threshold>(rule.thresholds).map(([what, threshold]) => ({
		name: `${id}.${what}`,
		...threshold,
	}));
	return {id, scope, ...docs, holdsMs: raiseAfterMs, thresholds};
}

const entriesOf = (ids: readonly RuleId[]): readonly RuleEntry[] =>
	allRules.filter(({id}) => ids.includes(id)).map(entryOf);

const unitTexts: Readonly<Record<ThresholdUnit, (value: number) => string>> = {
	share: percent,
	ratio: value => `${value} times`,
	bytes,
	seconds,
	milliseconds: value => `${value} ms`,
	count: String,
	perSecond: value => `${value} a second`,
	perMinute: value => `${value} a minute`,
};

const thresholdText = ({name, value, unit, source}: RuleEntry['thresholds'][number]): string =>
	`${name} = ${unitTexts[unit](value)}: ${source}`;

const sinceText = (since: string): string => (since === 'any' ? 'any version' : `since ${since}`);

const holdsText = (holdsMs: number): string | undefined =>
	holdsMs === 0 ? undefined : `the condition must hold for ${seconds(holdsMs / 1000)}`;

const textWidth = 100;

function entryText(entry: RuleEntry): string {
	const holds = holdsText(entry.holdsMs);
	const remarks = [
		...(holds === undefined ? [] : [holds]),
		...entry.falsePositives.map(text => `no false alarm: ${text}`),
		...entry.thresholds.map(row => `threshold ${thresholdText(row)}`),
	];
	return [
		`${entry.id}  (${entry.scope === 'node' ? 'each node' : 'nodes compared'}, ${sinceText(entry.since)})`,
		...wrapWords(entry.looksAt, textWidth - 2).map(line => `  ${line}`),
		...remarks.flatMap(remark =>
			wrapWords(remark, textWidth - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`),
		),
	].join('\n');
}

const escapeCell = (text: string): string => text.replaceAll('|', String.raw`\|`);

function entryMarkdown(entry: RuleEntry): string {
	const holds = holdsText(entry.holdsMs);
	return [
		`### ${entry.id}`,
		'',
		`${entry.looksAt} *(${entry.scope === 'node' ? 'each node' : 'nodes compared'}, ${sinceText(entry.since)}${holds === undefined ? '' : `; ${holds}`})*`,
		...(entry.falsePositives.length === 0 ? [] : ['', ...entry.falsePositives.map(text => `- ${text}`)]),
		...(entry.thresholds.length === 0
			? []
			: [
					'',
					'| threshold | default | source |',
					'|---|---|---|',
					...entry.thresholds.map(
						({name, value, unit, source}) => `| \`${name}\` | ${unitTexts[unit](value)} | ${escapeCell(source)} |`,
					),
				]),
		'',
	].join('\n');
}

const areaTitles: Readonly<Record<string, string>> = {
	conn: 'Connections',
	srv: 'Server',
	fn: 'Functions',
	mem: 'Memory',
	key: 'Keys',
	per: 'Persistence',
	rep: 'Replication',
	cli: 'Clients',
	lat: 'Latency',
	cpu: 'Processor',
	io: 'I/O threads',
	net: 'Network',
	err: 'Errors',
	mod: 'Modules',
	sec: 'Security',
	tls: 'TLS',
	os: 'Host',
	cfg: 'Settings',
	clu: 'Cluster',
	sen: 'Sentinel',
};

const areaOf = ({id}: RuleEntry): string => id.split('.')[0] ?? '';

/** The text of `docs/rules.md`: every rule, grouped by area, such as memory or replication. */
export function rulesMarkdown(): string {
	const byArea = Map.groupBy(allRules.map(entryOf), areaOf);
	return [
		'# Health rules',
		'',
		'<!-- Written by `npm run generate` from source/rules/: change the rules there. -->',
		'',
		`redis-top has ${allRules.length} health rules. \`redis-top rules [ID]\` prints the same. The config file overrides thresholds by`,
		'their names, for all targets or for one profile. A rule whose fields a server does not give is *not evaluated*, never ok.',
		'',
		...[...byArea].flatMap(([area, entries]) => [`## ${areaTitles[area] ?? area}`, '', ...entries.map(entryMarkdown)]),
	].join('\n');
}

/** The output formats of `redis-top rules`; `text` is the default. */
export const ruleFormats = {
	text: (ids: readonly RuleId[]): string => entriesOf(ids).map(entryText).join('\n\n'),
	json: (ids: readonly RuleId[]): string => JSON.stringify({schema: rulesSchema, rules: entriesOf(ids)}, undefined, 2),
};

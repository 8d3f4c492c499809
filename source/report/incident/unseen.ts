import type {IncidentLog} from './incident-log.js';
import {enumerated, lasted, type ReportText} from './report-text.js';

/** The samples and logs that a report is made from. */
export type UnseenSource = {
	/** True for a recording; false for two samples of running servers. */
	readonly isRecording: boolean;
	/** Periods within the report without recorded samples, in milliseconds since the epoch. */
	readonly pauses: ReadonlyArray<{readonly fromMs: number; readonly toMs: number}>;
	/** Whether the report knows actions through redis-top. A recording has them; running servers do not. */
	readonly hasActions: boolean;
};

/** Largest number of unevaluated rules that are listed individually. */
const mostBlind = 12;

/** The sentences about what the report can't know, such as pauses in the recording or rules that were not evaluated. */
export function unseenIn({last, blindRules}: IncidentLog, source: UnseenSource, text: ReportText): string[] {
	const never = [...(last?.nodes.values() ?? [])].filter(({sample}) => sample === undefined);
	const {pauses, isRecording, hasActions} = source;
	return [
		...(isRecording
			? []
			: [
					'No recording: the report is of two samples taken now, and of what servers still know. It cannot say since when most conditions hold, and has no charts. redis-top record keeps what the next report needs.',
				]),
		...pauses.map(
			({fromMs, toMs}) =>
				`Nothing was recorded from ${text.time(fromMs)} to ${text.time(toMs)} UTC (${lasted(toMs - fromMs)}).`,
		),
		...(hasActions ? [] : ['Actions through redis-top are not in what was recorded.']),
		'What was done without redis-top (redis-cli, consoles, deployments) is only seen by its effects.',
		...(never.length === 0
			? []
			: [
					`${enumerated(never.map(({address}) => address))} never answered: what happened there is known from others alone.`,
				]),
		...blindSentences(blindRules),
	];
}

function blindSentences(blindRules: IncidentLog['blindRules']): string[] {
	const groups = Map.groupBy(blindRules, ({why, command}) => `${command ?? ''} ${why}`);
	const sentences = [...groups.values()].map(group => {
		const rules = [...new Set(group.map(({rule}) => rule))];
		const nodes = [...new Set(group.flatMap(({node}) => node ?? []))];
		const where = nodes.length === 0 ? '' : ` on ${enumerated(nodes, 3)}`;
		return `Not evaluated${where}: ${enumerated(rules, 6)} (${group[0]?.why ?? ''}).`;
	});
	return sentences.length <= mostBlind
		? sentences
		: [
				...sentences.slice(0, mostBlind),
				`${sentences.length - mostBlind} further reasons: redis-top check lists them.`,
			];
}

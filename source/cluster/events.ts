import type {MonitorEvent} from '../domain/event.js';
import {eventAt, type Watched} from './cluster-of.js';
import {distrustEvents, electionEvents} from './failure-report-events.js';
import {roleEvents, slotEvents} from './owner-events.js';
import type {ClusterVerdict, ClusterVerdictKind} from './verdict.js';
import {durationText} from './verdict-words.js';

/** What happened to a cluster between two comparisons of its nodes' views, in the order of cause and effect. */
export function clusterEvents(before: Watched, after: Watched): readonly MonitorEvent[] {
	return [
		...distrustEvents(before, after),
		...electionEvents(before, after),
		...roleEvents(before, after),
		...slotEvents(before, after),
		...splitEvents(before, after),
	];
}

const told: ReadonlySet<ClusterVerdictKind> = new Set([
	'views-differ',
	'split-brain',
	'fenced-primary',
	'minority',
	'no-majority',
	'owner-failed',
	'stale-node',
	'unclaimed',
]);

/** A verdict that came, once, and that it went, with how long it stood. */
function splitEvents(before: Watched, after: Watched): MonitorEvent[] {
	const event = eventAt(after);
	// Of slots or of a node there may be several; of everything else one, whoever is named first.
	const keyOf = ({kind, slots, nodes}: ClusterVerdict) =>
		`${kind} ${kind === 'minority' ? '' : (slots[0]?.first ?? (kind === 'stale-node' ? nodes[0] : ''))}`;
	const standing = (watched: Watched) =>
		new Map(watched.verdicts.filter(({kind}) => told.has(kind)).map(verdict => [keyOf(verdict), verdict]));
	const [was, is] = [standing(before), standing(after)];
	const came = [...is]
		.filter(([key]) => !was.has(key))
		.map(([, {kind, severity, text, nodes}]) => event(kind, severity === 'ok' ? 'info' : severity, nodes[0], text));
	// Without a view nothing can be said to be over.
	const ended = after.comparison.views.length === 0 ? [] : [...was].filter(([key]) => !is.has(key));
	const went = ended.map(([, {kind, sinceMs, nodes}]) =>
		event(
			`${kind}-over`,
			'info',
			nodes[0],
			`${wordsFor[kind] ?? kind} is over${sinceMs === undefined ? '' : `, after ${durationText(after.atMs - sinceMs)}`}`,
		),
	);
	return [...came, ...went];
}

const wordsFor: Readonly<Partial<Record<ClusterVerdictKind, string>>> = {
	'views-differ': 'the disagreement about slots',
	'split-brain': 'the split brain',
	'fenced-primary': 'the second ownership of its slots',
	minority: 'being cut off from the majority',
	'no-majority': 'the cluster being without a majority',
	'owner-failed': 'being without an owner for its slots',
	'stale-node': 'lagging behind the newest epoch',
	unclaimed: 'the disagreement about its slots',
};

import {systemClock} from '../../domain/clock.js';
import type {Cluster} from './cluster.js';
import {type Incident, incidents} from './incidents.js';

/** Before the first incident and after each, milliseconds; who picked one doesn't wait long for it. */
export const calmMs = (played: readonly Incident[]): number => (played.length === 1 ? 4000 : 15_000);

export type Act = {
	readonly atMs: number;
	/** The incident that begins here, `undefined` where one ends; nothing changes otherwise. */
	readonly begins?: Incident | undefined;
	readonly act?: (cluster: Cluster, nowMs: number) => void;
};

/**
One round of the incidents, in turn, with calm between them: what happens when, milliseconds from its start. The last
entry ends the round.
*/
export function roundOf(cluster: Cluster, played: readonly Incident[]): readonly Act[] {
	const acts: Act[] = [];
	let atMs = calmMs(played);
	for (const incident of played) {
		const steps = incident.steps(cluster);
		acts.push({atMs, begins: incident});
		acts.push(...steps.map(({afterMs, act}) => ({atMs: atMs + afterMs, act})));
		atMs += Math.max(0, ...steps.map(({afterMs}) => afterMs)) + 5000;
		acts.push({atMs, begins: undefined});
		atMs += calmMs(played);
	}

	return acts;
}

/** The incidents of a programme. */
export const incidentsOf = (programme: string): readonly Incident[] =>
	incidents.filter(({name}) => programme === 'all' || programme === name);

/** Plays round after round, for ever; `onActed` after each step. */
export function playIncidents(cluster: Cluster, played: readonly Incident[], onActed: () => void): void {
	const [first] = played;
	if (first === undefined) {
		return;
	}

	const round = roundOf(cluster, played);
	for (const act of round) {
		setTimeout(() => {
			if ('begins' in act) {
				cluster.incident = act.begins?.name;
			}

			act.act?.(cluster, systemClock.now());
			onActed();
		}, act.atMs).unref();
	}

	const lastsMs = Math.max(...round.map(({atMs}) => atMs));
	setTimeout(() => playIncidents(cluster, played, onActed), lastsMs).unref();
}

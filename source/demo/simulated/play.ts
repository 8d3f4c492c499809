import {systemClock} from '../../domain/clock.js';
import type {Cluster} from './cluster.js';
import {type Incident, incidents} from './incidents.js';

/**
Pause before the first incident and after each incident, in milliseconds. The pause is shorter if the user chose a
single incident.
*/
export const calmMs = (played: readonly Incident[]): number => (played.length === 1 ? 4000 : 15_000);

export type Act = {
	readonly atMs: number;
	/**
	The incident that begins at this moment. Present but undefined: an incident ends. Absent: the present incident goes
	on.
	*/
	readonly begins?: Incident | undefined;
	readonly act?: (cluster: Cluster, nowMs: number) => void;
};

/**
One round: all chosen incidents with pauses between them. Times are in milliseconds from the start of the round. The
last entry ends the round.
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

/** The incidents to play for an argument of the user: a name, `all` or `none`. */
export const incidentsOf = (programme: string): readonly Incident[] =>
	incidents.filter(({name}) => programme === 'all' || programme === name);

/** Plays rounds of the incidents for ever. Calls `onActed` after each step. */
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

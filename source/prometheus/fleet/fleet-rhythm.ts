import type {FleetQuery} from './fleet-queries.js';

/**
At which refreshes a query is asked: at every `every`-th, from the one with the number `at`. Those that are not listed are asked
at every refresh.

The work of a refresh is Prometheus' own: on two cores it takes 13 µs for each series that an expression reads, three times as
much where two names are joined. The parts are spread so that every refresh of a fleet reads about as many series.
*/
const rhythms: Readonly<Partial<Record<FleetQuery, {readonly every: number; readonly at: number}>>> = {
	behind: {every: 2, at: 0},
	evicted: {every: 2, at: 0},
	operations: {every: 2, at: 1},
	rejected: {every: 2, at: 1},
	up: {every: 4, at: 0},
	limit: {every: 4, at: 0},
	links: {every: 4, at: 0},
	info: {every: 4, at: 1},
	clients: {every: 4, at: 2},
	failures: {every: 4, at: 3},
	lost: {every: Number.POSITIVE_INFINITY, at: 0},
};

/** Whether a query's reply is kept for the refreshes at which it is not asked. Labels of `info` are kept by the list. */
export const isKept = (name: FleetQuery): boolean => name in rhythms && name !== 'lost' && name !== 'info';

/**
Whether a query is asked at a refresh. The first refresh asks everything. `down`, which returns little, stands in for `up`
between its turns.

@param refresh The number of the refresh, from 0.
*/
export function isDue(name: FleetQuery, refresh: number): boolean {
	if (name === 'down') {
		return !isDue('up', refresh);
	}

	const {every, at} = rhythms[name] ?? {every: 1, at: 0};
	return refresh === 0 || refresh % every === at;
}

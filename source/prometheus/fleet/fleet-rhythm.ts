import type {FleetQuery} from './fleet-queries.js';

/**
The refreshes at which a query is sent: every `every`-th refresh, from refresh number `at` on. Queries that are not
listed are sent at every refresh.

A refresh costs Prometheus time: on two cores 13 µs for each series that an expression reads, and three times as much
where an expression joins two metrics. The queries are spread so that all refreshes of a fleet read about equally many
series.
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

/**
Whether a query's last reply is used at the refreshes at which the query is not sent. For `info` and `lost`
this is not needed, because the list keeps the servers and their labels.
*/
export const isKept = (name: FleetQuery): boolean => name in rhythms && name !== 'lost' && name !== 'info';

/**
Whether a query is sent at a refresh. The first refresh sends all queries but `down`. At refreshes without `up`, `down`
is sent instead, because it returns few series.

@param refresh The number of the refresh, from 0.
*/
export function isDue(name: FleetQuery, refresh: number): boolean {
	if (name === 'down') {
		return !isDue('up', refresh);
	}

	const {every, at} = rhythms[name] ?? {every: 1, at: 0};
	return refresh === 0 || refresh % every === at;
}

import process from 'node:process';
import {findExecutable, findServer} from '../find-server.js';
import type {FleetPrograms} from './start-fleet.js';

/** The file names of each program: the name in Debian's package, and the name in the project's own release. */
const names = {
	exporter: ['prometheus-redis-exporter', 'redis_exporter'],
	prometheus: ['prometheus'],
	alertmanager: ['prometheus-alertmanager', 'alertmanager'],
} as const;

/**
Finds the programs of `redis-top demo fleet` on the PATH. If a program is missing, returns the names of the missing
programs. Alertmanager is optional.
*/
export function findPrograms(
	pathVariable: string | undefined = process.env.PATH,
): FleetPrograms | {readonly missing: readonly string[]} {
	const find = (of: keyof typeof names) =>
		names[of].map(name => findExecutable(name, pathVariable)).find(file => file !== undefined);
	const server = findServer(pathVariable);
	const [exporter, prometheus] = [find('exporter'), find('prometheus')];
	if (server === undefined || exporter === undefined || prometheus === undefined) {
		return {
			missing: [
				...(server === undefined ? ['redis-server or valkey-server'] : []),
				...(exporter === undefined ? ['redis_exporter'] : []),
				...(prometheus === undefined ? ['prometheus'] : []),
			],
		};
	}

	return {server, exporter, prometheus, alertmanager: find('alertmanager')};
}

import {readFile} from 'node:fs/promises';
import type {BusyProgram} from '../domain/host-evidence.js';
import {parseColonTable, parseNumberList} from '../parse/proc-text.js';

/** The processors that a process may use, by number; undefined if its status cannot be read. */
async function processorsOf(processId: number | string): Promise<ReadonlySet<number> | undefined> {
	const status = await readFile(`/proc/${processId}/status`, 'utf8').catch(() => '');
	return parseNumberList(parseColonTable(status).get('Cpus_allowed_list') ?? '');
}

/**
Adds to each program whether it is bound to the processors of the server (taskset, cpuset). On such processors a program
can be alone with the server, however many others are idle.
*/
export async function withBounds(
	programs: readonly BusyProgram[],
	server: number | undefined,
): Promise<readonly BusyProgram[]> {
	const [own, all] = server === undefined ? [] : await Promise.all([processorsOf(server), processorsOf(1)]);
	if (own === undefined || all === undefined || own.size >= all.size) {
		return programs;
	}

	return Promise.all(
		programs.map(async program => {
			const its = await processorsOf(program.processIds[0] ?? '');
			const isBound = its !== undefined && its.size > 0 && [...its].every(one => own.has(one));
			return isBound ? {...program, boundTo: own.size} : program;
		}),
	);
}

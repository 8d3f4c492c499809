import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import type {LocalEvidence} from '../domain/host-evidence.js';
import {hint, onHost} from './next-steps.js';

/**
File descriptors that the server keeps for its files and listeners, so that clients cannot use them. Source: redis
src/server.h, CONFIG_MIN_RESERVED_FDS.
*/
export const reservedFiles = 32;

/** The value of `maxclients` without a line in the config file. Source: redis src/config.c. */
const defaultClients = 10_000;

/** A limit of open files that leaves fewer clients than the config file, or the default, asks for. */
export type FileLimit = {
	readonly processId: number;
	readonly files: number;
	readonly clients: number;
	readonly asked: number;
};

/** The number of clients that the config file asks for; the default where it has no such line. */
function writtenClients(here: LocalEvidence | undefined): number {
	const written = Number(here?.configFile?.settings.get('maxclients') ?? defaultClients);
	return Number.isInteger(written) ? written : defaultClients;
}

/**
The number of clients that the server's config file asks for, if it is larger than `maxclients`: somebody set a lower one.
Undefined if the file cannot be read.
*/
export function clientsOfConfig({host}: Pick<NodeRecord, 'host'>, maxclients: number): number | undefined {
	const here = host?.value.kind === 'here' ? host.value : undefined;
	const asked = writtenClients(here);
	return here?.configFile !== undefined && asked > maxclients ? asked : undefined;
}

/**
The limit of open files from which the server takes a lower `maxclients` at its start. Undefined where the limit is high
enough or is not known. The limit of a process can be raised while it runs; `maxclients` stays until CONFIG SET.
*/
export function fileLimitOf({host}: Pick<NodeRecord, 'host'>): FileLimit | undefined {
	const here = host?.value.kind === 'here' ? host.value : undefined;
	const {openFilesLimit: files, processId = 0} = here?.process ?? {};
	const asked = writtenClients(here);
	return files === undefined || files >= asked + reservedFiles
		? undefined
		: {processId, files, clients: Math.max(0, files - reservedFiles), asked};
}

/** The limit in few words, which fit into line 2 of the screen. */
export const filesAllow = ({files, clients}: FileLimit): string => `its limit of ${files} files allows ${clients}`;

/** How to get the clients that the config asks for. The server refuses CONFIG SET maxclients above its limit of files. */
export function fileLimitSteps({processId, asked}: FileLimit): readonly NextStep[] {
	const files = asked + 2 * reservedFiles;
	return [
		hint('raise its limit of open files, then maxclients: the server refuses CONFIG SET before'),
		onHost(`prlimit --pid ${processId} --nofile=${files}`),
		hint(`then CONFIG SET maxclients ${asked}, over a connection that is open`),
		hint(`for the next start: LimitNOFILE=${files} in its unit, or ulimit -n ${files} before it`),
	];
}

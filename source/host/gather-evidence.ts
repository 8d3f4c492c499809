import {readFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {isOfNeighbour, ownListener} from '../derive/port-holder.js';
import {systemClock} from '../domain/clock.js';
import type {
	EarlierProcess,
	FoundServer,
	HostEvidence,
	Listener,
	LocalEvidence,
	LogEvidence,
	ProcessEvidence,
	SupervisorEvidence,
} from '../domain/host-evidence.js';
import type {InfoReply} from '../domain/info-reply.js';
import type {Endpoint} from '../domain/node.js';
import {parseColonTable} from '../parse/proc-text.js';
import type {RememberedPlaces} from '../parse/remembered-topology.js';
import {sanitize} from '../text/sanitize.js';
import {readConfigEvidence} from './config-evidence.js';
import {readConfigFile} from './config-file.js';
import {findConfigFile} from './config-search.js';
import {readConnectionHolders} from './connection-holders.js';
import {readDataFiles} from './data-files.js';
import {readEarlierFolder} from './earlier-folder.js';
import {findConfigMistake} from './find-config-mistake.js';
import {readFolder} from './folder-evidence.js';
import {readForegroundSave} from './foreground-save.js';
import {Gaps} from './gaps.js';
import {readCgroup, readKernelSettings} from './kernel-settings.js';
import {KnownProcesses} from './known-processes.js';
import {readLeftovers} from './leftover-files.js';
import {readLogTail} from './log-tail.js';
import {readOomKills} from './oom-kills.js';
import {isOwnEndpoint, type LookUp} from './own-address.js';
import {findHolders, listeningSockets, type ScannedProcess, scanProcesses} from './proc-files.js';
import {readProcess} from './process-evidence.js';
import {withBounds} from './processor-bounds.js';
import {readRefusedStart} from './refused-start.js';
import {supervisorOf, supervisorOfPort} from './supervisor.js';
import {readWaits} from './wait-evidence.js';

export type EvidenceRequest = {
	readonly endpoint: Endpoint;
	/** How the name of the endpoint's host is looked up; undefined: by a lookup of its own. */
	readonly lookUp?: LookUp | undefined;
	/** The server's last INFO, however old. It names the process and the places of the files. */
	readonly info: InfoReply | undefined;
	/** When that INFO arrived, milliseconds since the epoch. */
	readonly infoAtMs?: number | undefined;
	/**
	The previous evidence about the same server, with its time. It still has facts that disappear in a crash, such as the
	process.
	*/
	readonly before?: {readonly atMs: number; readonly value: HostEvidence} | undefined;
	/** What an earlier session of redis-top knew of the server. */
	readonly remembered?: RememberedPlaces | undefined;
	/** CONFIG GET `dir` and `logfile`; undefined where they were not read. */
	readonly config: ReadonlyMap<string, string> | undefined;
	/** Whether the server admits no more clients. The holders of its connections are then read from the kernel. */
	readonly isFull?: boolean | undefined;
	/** What the previous gatherings read of this machine's processes. Default: nothing, so that everything is read. */
	readonly known?: KnownProcesses | undefined;
	/** The present wall time, milliseconds since the epoch. */
	readonly nowMs: number;
};

/**
Gathers what this machine shows of the server at an endpoint: process, socket, supervisor, files and kernel settings. It
only reads and changes nothing. A fact that cannot be read is a gap with its reason. Never rejects.
*/
export async function gatherEvidence(request: EvidenceRequest): Promise<HostEvidence> {
	if (process.platform !== 'linux') {
		return {kind: 'unavailable', why: `processes can be looked at on Linux only, and this is ${process.platform}`};
	}

	if (!(await isOwnEndpoint(request.endpoint, request.lookUp))) {
		return {kind: 'elsewhere', why: 'the address is not one of this machine'};
	}

	const gaps = new Gaps();
	const {endpoint, known = new KnownProcesses()} = request;
	const isWanted = (socket: Pick<Listener, 'address' | 'port'>) =>
		endpoint.kind === 'unix' ? socket.port === 0 && socket.address === endpoint.path : socket.port === endpoint.port;
	const [{processes, scannedAtMs}, sockets, kernel] = await Promise.all([
		// On a busy machine the scan ends long after `nowMs`.
		scanProcesses(gaps, known).then(found => ({processes: found, scannedAtMs: systemClock.elapsed()})),
		listeningSockets(gaps),
		readKernelSettings(gaps),
	]);
	const {listeners: found, servers} = await findHolders(processes, sockets, isWanted, gaps, known);
	const listeners = found.filter(listener => !isOfNeighbour(listener, endpoint, request.before?.value));
	const dead = processes.find(({state, processId}) => state === 'zombie' && processId === namedProcess(request));
	const processId = (await serverProcess(request, listeners, servers)) ?? dead?.processId;
	const isFull = request.isFull === true && endpoint.kind === 'tcp';
	const connectionHolders = isFull ? await readConnectionHolders(endpoint.port, processes) : undefined;
	const busyPrograms = known.use
		.since(
			processes.filter(one => one.processId !== process.pid && !one.isKernelThread),
			scannedAtMs,
		)
		.filter(({processIds}) => !isOwn(processes, processIds[0], processId));
	return {
		...(await aboutProcess({request, processId, listeners, servers, kernel, gaps})),
		connectionHolders,
		...(busyPrograms.length > 0 ? {busyPrograms: await withBounds(busyPrograms, processId)} : {}),
		largest: largestOf(processes, processId),
	};
}

/** The process besides the server, its children and redis-top that takes most memory; undefined if none is seen. */
function largestOf(processes: readonly ScannedProcess[], server: number | undefined): LocalEvidence['largest'] {
	let most: ScannedProcess | undefined;
	for (const one of processes) {
		const isOther = ![process.pid, server].includes(one.processId) && (server === undefined || one.parentId !== server);
		most = isOther && one.residentBytes > (most?.residentBytes ?? 0) ? one : most;
	}

	return most && {processName: most.name, processId: most.processId, residentBytes: most.residentBytes};
}

/** Whether a process is the server, or a child of it that saves. */
const isOwn = (processes: readonly ScannedProcess[], busy: number | undefined, server: number | undefined): boolean =>
	server !== undefined &&
	(busy === server || processes.some(({processId, parentId}) => processId === busy && parentId === server));

const namedProcess = ({info}: Pick<EvidenceRequest, 'info'>): number | undefined =>
	info?.number('server', 'process_id');

/** The server process that listens at the endpoint, else the process that INFO named if it still is a server. */
async function serverProcess(
	{info, endpoint}: EvidenceRequest,
	listeners: readonly Listener[],
	servers: readonly FoundServer[],
): Promise<number | undefined> {
	const holder = ownListener({listeners, servers}, endpoint, namedProcess({info}));
	if (holder?.processId !== undefined) {
		return holder.processId;
	}

	// redis-top can't see which process of another user holds a socket. The port in the process title then identifies the
	// server.
	const port = endpoint.kind === 'tcp' ? endpoint.port : undefined;
	const titled = servers.filter(({title, listens}) => listens.length === 0 && title?.endsWith(`:${port}`));
	if (titled.length === 1) {
		return titled[0]?.processId;
	}

	// A server that closed its port may still be running, as a zombie or while it shuts down. INFO of a server in a
	// container names its process id inside the container, which is the last number of `NSpid`.
	const named = namedProcess({info});
	for (const server of named === undefined ? [] : servers.filter(({listens}) => listens.length === 0)) {
		const status = await readFile(`/proc/${server.processId}/status`, 'utf8').catch(() => '');
		if (parseColonTable(status).get('NSpid')?.split(/\s+/).at(-1) === String(named)) {
			return server.processId;
		}
	}

	return undefined;
}

const lastFolder = ({before}: EvidenceRequest): string | undefined =>
	before?.value.kind === 'here' ? before.value.folder?.path : undefined;

type Found = Pick<LocalEvidence, 'listeners' | 'servers' | 'kernel'> & {
	readonly request: EvidenceRequest;
	readonly processId: number | undefined;
	readonly gaps: Gaps;
};

async function aboutProcess({request, processId, listeners, servers, kernel, gaps}: Found): Promise<LocalEvidence> {
	const {endpoint, nowMs} = request;
	const port = endpoint.kind === 'tcp' ? endpoint.port : undefined;
	const found = processId === undefined ? undefined : await readProcess(processId, gaps);
	const seenBefore = request.before?.value.kind === 'here' ? request.before.value : undefined;
	const supervisor =
		found === undefined
			? await supervisorOfPort(port, seenBefore?.supervisor, gaps)
			: await supervisorOf(found.evidence.processId, gaps);
	const settings = await settingsOf(request, found === undefined);
	// A relative `dir` of a config file starts at the folder in which the server was started.
	const isPlace = settings.dir !== undefined && path.isAbsolute(settings.dir);
	const folder = found?.evidence.workingFolder ?? (isPlace ? settings.dir : undefined) ?? lastFolder(request);
	const log = await readLogTail(
		{
			logFile: settings.logfile,
			isFileRead: settings.fileRead !== undefined,
			folder,
			processId: found?.evidence.processId,
			supervisor,
			earlierSource: seenBefore?.log?.source ?? request.remembered?.log,
		},
		gaps,
	);
	// A server in a container has its config file elsewhere. Of a process that has ended, the evidence before it tells.
	const hasOwnRoot =
		found === undefined
			? seenBefore !== undefined && (seenBefore.process?.hasOwnRoot ?? seenBefore.configFile === undefined)
			: found.evidence.hasOwnRoot;
	// A server that turns redis-top away has sent no INFO: an earlier session may know its file.
	const configName =
		request.info === undefined ? found && request.remembered?.config : request.info.text('server', 'config_file');
	const configFile = await readConfigEvidence(configName, hasOwnRoot, gaps);
	return {
		kind: 'here',
		process: found?.evidence,
		earlierProcess: earlierProcessOf(request, found?.evidence, log),
		listeners,
		servers,
		supervisor,
		oomKills: await readOomKills(nowMs, gaps),
		log,
		folder:
			folder === undefined
				? gaps.add('dir', folderUnknown(settings))
				: await readFolder(folder, found?.evidence.processId, found?.rights, gaps),
		leftovers:
			folder === undefined || found === undefined
				? undefined
				: await readLeftovers(folder, found.evidence.processId, found.evidence.startedAtMs),
		foregroundSave:
			folder === undefined || found === undefined ? undefined : await readForegroundSave(folder, found.evidence),
		dataFiles:
			folder === undefined || found === undefined
				? undefined
				: await readDataFiles(folder, request.config?.get('dbfilename') ?? 'dump.rdb', found.evidence.processId),
		earlierFolder: found === undefined ? undefined : await readEarlierFolder(request, folder, found.evidence),
		configFile,
		configMistake:
			found === undefined
				? await mistakeOf(request, {named: configFile?.path, searched: settings.configFile, supervisor})
				: undefined,
		kernel,
		cgroup: found === undefined ? undefined : await readCgroup(found.evidence.processId, gaps),
		waits: found === undefined ? undefined : await readWaits(found.evidence.processId, folder),
		visits: request.remembered?.visits,
		gaps: gaps.list(),
	};
}

/** Where the mistake for which a server does not start is looked for. */
type MistakeSources = {
	/** The config file that the server named. */
	readonly named: string | undefined;
	/** The config file that was found by the server's port. */
	readonly searched: string | undefined;
	readonly supervisor: SupervisorEvidence | undefined;
};

/**
The line of the config file that the last start of a server refused, else the first mistake in it. A file counts that was
read while the process ran, that an earlier session read then, or that was found on this machine by the server's port.
*/
async function mistakeOf(
	{before, remembered}: EvidenceRequest,
	{named, searched, supervisor}: MistakeSources,
): Promise<LocalEvidence['configMistake']> {
	const known = (before === undefined ? undefined : named) ?? remembered?.config;
	const file = known ?? searched;
	const refused = file === undefined ? undefined : await readRefusedStart(file, supervisor);
	const mistake = file === undefined || refused !== undefined ? refused : await findConfigMistake(file);
	if (mistake === undefined || known !== undefined) {
		return mistake;
	}

	// A file that was found by its port may be of another server. Only its change since the last start speaks against it.
	const {isMissingFolder: _, ...changed} = mistake;
	return changed;
}

/**
The start of a log line with its writer's process id: `4242:M 24 Nov 2026 …`. A line with the letter `C` does not match,
because a child process of the server wrote it.
*/
const logWriter = /^(\d+):[MSX] /;

/**
Whether the process is in a container. In a container, INFO and the log give another process id than this machine.
*/
const isInContainer = (process: ProcessEvidence | undefined): boolean =>
	process !== undefined && (process.hasOwnRoot || process.namespaceProcessId !== process.processId);

/** The process that served before the present one: from the previous evidence, else from INFO or the log. */
function earlierProcessOf(
	{before, info, infoAtMs}: EvidenceRequest,
	process: ProcessEvidence | undefined,
	log: LogEvidence | undefined,
): EarlierProcess | undefined {
	const last = before?.value.kind === 'here' ? before.value : undefined;
	if (last?.process !== undefined && last.process.processId !== process?.processId) {
		return {processId: last.process.processId, seenAtMs: before?.atMs};
	}

	if (last?.earlierProcess !== undefined) {
		return last.earlierProcess;
	}

	// A server in a container says process id 1, which is another process on the host.
	const isAnother = (processId: number) => processId > 1 && processId !== process?.processId;
	const named = namedProcess({info});
	if (isInContainer(process)) {
		return undefined;
	}

	if (named !== undefined && isAnother(named) && process === undefined) {
		return {processId: named, seenAtMs: infoAtMs};
	}

	const writers = (log?.lines ?? []).map(line => Number(logWriter.exec(line)?.[1] ?? Number.NaN));
	const writer = writers.findLast(isAnother);
	return writer === undefined ? undefined : {processId: writer, seenAtMs: undefined};
}

/**
The server's `dir` and `logfile`: from CONFIG GET, else from its config file, else from the config file on this machine
that names its port.
*/
async function settingsOf(
	{endpoint, info, config, remembered}: EvidenceRequest,
	hasEnded: boolean,
): Promise<{
	readonly dir: string | undefined;
	readonly logfile: string | undefined;
	/** The path of the config file that was searched for. */
	readonly configFile?: string | undefined;
	/** The config file that was read, named by INFO or searched for; undefined where none was needed, or found. */
	readonly fileRead?: string | undefined;
}> {
	const told = {dir: config?.get('dir'), logfile: config?.get('logfile')};
	if (told.dir !== undefined && told.logfile !== undefined) {
		return told;
	}

	const named = info?.text('server', 'config_file') ?? (hasEnded ? remembered?.config : undefined);
	const own = named !== undefined && path.isAbsolute(named) ? await readConfigFile(named) : undefined;
	const searched = own?.kind === 'read' || !hasEnded ? undefined : await findConfigFile(endpoint);
	const settings = own?.kind === 'read' ? own.settings : searched?.settings;
	return {
		dir: told.dir ?? settings?.get('dir'),
		logfile: told.logfile ?? settings?.get('logfile'),
		configFile: searched?.path,
		fileRead: own?.kind === 'read' ? named : searched?.path,
	};
}

/** Why the folder of a server is not known: where its config file names none, the server uses the one it was started in. */
const folderUnknown = ({
	dir,
	fileRead: file,
}: {
	readonly dir?: string | undefined;
	readonly fileRead?: string | undefined;
}) =>
	file === undefined
		? 'no process, no CONFIG GET dir and no config file name it'
		: `${sanitize(file)} ${dir === undefined ? 'names none: it is' : `names ${dir}, which begins at`} the folder in which the server was started`;

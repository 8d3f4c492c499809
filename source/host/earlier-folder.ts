import type {EarlierFolderEvidence, HostEvidence, LocalEvidence, ProcessEvidence} from '../domain/host-evidence.js';
import type {InfoReply} from '../domain/info-reply.js';
import type {Endpoint} from '../domain/node.js';
import {readConfigFile} from './config-file.js';
import {findConfigFileOf} from './config-search.js';
import {readDataFiles} from './data-files.js';

/** What is known of the server and of its previous process. */
type Request = {
	readonly endpoint: Endpoint;
	readonly info: InfoReply | undefined;
	readonly config: ReadonlyMap<string, string> | undefined;
	readonly before?: {readonly value: HostEvidence} | undefined;
	readonly remembered?: {readonly folder?: string | undefined} | undefined;
};

/**
The data files in the folder of the server's previous process, if the present process uses another folder. Undefined
while the process is the same: it may have another folder only because `dir` was changed at run time.
*/
export async function readEarlierFolder(
	request: Request,
	folder: string | undefined,
	process: ProcessEvidence,
): Promise<EarlierFolderEvidence | undefined> {
	const {before, remembered, config} = request;
	const last = before?.value.kind === 'here' ? before.value : undefined;
	const isSameProcess = last?.process?.processId === process.processId;
	const earlier = isSameProcess ? last?.earlierFolder?.path : (last?.folder?.path ?? remembered?.folder);
	if (earlier === undefined || folder === undefined || earlier === folder) {
		return undefined;
	}

	return {
		path: earlier,
		files: await readDataFiles(earlier, config?.get('dbfilename') ?? 'dump.rdb', process.processId),
		configFile: await leftConfigFile(request, last, earlier, process),
	};
}

/** The config file of the previous process, if the present one has none or another one. A container has other paths. */
async function leftConfigFile(
	{endpoint, info}: Request,
	last: LocalEvidence | undefined,
	folder: string,
	{processId, hasOwnRoot}: ProcessEvidence,
): Promise<EarlierFolderEvidence['configFile']> {
	const present = info?.text('server', 'config_file');
	if (present === undefined || hasOwnRoot) {
		return undefined;
	}

	const isSameProcess = last?.process?.processId === processId;
	const seen = isSameProcess ? last?.earlierFolder?.configFile?.path : last?.configFile?.path;
	const file = seen ?? (await findConfigFileOf(endpoint, folder));
	const read = file === undefined ? undefined : await readConfigFile(file);
	return file === undefined || file === present || read?.kind !== 'read'
		? undefined
		: {path: file, setsPassword: (read.settings.get('requirepass') ?? '') !== ''};
}

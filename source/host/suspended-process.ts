import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {ProcessState, Suspension} from '../domain/host-evidence.js';
import {parseCgroups, parseProcessStat} from '../parse/proc-text.js';
import {groupAndParents} from './kernel-settings.js';

const wordIn = async (file: string): Promise<string> => (await readFile(file, 'utf8').catch(() => '')).trim();

type Suspended = {
	readonly processId: number;
	readonly state: ProcessState;
	/** The parsed `/proc/PID/status`. */
	readonly status: ReadonlyMap<string, string>;
};

/** What keeps a process from running; undefined where nothing keeps it, or where that cannot be read. */
export const readSuspension = async (suspended: Suspended): Promise<Suspension | undefined> =>
	(await frozenGroup(suspended.processId)) ?? (await attachedDebugger(suspended));

/** A debugger holds a process only while the process is stopped. strace also attaches, but lets the process run. */
async function attachedDebugger({state, status}: Suspended): Promise<Suspension | undefined> {
	const processId = Number(status.get('TracerPid') ?? 0);
	if (state !== 'stopped' || !(processId > 0)) {
		return undefined;
	}

	const {name} = parseProcessStat(await wordIn(`/proc/${processId}/stat`));
	return {kind: 'debugger', processId, name: name === '' ? 'a debugger' : name};
}

/** Where control groups version 2 are mounted. The second path is used when version 1 is mounted as well. */
const unifiedRoots = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];

async function frozenGroup(processId: number): Promise<Suspension | undefined> {
	const {unified, freezer} = parseCgroups(await wordIn(`/proc/${processId}/cgroup`));
	const places = [
		...(unified === undefined
			? []
			: unifiedRoots.flatMap(root =>
					groupAndParents(root, unified).map(folder => ({root, folder, name: 'cgroup.freeze', value: '0'})),
				)),
		...(freezer === undefined
			? []
			: groupAndParents('/sys/fs/cgroup/freezer', freezer).map(folder => ({
					root: '/sys/fs/cgroup/freezer',
					folder,
					name: 'freezer.self_freezing',
					value: 'THAWED',
				}))),
	];
	for (const {root, folder, name, value} of places) {
		if ((await wordIn(path.join(folder, name))) === '1') {
			return {
				kind: 'frozen-group',
				group: `/${path.relative(root, folder)}`,
				file: path.join(folder, value === '0' ? name : 'freezer.state'),
				value,
			};
		}
	}

	return undefined;
}

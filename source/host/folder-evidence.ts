import {readFile, stat, statfs} from 'node:fs/promises';
import path from 'node:path';
import type {FolderEvidence} from '../domain/host-evidence.js';
import {isReadOnlyMount} from '../parse/proc-text.js';
import {sanitize} from '../text/sanitize.js';
import type {Gaps} from './gaps.js';
import type {ProcessRights} from './process-evidence.js';

/**
Whether a process may create files in a folder: write and search permission by owner, group and others. Access
control lists are not read.
*/
export function mayWrite(
	{mode, uid, gid}: {readonly mode: number; readonly uid: number; readonly gid: number},
	rights: ProcessRights,
): boolean {
	if (rights.overrides) {
		return true;
	}

	const shift = rights.userId === uid ? 6 : rights.groupIds.has(gid) ? 3 : 0;
	return ((mode >> shift) & 0b011) === 0b011;
}

/**
The state of a folder that a server saves into: free space, and whether the server's user may write there. The folder
is read through the process' own root where possible, because a container's /data is not the machine's.
*/
export async function readFolder(
	folder: string,
	processId: number | undefined,
	rights: ProcessRights | undefined,
	gaps: Gaps,
): Promise<FolderEvidence | undefined> {
	const seen = await placeSeen(folder, processId, gaps);
	if (seen === undefined) {
		return undefined;
	}

	if (seen === missing) {
		return missingFolder(folder);
	}

	const space = await gaps.reading('disk space of dir', () => statfs(seen));
	const facts = await gaps.reading('rights of dir', () => stat(seen));
	const mounts = processId === undefined ? '' : await readFile(`/proc/${processId}/mountinfo`, 'utf8').catch(() => '');
	return {
		path: sanitize(folder),
		freeBytes: space === undefined ? undefined : space.bavail * space.bsize,
		totalBytes: space === undefined ? undefined : space.blocks * space.bsize,
		freeInodes: space === undefined || space.files === 0 ? undefined : space.ffree,
		isWritable: facts === undefined || rights === undefined ? undefined : mayWrite(facts, rights),
		rights: facts === undefined ? undefined : `${facts.uid}:${facts.gid} ${(facts.mode & 0o7777).toString(8)}`,
		isReadOnlyMount: isReadOnlyMount(mounts, folder),
	};
}

/** The suffix that the kernel adds to the path of a working folder that was removed. Source: proc(5), /proc/PID/cwd. */
const removedMark = / \(deleted\)$/;

const missingFolder = (folder: string): FolderEvidence => ({
	path: sanitize(folder.replace(removedMark, '')),
	freeBytes: undefined,
	totalBytes: undefined,
	freeInodes: undefined,
	isWritable: undefined,
	rights: undefined,
	isReadOnlyMount: undefined,
	isMissing: true,
});

const missing = Symbol('missing');

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/**
The path by which redis-top reaches the process' folder; `missing` where the folder was removed; undefined where its
path is relative.
*/
async function placeSeen(
	folder: string,
	processId: number | undefined,
	gaps: Gaps,
): Promise<string | typeof missing | undefined> {
	if (!path.isAbsolute(folder)) {
		return gaps.add('dir', 'its path is relative to the server');
	}

	if (processId === undefined) {
		// Without a process, the path is read as a path of this machine, although the server may run in a container.
		return folder;
	}

	const isRemoved = await stat(`/proc/${processId}/cwd/`).then(
		({nlink}) => nlink === 0 && removedMark.test(folder),
		() => false,
	);
	if (isRemoved) {
		return missing;
	}

	const root = `/proc/${processId}/root`;
	try {
		await stat(`${root}${folder}`);
		return `${root}${folder}`;
	} catch (error) {
		// A zombie process has no root any more, so a missing folder proves nothing.
		const isRootThere = await stat(`${root}/`).then(
			() => true,
			() => false,
		);
		return codeOf(error) === 'ENOENT' && isRootThere ? missing : folder;
	}
}

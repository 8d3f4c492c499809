import type {FolderEvidence} from '../domain/host-evidence.js';

/** Why a server cannot create files in its folder, `dir`; undefined when no reason is known. */
export function folderObstacle({isMissing, isReadOnlyMount, isWritable, rights}: FolderEvidence): string | undefined {
	if (isMissing === true) {
		return 'the folder is gone';
	}

	if (isReadOnlyMount === true) {
		return 'its file system is read-only';
	}

	return isWritable === false ? `its user has no right to (${rights ?? '-'})` : undefined;
}

import {randomBytes} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {makeFolderSync} from '../host/own-folders.js';

const saltBytes = 32;
const saltFile = 'recording-salt';

/**
The secret key from which this user's pseudonyms are computed. The first recording writes the key to the state folder.
If the folder can't be written, each run has a new key and therefore other pseudonyms.
*/
export function recordingSalt(folder: string): Buffer {
	const file = path.join(folder, saltFile);
	const known = readSalt(file);
	if (known !== undefined) {
		return known;
	}

	const salt = randomBytes(saltBytes);
	try {
		makeFolderSync(folder);
		writeFileSync(file, salt, {mode: 0o600, flag: 'wx'});
	} catch {
		// Another redis-top may have written its key first.
		return readSalt(file) ?? salt;
	}

	return salt;
}

function readSalt(file: string): Buffer | undefined {
	try {
		const salt = readFileSync(file);
		return salt.length === saltBytes ? salt : undefined;
	} catch {
		return undefined;
	}
}

import {accessSync, constants, statSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** The path of the first executable file with this name in the folders of the PATH. Undefined if no folder has one. */
export function findExecutable(name: string, pathVariable: string | undefined): string | undefined {
	return (pathVariable ?? '')
		.split(path.delimiter)
		.filter(directory => path.isAbsolute(directory))
		.map(directory => path.join(directory, name))
		.find(isExecutable);
}

/**
The path of the server program for the demo: `REDIS_TOP_SERVER`, else redis-server or valkey-server on the PATH.
Undefined if neither exists, or if the file that `REDIS_TOP_SERVER` names can't be executed.
*/
export function findServer(
	pathVariable: string | undefined,
	named: string | undefined = process.env.REDIS_TOP_SERVER,
): string | undefined {
	if (named !== undefined && named !== '') {
		return isExecutable(named) ? named : undefined;
	}

	return findExecutable('redis-server', pathVariable) ?? findExecutable('valkey-server', pathVariable);
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}

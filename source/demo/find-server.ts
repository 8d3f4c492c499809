import {accessSync, constants, statSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** The first file of that name on the path that may be executed, undefined without one. */
export function findExecutable(name: string, pathVariable: string | undefined): string | undefined {
	return (pathVariable ?? '')
		.split(path.delimiter)
		.filter(directory => path.isAbsolute(directory))
		.map(directory => path.join(directory, name))
		.find(isExecutable);
}

/**
The server the demo runs: the one `REDIS_TOP_SERVER` names, else redis-server or valkey-server of the PATH. Undefined
when there is none, or when the named one may not be executed.
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

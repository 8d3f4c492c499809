import {accessSync, constants, readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {homeFolder} from '../host/home-folder.js';
import {cacheFolder} from '../host/own-folders.js';

/** The path of the first executable file with this name in the folders of the PATH. Undefined if no folder has one. */
export function findExecutable(name: string, pathVariable: string | undefined): string | undefined {
	return (pathVariable ?? '')
		.split(path.delimiter)
		.filter(directory => path.isAbsolute(directory))
		.map(directory => path.join(directory, name))
		.find(isExecutable);
}

/**
The path of the server program for the demo: `REDIS_TOP_SERVER`, else redis-server or valkey-server on the PATH, else one
that the project's script has fetched into the cache. Undefined if none exists, or if the file that `REDIS_TOP_SERVER`
names can't be executed.

@param cache The folder of fetched servers, with `NAME/bin/redis-server` or `NAME/bin/valkey-server`.
*/
export function findServer(
	pathVariable: string | undefined,
	named: string | undefined = process.env.REDIS_TOP_SERVER,
	cache: string = path.join(cacheFolder(process.env, homeFolder()), 'servers'),
): string | undefined {
	if (named !== undefined && named !== '') {
		return isExecutable(named) ? named : undefined;
	}

	return (
		findExecutable('redis-server', pathVariable) ?? findExecutable('valkey-server', pathVariable) ?? cachedServer(cache)
	);
}

/** The newest fetched server, one of Redis if there is one: the folders are called `redis-8.0`, `valkey-9.1`. */
function cachedServer(folder: string): string | undefined {
	const names = namesIn(folder).toSorted((a, b) => b.localeCompare(a, 'en', {numeric: true}));
	return ['redis', 'valkey']
		.flatMap(product =>
			names
				.filter(name => name.startsWith(`${product}-`))
				.map(name => path.join(folder, name, 'bin', `${product}-server`)),
		)
		.find(isExecutable);
}

function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}

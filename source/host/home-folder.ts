import os from 'node:os';

/**
The user's home folder. A user id that the system doesn't know, with `HOME` not set (a container's, often), has none: then
it is a path under which nothing can be made, so that what needs a home says it can't have one.
*/
export function homeFolder(): string {
	try {
		return os.homedir();
	} catch {
		return '/dev/null';
	}
}

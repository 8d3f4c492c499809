import os from 'node:os';

/**
The user's home folder. In many containers, a user has neither `HOME` nor an id that the system knows, and thus no home
folder. The returned path is then one under which no folder can be made. Code that needs a folder there then reports
that this folder cannot be made.
*/
export function homeFolder(): string {
	try {
		return os.homedir();
	} catch {
		return '/dev/null';
	}
}

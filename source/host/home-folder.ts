import os from 'node:os';

/**
The user's home folder. A user without `HOME` whose id the system doesn't know has no home folder, as in many
containers. The path is then a path under which no folder can be made. Code that needs a folder in the home folder then
reports that this folder cannot be made.
*/
export function homeFolder(): string {
	try {
		return os.homedir();
	} catch {
		return '/dev/null';
	}
}

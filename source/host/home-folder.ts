import os from 'node:os';

/**
The user's home folder. A user id that the system does not know and that has no `HOME`, as in many containers, has no
home. For such a user the path is one under which no folder can be made. Whatever needs a home folder then reports
that it cannot be made.
*/
export function homeFolder(): string {
	try {
		return os.homedir();
	} catch {
		return '/dev/null';
	}
}

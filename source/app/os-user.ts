import os from 'node:os';

/** The operating system's user name. It is `uid N` for a user without an entry in /etc/passwd, as in containers. */
export function osUser(): string {
	try {
		return os.userInfo().username;
	} catch {
		return `uid ${process.getuid?.() ?? '-'}`;
	}
}

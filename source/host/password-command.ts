import {spawn} from 'node:child_process';

/** Longest run of the program, milliseconds: a password manager may ask a person for a passphrase. */
const patienceMs = 60_000;

/** Longest output in bytes; no password is longer. */
const longestOutput = 65_536;

/**
Runs a program that prints a password, without a shell. The program shares redis-top's stdin and stderr, so that it
can ask for a passphrase. Resolves with the first line of its output. Never rejects. An error text never quotes the
output, which may be a secret.
*/
export function passwordFrom(
	[program = '', ...args]: readonly string[],
	timeoutMs: number = patienceMs,
): Promise<{readonly password: string} | {readonly why: string}> {
	return new Promise(resolve => {
		const child = spawn(program, args, {stdio: ['inherit', 'pipe', 'inherit'], windowsHide: true});
		let output = '';
		let isLate = false;
		const timer = setTimeout(() => {
			isLate = true;
			child.kill('SIGKILL');
		}, timeoutMs);
		child.stdout.setEncoding('utf8');
		child.stdout.on('data', (text: string) => {
			output = (output + text).slice(0, longestOutput);
		});
		child.once('error', error => {
			clearTimeout(timer);
			const code = 'code' in error ? String(error.code) : 'unknown';
			resolve({why: code === 'ENOENT' ? `there is no program ${program}` : `${program} can't be run: ${code}`});
		});
		child.once('close', (code, signal) => {
			clearTimeout(timer);
			const [password = ''] = output.split(/\r?\n/, 1);
			if (isLate) {
				resolve({why: `${program} did not end within ${timeoutMs / 1000} s`});
			} else if (code !== 0) {
				resolve({why: `${program} ended with ${signal ?? `exit code ${code}`}`});
			} else {
				resolve(password === '' ? {why: `${program} printed no password`} : {password});
			}
		});
	});
}

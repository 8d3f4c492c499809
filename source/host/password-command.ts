import {spawn} from 'node:child_process';

/** A password manager may ask a person for a passphrase, milliseconds. */
const patienceMs = 60_000;

/** No password is longer, bytes. */
const longestOutput = 65_536;

/**
Runs a program for the password that it prints: without a shell, and with our stdin and stderr, so that it can ask.
Resolves with the first line of its output. Never rejects, and never tells what else it printed: that may be a secret.
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

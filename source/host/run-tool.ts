import {execFile} from 'node:child_process';
import process from 'node:process';
import {sanitize} from '../text/sanitize.js';

export type ToolResult =
	| {readonly kind: 'done'; readonly text: string}
	/** It isn't installed. */
	| {readonly kind: 'absent'}
	| {readonly kind: 'failed'; readonly why: string};

/** A tool that hangs must not keep the rest of the evidence waiting, milliseconds. */
const toolTimeoutMs = 2000;

/** More than any of the questions asked here brings, bytes. */
const mostOutput = 1_000_000;

/**
Runs a system tool that only reads: `systemctl show`, `docker inspect`, `journalctl`. It gets no shell, at most two
seconds, and none of the passwords in our environment. Never rejects.
*/
export function runTool(file: string, args: readonly string[]): Promise<ToolResult> {
	const {PATH, HOME, DOCKER_HOST, XDG_RUNTIME_DIR} = process.env;
	return new Promise(resolve => {
		const options = {
			timeout: toolTimeoutMs,
			killSignal: 'SIGKILL' as const,
			maxBuffer: mostOutput,
			env: {LC_ALL: 'C', SYSTEMD_PAGER: '', PATH, HOME, DOCKER_HOST, XDG_RUNTIME_DIR},
		};
		execFile(file, [...args], options, (error, stdout, stderr) => {
			if (error === null) {
				resolve({kind: 'done', text: stdout.length > 0 ? stdout : stderr});
			} else if (error.code === 'ENOENT') {
				resolve({kind: 'absent'});
			} else {
				const [words = ''] = stderr.trim().split('\n');
				resolve({
					kind: 'failed',
					why: error.killed === true ? `${file} did not answer in 2 s` : sanitize(words || error.message),
				});
			}
		});
	});
}

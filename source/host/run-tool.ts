import {execFile} from 'node:child_process';
import process from 'node:process';
import {sanitize} from '../text/sanitize.js';

export type ToolResult =
	| {readonly kind: 'done'; readonly text: string}
	/** The tool is not installed. */
	| {readonly kind: 'absent'}
	| {readonly kind: 'failed'; readonly why: string};

/** Longest run of a tool, milliseconds. A tool that hangs must not delay the other evidence. */
const toolTimeoutMs = 2000;

/** Longest output in bytes; the tools used here print less. */
const mostOutput = 1_000_000;

/**
Runs a system tool that only reads, such as `systemctl show`, `docker inspect` or `journalctl`. The tool runs without
a shell, for two seconds at most, and without the passwords of redis-top's environment. Never rejects.
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

import assert from 'node:assert/strict';
import type {Firing} from '../../source/domain/finding.js';
import {messageText} from '../../source/domain/message.js';

const word = String.raw`(?:'[^']*'|[^\s']+)+`;
/** `-h 10.0.1.11 -p 6379 --tls --user monitor --askpass`, each part where it is needed. */
const connection = `(?: -h ${word} -p \\d+| -s ${word})?(?: --tls)?(?: --user ${word})?(?: --askpass)?`;
/** Modes of redis-cli that take the place of a command. Source: `redis-cli --help`. */
const modes = String.raw`--(?:bigkeys|memkeys|hotkeys|latency|latency-history|latency-dist|stat|rdb|pipe)\b.*`;

const plain = new RegExp(`^(?:redis|valkey)-cli${connection} (?:${modes}|[A-Za-z].*)$`, 's');
/** The manager of clusters takes its node as an argument, and refuses -h and -p before it. */
const cluster = new RegExp(
	`^(?:redis|valkey)-cli(?: --tls)?(?: --user ${word})?(?: --askpass)? --cluster (?:check|fix|rebalance|info) ${word}:\\d+(?: --cluster-[a-z-]+)*$`,
);

/** Whether redis-cli takes a command line in the form in which it is printed. */
export const isRedisCliLine = (line: string): boolean => (line.includes(' --cluster ') ? cluster : plain).test(line);

/** Fails for a printed command that redis-cli would refuse before it sends anything. */
export function assertPrintedCommands({next}: Firing): void {
	for (const {kind, text} of next) {
		const line = messageText(text);
		if (kind === 'command') {
			assert.ok(line.startsWith('redis-top ') || isRedisCliLine(line), `redis-cli does not take: ${line}`);
		}
	}
}

import assert from 'node:assert/strict';
import type {Firing} from '../../source/domain/finding.js';
import {messageText} from '../../source/domain/message.js';

const word = String.raw`(?:'[^']*'|[^\s']+)+`;
/**
The connection's part of a command line, such as `-h 10.0.1.11 -p 6379 --tls --user monitor --askpass`. Each part may be
absent.
*/
const connection = `(?: -h ${word} -p \\d+| -s ${word})?(?: --tls)?(?: --user ${word})?(?: --askpass)?(?: --insecure)?(?: -n \\d+)?`;
/** Options of redis-cli that stand in place of a command. Source: `redis-cli --help`. */
const modes = String.raw`--(?:bigkeys|memkeys|hotkeys|latency|latency-history|latency-dist|stat|rdb|pipe)\b.*`;

const plain = new RegExp(`^(?:redis|valkey)-cli${connection} (?:${modes}|[A-Za-z].*)$`, 's');
/**
Matches a command line of `redis-cli --cluster`, which takes the node as an argument, and refuses -h and -p before it.
*/
const cluster = new RegExp(
	`^(?:redis|valkey)-cli(?: --tls)?(?: --user ${word})?(?: --askpass)? --cluster (?:check|fix|rebalance|info) ${word}:\\d+(?: --cluster-[a-z-]+)*$`,
);

/** Whether redis-cli accepts a printed command line. */
export const isRedisCliLine = (line: string): boolean => (line.includes(' --cluster ') ? cluster : plain).test(line);

/** Fails for a printed command line that redis-cli would refuse without sending anything. */
export function assertPrintedCommands({next}: Firing): void {
	for (const {kind, text} of next) {
		const line = messageText(text);
		if (kind === 'command') {
			assert.ok(line.startsWith('redis-top ') || isRedisCliLine(line), `redis-cli does not take: ${line}`);
		}

		// The text of check has another sign in place of a pipe character within quotes, so a pasted pattern finds nothing.
		assert.ok(kind !== 'shell' || !/"[^"]*\|[^"]*"/.test(line), `has a pipe character within quotes: ${line}`);
	}
}

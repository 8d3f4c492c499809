import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import test from 'node:test';
import {withoutPipes} from '../../../source/report/check/pipe-free.js';

const cases: ReadonlyArray<readonly [string, string]> = [
	['df -h', 'df -h'],
	['ps aux --sort=-rss | head', 'head < <(ps aux --sort=-rss)'],
	['free -m; ps aux | head -n 3', 'free -m; head -n 3 < <(ps aux)'],
	['du -xah /data | sort -h | tail', 'tail < <(sort -h < <(du -xah /data))'],
	["grep -e 'a|b' file | tail -n 1", "tail -n 1 < <(grep -e 'a|b' file)"],
	['false || true', 'false || true'],
	['top -b | head   # the busiest | first', 'head < <(top -b)   # the busiest | first'],
	["echo 'x # y' | cat", "cat < <(echo 'x # y')"],
];

for (const [command, expected] of cases) {
	test(`a command of check without pipes: ${command}`, () => {
		assert.equal(withoutPipes(command), expected);
	});
}

test('a command without its pipes prints the same', () => {
	const outputOf = (command: string): string => execFileSync('bash', ['-c', command], {encoding: 'utf8'});
	for (const command of [
		String.raw`printf 'b\na\na\nc\n' | sort | uniq -c | sort -rn | head -n 1`,
		String.raw`printf 'x|1\ny|2\n' | grep 'y|2'; echo end`,
		String.raw`printf "1 2\n" | awk '{print $2}' | sed 's/2/"|"/'   # second`,
	]) {
		assert.ok(outputOf(command).length > 0);
		assert.equal(outputOf(withoutPipes(command)), outputOf(command));
	}
});

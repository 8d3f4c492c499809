import assert from 'node:assert/strict';
import test from 'node:test';
import {effects} from '../../source/domain/finding.js';
import {messageText} from '../../source/domain/message.js';
import {stepsAfterFinding} from '../../source/rules/after-steps.js';
import {findingOf} from '../harness/findings.js';

const textsOf = (...given: Parameters<typeof findingOf>): readonly string[] =>
	stepsAfterFinding(findingOf(...given)).map(({text}) => messageText(text));

test('an ended finding has something to look at for each effect, and no command', () => {
	for (const effect of [...effects, undefined]) {
		const steps = stepsAfterFinding(findingOf('mem.oom', 'critical', undefined, {effect}));
		assert.equal(steps.length, 1, effect);
		assert.match(messageText(steps[0]?.text ?? ''), /^(?:see|compare) /, effect);
		assert.ok(steps.every(({kind}) => kind === 'words'));
	}
});

test('what helped is said for the case that it comes back', () => {
	assert.deepEqual(
		textsOf('mem.oom', 'critical', undefined, {
			effect: 'writes-refused',
			next: [
				{kind: 'command', text: 'redis-cli -h 10.0.1.11 -p 6379 MEMORY STATS'},
				{kind: 'words', text: 'raise maxmemory, if the machine has room'},
			],
		}),
		[
			'see in the logs of the clients whether they sent again what failed',
			'if it comes back: raise maxmemory, if the machine has room',
		],
	);
});

import {said} from './evidence.js';
import {word} from './needs.js';
import {ask, logSteps, onHost, saveFolder, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The append-only file can't be written: `aof_last_write_status:err`. Since 2.8.

- With `appendfsync always` the server ends instead.
*/
export const perAofWrite = nodeRule({
	id: 'per.aof_write',
	raiseAfter: 1,
	needs: {status: word('persistence', 'aof_last_write_status')},
	evaluate: ({status}, facts) =>
		status === 'err'
			? fires('critical', 'its append-only file cannot be written', {
					evidence: said(
						facts,
						['persistence', 'aof_last_write_status'],
						['persistence', 'aof_buffer_length', 'bytes'],
						['persistence', 'aof_current_size', 'bytes'],
					),
					meaning: 'The disk is full or broken; writes are refused until one succeeds.',
					next: [
						onHost(`df -h ${saveFolder(facts)}; df -i ${saveFolder(facts)}`),
						...logSteps(facts),
						words('free space: it mends itself with the next write'),
						ask(facts, 'INFO persistence'),
					],
					action: 'set-appendonly',
				})
			: clear,
});

import {hostFact} from './needs.js';
import {ask, onHost} from './next-steps.js';
import {quoted} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The server's user may not write into the folder it saves to. Only where the server runs on this machine.

- Root passes by every permission, and is judged so.
*/
export const perDir = nodeRule({
	id: 'per.dir',
	needs: {folder: hostFact(({folder}) => folder, 'dir')},
	evaluate({folder}, facts) {
		if (folder.isWritable !== false && folder.isReadOnlyMount !== true) {
			return clear;
		}

		// Who never saves needs no folder.
		const savesNothing = facts.setting('save') === '' && facts.number('persistence', 'aof_enabled') !== 1;
		return fires(savesNothing ? 'info' : 'warning', `may not write into ${folder.path}, where it saves`, {
			evidence: [
				{name: 'dir', value: folder.path},
				...(folder.rights === undefined ? [] : [{name: 'owner and mode', value: folder.rights}]),
				...(folder.isReadOnlyMount === true ? [{name: 'mount', value: 'read-only'}] : []),
			],
			meaning: 'The next save fails, and then writes are refused.',
			next: [
				onHost(`ls -ld ${quoted(folder.path)}`),
				onHost(`findmnt -T ${quoted(folder.path)}`),
				ask(facts, 'CONFIG GET dir'),
			],
			action: null,
		});
	},
});

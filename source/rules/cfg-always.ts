import {setting} from './needs.js';
import {ask} from './next-steps.js';
import {advises, clear, nodeRule} from './rule.js';

/**
The append-only file is synced at every write. Any version. It is a way to run it, and a slow one.
*/
export const cfgAlways = nodeRule({
	id: 'cfg.always',
	needs: {sync: setting('appendfsync'), isOn: setting('appendonly')},
	evaluate({sync, isOn}, facts) {
		return sync !== 'always' || isOn !== 'yes'
			? clear
			: advises(facts, 'waits for the disk at every write (appendfsync always)', {
					evidence: [{name: 'appendfsync', value: sync}],
					meaning: 'Throughput is that of the disk; nothing that was answered is lost in a crash.',
					next: [ask(facts, 'CONFIG SET appendfsync everysec')],
					action: null,
					adviceCost: 'up to a second of writes in a crash',
				});
	},
});

import {keyCount} from '../domain/metric.js';
import {said} from './evidence.js';
import {field, setting} from './needs.js';
import {ask, words} from './next-steps.js';
import {advises, clear, nodeRule} from './rule.js';

/**
Nothing is ever written to disk: no append-only file and no save points. Any version.

- Advice: a cache wants it so, and a declared one hears nothing of it. A server that holds nothing loses nothing.
- Where CONFIG GET is denied it can't be known: managed services save by other means.
*/
export const perNone = nodeRule({
	id: 'per.none',
	appliesTo: facts => !facts.settings.isCache,
	needs: {saves: setting('save'), hasAof: field('persistence', 'aof_enabled')},
	evaluate({saves, hasAof}, facts) {
		const keys = facts.sample === undefined ? 0 : (keyCount(facts.sample.info) ?? 0);
		if (saves !== '' || hasAof === 1 || keys === 0) {
			return clear;
		}

		const replicas = facts.number('replication', 'connected_slaves') ?? 0;
		return advises(facts, 'keeps its data in memory only: no saves, no append-only file', {
			evidence: [
				{name: 'save', value: '""'},
				...said(facts, ['persistence', 'aof_enabled'], ['replication', 'connected_slaves', 'count']),
				{name: 'keys', value: keys, unit: 'count'},
			],
			meaning:
				replicas > 0 && facts.record.role === 'primary'
					? 'A primary that restarts by itself comes back empty, and its replicas copy that: all is lost.'
					: 'A restart comes back empty.',
			next: [
				ask(facts, 'CONFIG SET save "3600 1 300 100"'),
				words('a cache: declare it, role = "cache" in the config file'),
			],
			action: 'set-save',
			adviceCost: 'A save forks the process: memory for the copies, and a stall of about 10 ms a gigabyte.',
		});
	},
});

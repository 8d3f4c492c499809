import {bytes, count} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** The script cache grows without end: an application makes a new script for every call. Since 5.0 (bytes: 7.0). */
export const memScripts = nodeRule({
	id: 'mem.scripts',
	needs: {scripts: field('memory', 'number_of_cached_scripts')},
	evaluate({scripts}, facts) {
		const size = facts.number('memory', 'used_memory_vm_total') ?? facts.number('memory', 'used_memory_lua') ?? 0;
		const evicted = facts.increase('stats', 'evicted_scripts') ?? 0;
		const isMuch =
			scripts > facts.threshold('mem.scripts.count') || size > facts.threshold('mem.scripts.bytes') || evicted > 0;
		if (!isMuch) {
			return clear;
		}

		return fires('warning', `${count(scripts)} scripts cached, ${bytes(size)} of engine memory`, {
			evidence: said(
				facts,
				['memory', 'number_of_cached_scripts', 'count'],
				['memory', 'used_memory_vm_total', 'bytes'],
				['stats', 'evicted_scripts', 'count'],
			),
			meaning: "Values are written into the scripts' text instead of being passed; each is compiled and kept.",
			next: [
				words('let the application send one script with KEYS and ARGV (EVALSHA)'),
				ask(facts, 'SCRIPT FLUSH ASYNC'),
			],
			action: null,
		});
	},
});

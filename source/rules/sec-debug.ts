import {setting} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
DEBUG or MODULE may be used by every connection. Since 7.0. `local` allows it on this machine alone and is no trouble.
*/
export const secDebug = nodeRule({
	id: 'sec.debug',
	needs: {debug: setting('enable-debug-command'), modules: setting('enable-module-command')},
	evaluate({debug, modules}) {
		const open = [debug === 'yes' ? 'DEBUG' : '', modules === 'yes' ? 'MODULE LOAD' : ''].filter(name => name !== '');
		return open.length === 0
			? clear
			: fires('warning', `${open.join(' and ')} can be run over the network`, {
					evidence: [
						{name: 'enable-debug-command', value: debug},
						{name: 'enable-module-command', value: modules},
					],
					meaning: 'One command crashes the server or runs code of a stranger in it.',
					next: [words('set enable-debug-command and enable-module-command to no in its config file, then restart')],
					action: null,
				});
	},
});

import {setting} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Protected mode is off, it listens beyond loopback and needs no password. Since 3.2.

- A container whose port is published by its host looks like this on purpose; whoever reaches the host's port is in.
*/
export const secProtectedOff = nodeRule({
	id: 'sec.protected_off',
	appliesTo: facts => facts.settings.hasPassword === false,
	needs: {mode: setting('protected-mode'), bind: setting('bind')},
	evaluate({mode, bind}, facts) {
		const isOpen = bind === '' || bind.split(/\s+/).some(address => !/^-?(?:127\.|::1$|localhost$)/.test(address));
		return mode !== 'no' || !isOpen
			? clear
			: fires('warning', 'protected mode is off, and it listens to the network without a password', {
					evidence: [
						{name: 'protected-mode', value: mode},
						{name: 'bind', value: bind},
					],
					meaning: 'Nothing stands between the network and the data.',
					next: [
						ask(facts, 'CONFIG SET protected-mode yes'),
						words('give its users passwords, or bind it to the addresses it needs'),
					],
					action: null,
				});
	},
});

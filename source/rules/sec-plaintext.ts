import {isPublicAddress} from '../derive/public-address.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Redis-top talks to a public address without TLS. Since 6.0. A tunnel or service mesh that encrypts can't be seen from here.
*/
export const secPlaintext = nodeRule({
	id: 'sec.plaintext',
	appliesTo: facts => facts.sample !== undefined,
	needs: {},
	evaluate(_, facts) {
		const {endpoint} = facts.record;
		const isPublic = endpoint.kind === 'tcp' && isPublicAddress(endpoint.host);
		return facts.settings.isTls || !isPublic
			? clear
			: fires('warning', 'is reached at a public address without TLS', {
					evidence: [{name: 'connection', value: 'plain'}],
					meaning: 'Passwords and data can be read and changed on the way.',
					next: [words('let it listen with TLS (tls-port) and connect with rediss://'), words('or use a tunnel')],
					action: null,
				});
	},
});

import {isPublicAddress} from '../derive/public-address.js';
import {isLoopback} from '../domain/node.js';
import {words} from './next-steps.js';
import {advises, fires, nodeRule} from './rule.js';

/**
Whoever reaches the port can use the server: redis-top was given no password and works. Any version.

- On loopback, a unix socket or in a private network that is a way to run it: advice. At a public address it is an open door.
*/
export const secNoauth = nodeRule({
	id: 'sec.noauth',
	appliesTo: facts => facts.sample !== undefined && facts.settings.hasPassword === false,
	needs: {},
	evaluate(_, facts) {
		const {endpoint} = facts.record;
		const isPublic = endpoint.kind === 'tcp' && !isLoopback(endpoint) && isPublicAddress(endpoint.host);
		const rest = {
			evidence: [{name: 'password', value: 'none needed'}],
			meaning: 'Anybody who can connect can read, change and delete everything, and run code through it.',
			next: [
				words('give its users passwords (ACL SETUSER, or requirepass), its clients first'),
				words('let only them reach the port: bind, firewall'),
			],
			action: null,
		};
		return isPublic
			? fires('critical', 'takes commands from anybody at a public address, without a password', rest)
			: advises(facts, 'takes commands without a password', {
					...rest,
					adviceCost: 'every client needs the password first',
				});
	},
});

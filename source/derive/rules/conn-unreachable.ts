import {onHost, words} from '../next-steps.js';
import {clear, fires, nodeRule} from '../rule.js';
import {connRefused} from './conn-refused.js';

/**
The name, the route or the connection fails. Any version.

- TLS spoken to a plaintext port looks the same until the port is asked in plain; that was done before this says so.
*/
export const connUnreachable = nodeRule({
	id: 'conn.unreachable',
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	appliesTo: facts => connRefused.evaluate(facts, 0).kind === 'clear',
	needs: {},
	evaluate(_, {record: {failure, endpoint}}) {
		if (failure?.state !== 'down') {
			return clear;
		}

		const host = endpoint.kind === 'tcp' ? endpoint.host : '';
		return fires('critical', failure.text, {
			evidence: [
				{name: 'error', value: failure.code},
				{name: 'layer', value: failure.layer},
			],
			meaning: 'Nobody who takes this way can use the node; whether it runs can only be seen from elsewhere.',
			next: [
				{
					kind: 'command',
					text: `redis-top diagnose ${endpoint.kind === 'tcp' ? `${host}:${endpoint.port}` : endpoint.path}`,
				},
				...(failure.layer === 'dns'
					? [words(`resolve ${host} from here and from where it works; look at /etc/resolv.conf`)]
					: [words("compare with another client's host: a firewall, a security group, a route, or the host is down")]),
				onHost('ss -ltnp'),
			],
			action: null,
		});
	},
});

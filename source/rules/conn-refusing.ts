import {onHost, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
It is there and turns redis-top away: maxclients, protected mode, a TLS setting, another service on the port, no right
to INFO. Any version. Credentials have a rule of their own.
*/
export const connRefusing = nodeRule({
	id: 'conn.refusing',
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {},
	evaluate(_, {record: {failure, endpoint}}) {
		if (failure?.state !== 'refusing' || failure.layer === 'auth') {
			return clear;
		}

		const target = endpoint.kind === 'tcp' ? `${endpoint.host}:${endpoint.port}` : endpoint.path;
		return fires('critical', failure.text, {
			evidence: [
				{name: 'reply', value: failure.code},
				{name: 'layer', value: failure.layer},
			],
			meaning: "The server answers, but not to this connection; what else is wrong with it can't be seen.",
			next: [
				{kind: 'command', text: `redis-top diagnose ${target}`},
				onHost('ss -tn state established | wc -l'),
				words("try from the server's own machine"),
			],
			action: null,
		});
	},
});

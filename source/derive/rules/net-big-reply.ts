import {bytes} from '../../text/units.js';
import {ask, words} from '../next-steps.js';
import {clear, fires, nodeRule} from '../rule.js';
import {increase} from '../rule-needs.js';

/**
Replies are large: output bytes over commands, more than 64 KB on average. Any version.

- Before 7.0 what replicas are sent is among the output: with replicas it is not looked at then.
*/
export const netBigReply = nodeRule({
	id: 'net.big_reply',
	needs: {
		output: increase('stats', 'total_net_output_bytes'),
		commands: increase('stats', 'total_commands_processed'),
	},
	appliesTo: facts =>
		facts.number('stats', 'total_net_repl_output_bytes') !== undefined ||
		(facts.number('replication', 'connected_slaves') ?? 0) === 0,
	evaluate({output, commands}, facts) {
		const replicated = facts.increase('stats', 'total_net_repl_output_bytes') ?? 0;
		const mean = (output - replicated) / Math.max(1, commands);
		return commands < facts.threshold('net.big_reply.commands') || mean <= facts.threshold('net.big_reply.bytes')
			? clear
			: fires('warning', `replies are ${bytes(mean)} on average`, {
					evidence: [{name: 'bytes a command', value: mean, unit: 'bytes'}],
					meaning: 'Large replies fill the network and the buffers of clients, and take the server long to write.',
					next: [ask(facts, '--bigkeys -i 0.01'), words('fetch parts of it: HGET, LRANGE, ZRANGE with limits')],
					action: null,
				});
	},
});

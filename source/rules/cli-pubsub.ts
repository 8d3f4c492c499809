import {bytes} from '../text/units.js';
import {clientRows} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A subscriber reads too slowly: flag `P` and more than 8 MB of output waiting, the soft limit after which the server closes
it within a minute. Since 2.4.
*/
export const cliPubsub = nodeRule({
	id: 'cli.pubsub',
	needs: {clients: clientRows},
	evaluate({clients}, facts) {
		const slow = clients.filter(
			({flags, outputBufferBytes = 0}) =>
				flags.includes('P') && outputBufferBytes > facts.threshold('cli.pubsub.bytes'),
		);
		const [first] = slow;
		return first === undefined
			? clear
			: fires('warning', `subscriber ${first.address} is ${bytes(first.outputBufferBytes)} behind`, {
					evidence: slow.map(({address, outputBufferBytes = 0}) => ({
						name: `omem of ${address}`,
						value: outputBufferBytes,
						unit: 'bytes',
					})),
					meaning:
						'It reads more slowly than is published; soon the server closes its connection and it loses messages.',
					next: [
						words('look at that client: its processor, its network'),
						ask(facts, 'CONFIG GET client-output-buffer-limit'),
					],
					action: 'client-kill',
				});
	},
});

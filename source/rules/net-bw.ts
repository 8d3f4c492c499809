import {bytesPerSecond, percent} from '../text/units.js';
import {rate} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The node sends or receives nearly as much as its line or plan allows. Any version. Nobody but its owner knows how much that
is: off until `net.bw.limit` is set, for one direction.
*/
export const netBw = nodeRule({
	id: 'net.bw',
	raiseAfter: 3,
	appliesTo: facts => facts.threshold('net.bw.limit') > 0,
	needs: {sent: rate('stats', 'total_net_output_bytes'), received: rate('stats', 'total_net_input_bytes')},
	evaluate({sent, received}, facts) {
		const limit = facts.threshold('net.bw.limit');
		const [most, direction] = sent >= received ? [sent, 'sends'] : [received, 'receives'];
		return most / limit < facts.threshold('net.bw.share')
			? clear
			: fires('warning', `${direction} ${bytesPerSecond(most)}, ${percent(most / limit)} of what its line carries`, {
					evidence: [
						{name: 'sent', value: sent, unit: 'bytesPerSecond'},
						{name: 'received', value: received, unit: 'bytesPerSecond'},
						{name: 'net.bw.limit', value: limit, unit: 'bytes'},
					],
					meaning: 'Past it replies wait in output buffers, replicas fall behind and round trips grow.',
					next: [
						words('find large replies and values: panels 5 and 6'),
						words('read from replicas, shard, or take a larger line'),
					],
					action: null,
				});
	},
});

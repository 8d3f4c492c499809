import {sharedAddresses} from '../derive/replica-links.js';
import {message, nodeName} from '../domain/message.js';
import {hint, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

export const repSameAddress = rule({
	id: 'rep.same_address',
	scope: 'node',
	docs: {
		looksAt: 'Two replicas of one primary announce the same address: `ip=` and `port=` of their lines in INFO.',
		since: '2.8',
		falsePositives: [
			'A replica that reconnects may be listed twice until the primary drops its old link. The condition must hold for ten seconds.',
		],
	},
	raiseAfterMs: 10_000,
	appliesTo: facts => facts.record.replicas.length > 1,
	needs: {},
	evaluate(_, facts) {
		const {replicas} = facts.record;
		const [address] = sharedAddresses(replicas);
		if (address === undefined) {
			return clear;
		}

		const replica = nodeName(address);
		const lines = replicas.filter(link => link.address === address);
		return fires('warning', {
			problem: message`${lines.length} of its replicas announce one address, ${replica}`,
			nodes: [facts.address, address],
			evidence: lines.map(({offset, state}) => ({
				name: 'replica',
				value: message`${replica}, ${state}, offset ${offset ?? '-'}`,
			})),
			meaning:
				'Address translation, or a copied replica-announce-ip. Clients, Sentinels and redis-top reach only one of them by this address.',
			next: [
				redisCli(facts, 'INFO replication'),
				hint('give each replica its own replica-announce-ip and replica-announce-port'),
			],
		});
	},
});

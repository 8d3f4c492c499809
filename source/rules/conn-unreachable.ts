import type {NodeRecord} from '../derive/node-record.js';
import {announcedWords, isAnnouncedUnreachable} from '../topology/announced.js';
import {connRefused} from './conn-refused.js';
import {onHost, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The name, the route or the connection fails. Any version.

- An address that others reach and redis-top never did is a warning: the node may be well. Of a cluster's clu.announce says it.
- TLS spoken to a plaintext port looks the same until the port is asked in plain; that was done before this says so.
*/
export const connUnreachable = nodeRule({
	id: 'conn.unreachable',
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	appliesTo: facts => connRefused.evaluate(facts, 0).kind === 'clear',
	needs: {},
	evaluate(_, {record, nodes}) {
		const {failure, endpoint, origin} = record;
		if (failure?.state !== 'down') {
			return clear;
		}

		if (isAnnouncedUnreachable(record, nodes)) {
			return origin === 'cluster' ? clear : announcedOnly(record);
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

const announcedOnly = (record: NodeRecord) =>
	fires('warning', announcedWords(record), {
		evidence: [{name: 'error', value: record.failure?.code ?? '-'}],
		meaning: 'Nothing is known of it from here; clients on this side of the network can not reach it either.',
		next: [
			words(
				'map it with --nat-map, or let it announce what can be reached: replica-announce-ip, sentinel announce-ip, cluster-announce-ip',
			),
		],
		action: null,
	});

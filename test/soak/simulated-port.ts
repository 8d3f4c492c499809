import {LoadError, type LoadReply} from '../../source/demo/resp.js';
import type {Cluster} from '../../source/demo/simulated/cluster.js';
import {replyOf} from '../../source/demo/simulated/replies.js';
import type {Clock} from '../../source/domain/clock.js';
import type {ConnectionSettings} from '../../source/wire/connection.js';
import {type RedisPort, type Reply, ReplyFailure, WireFailure} from '../../source/wire/redis-port.js';

/**
Opens connections to the nodes of a simulated cluster without sockets. A node replies at once, and a dead node refuses
connections.
*/
export function simulatedPorts(cluster: Cluster, clock: Clock): (settings: ConnectionSettings) => RedisPort {
	return ({endpoint}) => {
		const node = cluster.nodes.find(({port}) => endpoint.kind === 'tcp' && endpoint.port === port);
		const traffic = {bytesOut: 0, bytesIn: 0};
		let isOpen = false;
		const living = () => {
			if (node === undefined || node.isDead) {
				isOpen = false;
				throw new WireFailure('connect ECONNREFUSED', 'ECONNREFUSED', false);
			}

			return node;
		};

		return {
			get isOpen() {
				return isOpen;
			},
			traffic,
			async open() {
				living();
				isOpen = true;
			},
			async ask(commands) {
				const asked = living();
				traffic.bytesOut += 40 * commands.length;
				traffic.bytesIn += 4000 * commands.length;
				return commands.map(words => asReply(replyOf(words, {cluster, node: asked, nowMs: clock.now()})));
			},
			async subscribe() {},
			async settled() {
				return [];
			},
			close() {
				isOpen = false;
			},
		};
	};
}

function asReply(reply: LoadReply): Reply {
	if (reply instanceof LoadError) {
		return new ReplyFailure(reply.message);
	}

	return typeof reply === 'object' && reply !== null ? reply.map(asReply) : reply;
}

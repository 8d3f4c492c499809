// The process of the simulated cluster: its servers, clock and incidents. It is separate from the monitor's process, so
// that its CPU time and memory do not count as those of the monitor.
import process from 'node:process';
import {systemClock} from '../../domain/clock.js';
import {endWithParent, sayFailure, sayReady} from '../lifeline.js';
import {type Cluster, newCluster} from './cluster.js';
import {incidentsOf, playIncidents} from './play.js';
import {replyOf} from './replies.js';
import {type Listener, openListeners} from './servers.js';

const [nodesText = '6', programme = 'all'] = process.argv.slice(2);

endWithParent(() => process.exit(0));

try {
	let cluster: Cluster | undefined;
	const listeners = await openListeners(Number(nodesText), (words, node) =>
		cluster === undefined ? null : replyOf(words, {cluster, node, nowMs: systemClock.now()}),
	);
	const ports = listeners.map(({port}) => port);
	cluster = newCluster(ports, systemClock.now());
	for (const [index, node] of cluster.nodes.entries()) {
		listeners[index]?.serve(node);
	}

	const {nodes} = cluster;
	const isOpen = listeners.map(() => true);
	playIncidents(cluster, incidentsOf(programme), () => {
		for (const [index, listener] of listeners.entries()) {
			settle(listener, index, nodes[index]?.isDead !== true, isOpen);
		}
	});
	sayReady({ports});
} catch (error) {
	sayFailure(error);
}

/** Closes the port of a node that has died. Opens the port again when the node is back. */
function settle(listener: Listener, index: number, isWanted: boolean, isOpen: boolean[]): void {
	if (isOpen[index] === isWanted) {
		return;
	}

	isOpen[index] = isWanted;
	if (isWanted) {
		listener.reopen();
	} else {
		listener.close();
	}
}

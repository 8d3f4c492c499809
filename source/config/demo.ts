import type {Given} from '../arguments/argv.js';
import {incidentNames, type Programme} from '../demo/simulated/incident-names.js';

/** What `redis-top demo` was asked to show. */
export type DemoRequest = {
	/** Undefined: real servers where a server program can be found, else the simulated ones. */
	readonly scenario: 'simulated' | undefined;
	readonly nodes: number;
	readonly incident: Programme;
};

/** Fewer make no cluster that can fail over, for more a process may not open as many sockets. */
export const fewestNodes = 6;
export const mostNodes = 2000;
const usualNodes = 12;

const programmes: readonly Programme[] = [...incidentNames, 'all', 'none'];

/** The scenario and its flags; undefined for any other command. Each problem is one line. */
export function demoRequest({command, targets, flags}: Given): {
	readonly demo: DemoRequest | undefined;
	readonly problems: readonly string[];
} {
	const {nodes, incident} = flags;
	const isSimulated = command === 'demo' && targets[0] === 'simulated';
	if (!isSimulated && (nodes ?? incident) !== undefined) {
		const name = nodes === undefined ? 'incident' : 'nodes';
		return {demo: undefined, problems: [`--${name} goes with the simulated deployment: redis-top demo simulated`]};
	}

	if (command !== 'demo') {
		return {demo: undefined, problems: []};
	}

	const [scenario, ...more] = targets;
	const count = nodes === undefined ? usualNodes : Number(nodes);
	const programme = programmes.find(name => name === (incident ?? 'all'));
	const isCountGood = /^\d+$/.test(nodes ?? '0') && count >= fewestNodes && count <= mostNodes;
	const problems = [
		...(scenario === undefined || isSimulated
			? []
			: [`redis-top demo has no scenario ${scenario}: write simulated, or nothing`]),
		...(more.length === 0 ? [] : ['redis-top demo takes one scenario and no target']),
		...(isCountGood ? [] : [`--nodes ${nodes}: must be a number from ${fewestNodes} to ${mostNodes}`]),
		...(programme === undefined ? [`--incident ${incident}: is none; write one of ${programmes.join(', ')}`] : []),
	];
	return problems.length > 0 || programme === undefined
		? {demo: undefined, problems: problems.slice(0, 1)}
		: {demo: {scenario: isSimulated ? 'simulated' : undefined, nodes: count, incident: programme}, problems: []};
}

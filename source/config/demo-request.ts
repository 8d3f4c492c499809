import type {Given} from '../arguments/argv.js';
import {type StagedName, stagedNames} from '../demo/incidents/incident-names.js';
import {incidentNames, type Programme} from '../demo/simulated/incident-names.js';
import {nearestWord} from '../text/nearest-word.js';

/** The arguments of `redis-top demo`. */
export type DemoRequest = {
	/**
	`simulated`: the simulated cluster. `incident`: an incident on real servers. `fleet`: a fleet of real and generated
	servers. Undefined: real servers if a server program is found, else simulated ones.
	*/
	readonly scenario: 'simulated' | 'incident' | 'fleet' | undefined;
	/** The incident on real servers. Undefined: `redis-top demo incident` lists the incidents. */
	readonly staged: StagedName | undefined;
	/** Number of simulated nodes. For a fleet, the number of generated servers besides the real ones. */
	readonly nodes: number;
	/** The incidents that the simulated nodes play: one, all in turn, or none. */
	readonly incident: Programme;
};

/** Smallest value of `--nodes`. A cluster needs six nodes for a failover. */
export const fewestNodes = 6;
/** Largest value of `--nodes`. With more nodes, a process may lack file descriptors. */
export const mostNodes = 2000;
const usualNodes = 12;

const programmes: readonly Programme[] = [...incidentNames, 'all', 'none'];

/** The scenario of the demo and its flags; undefined for any other command. Each problem is one line. */
export function demoRequest({command, targets, flags}: Given): {
	readonly demo: DemoRequest | undefined;
	readonly problems: readonly string[];
} {
	const {nodes, incident} = flags;
	const isSimulated = command === 'demo' && targets[0] === 'simulated';
	if (command === 'demo' && targets[0] === 'fleet' && incident === undefined) {
		return fleetRequest(targets.slice(1), nodes);
	}

	if (!isSimulated && (nodes ?? incident) !== undefined) {
		const name = nodes === undefined ? 'incident' : 'nodes';
		return {demo: undefined, problems: [`--${name} goes with the simulated deployment: redis-top demo simulated`]};
	}

	if (command !== 'demo') {
		return {demo: undefined, problems: []};
	}

	const [scenario, ...more] = targets;
	if (scenario === 'incident') {
		return incidentRequest(more);
	}

	const count = nodes === undefined ? usualNodes : Number(nodes);
	const programme = programmes.find(name => name === (incident ?? 'all'));
	const isCountGood = /^\d+$/.test(nodes ?? '0') && count >= fewestNodes && count <= mostNodes;
	const problems = [
		...(scenario === undefined || isSimulated
			? []
			: [`redis-top demo has no scenario ${scenario}: write simulated, incident NAME, fleet, or nothing`]),
		...(more.length === 0 ? [] : ['redis-top demo takes one scenario and no target']),
		...(isCountGood ? [] : [`--nodes ${nodes}: must be a number from ${fewestNodes} to ${mostNodes}`]),
		...(programme === undefined ? [`--incident ${incident}: is unknown; write one of ${programmes.join(', ')}`] : []),
	];
	if (problems.length > 0 || programme === undefined) {
		return {demo: undefined, problems: problems.slice(0, 1)};
	}

	return {
		demo: {scenario: isSimulated ? 'simulated' : undefined, staged: undefined, nodes: count, incident: programme},
		problems: [],
	};
}

/**
Largest number of generated servers of a fleet. Each server adds 2.5 KB to the metrics page that Prometheus reads every
15 seconds.
*/
const mostGenerated = 20_000;

/** Reads the arguments of `redis-top demo fleet`: the number of generated servers, and no other words. */
function fleetRequest(others: readonly string[], nodes = '0'): ReturnType<typeof demoRequest> {
	const isCountGood = /^\d{1,5}$/.test(nodes) && Number(nodes) <= mostGenerated;
	const problems = [
		...(others.length === 0 ? [] : ['redis-top demo takes one scenario and no target']),
		...(isCountGood ? [] : [`--nodes ${nodes}: must be a number from 0 to ${mostGenerated}`]),
	];
	return problems.length > 0
		? {demo: undefined, problems: problems.slice(0, 1)}
		: {demo: {scenario: 'fleet', staged: undefined, nodes: Number(nodes), incident: 'none'}, problems: []};
}

/** Reads the words after `redis-top demo incident`: none, the name of an incident, or a mistake. */
function incidentRequest([name, ...others]: readonly string[]): ReturnType<typeof demoRequest> {
	const staged = stagedNames.find(each => each === name);
	if (others.length > 0) {
		return {demo: undefined, problems: ['redis-top demo incident takes one name and no target']};
	}

	if (name !== undefined && staged === undefined) {
		const nearest = nearestWord(name, stagedNames);
		const fix = nearest === undefined ? `write one of ${stagedNames.join(', ')}` : `did you mean ${nearest}?`;
		return {demo: undefined, problems: [`redis-top demo incident ${name}: is unknown; ${fix}`]};
	}

	return {demo: {scenario: 'incident', staged, nodes: usualNodes, incident: 'all'}, problems: []};
}

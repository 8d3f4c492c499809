import type {NodeRecord} from '../derive/node-record.js';
import {joinMessages, type Message, message} from '../domain/message.js';
import {type Difference, differencesAmong} from '../topology/differences.js';
import {groupsIn} from '../topology/node-remarks.js';
import {topologyOf} from '../topology/topology.js';
import {nodeNames} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {type FleetEvaluation, fires, rule} from './rule.js';

/** Largest number of nodes that a finding names. Of further nodes it gives only the number. */
const namedNodes = 3;

/** A setting that this rule leaves out, because the rule `clu.config` reports it. */
const reportedByCluConfig = 'cluster-node-timeout';

export const cfgDiffers = rule({
	id: 'cfg.differs',
	scope: 'fleet',
	docs: {
		looksAt:
			'The rule compares the versions and the CONFIG GET settings of nodes that belong together: a cluster, or a primary and its replicas. A node whose CONFIG GET is denied is left out.',
		since: 'any',
		falsePositives: [
			'Folders and addresses differ between nodes by design. The rule does not compare them.',
			'Persistence may differ by role on purpose. The rule compares `save`, `appendonly` and the like between primaries only.',
			'Versions differ during an upgrade. The finding is only info then.',
		],
	},
	evaluate(fleet) {
		const records = recordsIn(fleet);
		return groupsIn(topologyOf(records)).flatMap(group => {
			const members = new Map(
				group.flatMap(({address}) => {
					const record = records.get(address);
					return record === undefined ? [] : [[address, record] as const];
				}),
			);
			return isUniform(members.values())
				? []
				: differencesAmong(members)
						.filter(({name}) => name !== reportedByCluConfig)
						.map(evaluationOf);
		});
	},
});

function evaluationOf({name, values}: Difference): FleetEvaluation {
	const [, ...others] = values;
	return {
		...fires('info', {
			problem: `${name} differs between nodes`,
			detail: joinMessages(values.map(valueMessage), '; '),
			// The nodes whose value differs from that of most nodes.
			nodes: others.flatMap(({nodes}) => nodes),
			evidence: values.map(({value, nodes}) => ({name: `${name} ${value}`, value: nodeNames(nodes, ' ')})),
			meaning:
				name === 'version'
					? 'An upgrade is under way or was left half done; a replica of an older version may not read what its primary sends.'
					: 'The same load behaves differently on these nodes, and after a failover.',
			next: [
				hint(
					name === 'version' ? 'finish the upgrade, replicas first' : `set ${name} to one value, and CONFIG REWRITE`,
				),
			],
		}),
		node: undefined,
		subject: `${name} ${values[0]?.nodes[0] ?? ''}`,
	};
}

function valueMessage({value, nodes}: Difference['values'][number]): Message {
	const who = nodes.length > namedNodes ? `${nodes.length} nodes` : nodeNames(nodes);
	return message`${value === '' ? '""' : value} on ${who}`;
}

const signatures = new WeakMap<object, string>();

/**
A quick test whether all nodes have the same version and equal settings. It compares texts that contain the version and
all settings of a node. Nodes with unknown settings count as equal to each other.
*/
function isUniform(records: Iterable<NodeRecord>): boolean {
	const seen = new Set<string>();
	for (const {config, sample} of records) {
		const version = sample?.info.text('server', 'valkey_version') ?? sample?.info.text('server', 'redis_version');
		const settings = config?.value;
		const known = settings === undefined ? '' : (signatures.get(settings) ?? JSON.stringify([...settings]));
		if (settings !== undefined) {
			signatures.set(settings, known);
		}

		seen.add(`${version} ${known}`);
	}

	return seen.size < 2;
}

export const settingsDriftRules = [cfgDiffers] as const;

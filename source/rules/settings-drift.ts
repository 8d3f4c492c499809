import type {NodeRecord} from '../derive/node-record.js';
import {type Difference, differencesAmong} from '../topology/differences.js';
import {groupsIn} from '../topology/node-remarks.js';
import {topologyOf} from '../topology/topology.js';
import {hint} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {type FleetEvaluation, fires, rule} from './rule.js';

/** Names of nodes that are written out; more are counted. */
const namedNodes = 3;

/** `clu.config` says it, with what it means for failovers. */
const toldByCluConfig = 'cluster-node-timeout';

const who = ({value, nodes}: Difference['values'][number]): string =>
	`${value === '' ? '""' : value} on ${nodes.length > namedNodes ? `${nodes.length} nodes` : nodes.join(', ')}`;

export const cfgDiffers = rule({
	id: 'cfg.differs',
	scope: 'fleet',
	docs: {
		looksAt:
			"Nodes that belong together (a cluster's, or a primary and its replicas) run different versions or settings. Any version; a node whose CONFIG may not be read has no say. What is a node's own business (folders, addresses) or differs by role on purpose is left out. Info: an upgrade is under way, or a change went to some nodes only.",
		since: 'any',
		falsePositives: [],
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
						.filter(({name}) => name !== toldByCluConfig)
						.map(evaluationOf);
		});
	},
});

function evaluationOf({name, values}: Difference): FleetEvaluation {
	return {
		...fires('info', {
			problem: `${name} differs: ${values.map(who).join('; ')}`,

			evidence: values.map(({value, nodes}) => ({name: `${name} ${value}`, value: nodes.join(' ')})),
			meaning:
				name === 'version'
					? 'An upgrade is under way or was left half done; a replica of an older version may not read what its primary sends.'
					: 'The same load behaves differently on these nodes, and after a failover.',
			next: [hint(name === 'version' ? 'finish the upgrade, replicas first' : `set ${name} alike, and CONFIG REWRITE`)],
		}),
		node: undefined,
		subject: `${name} ${values[0]?.nodes[0] ?? ''}`,
	};
}

const signatures = new WeakMap<object, string>();

/** The quick look: a thousand nodes that agree cost a look-up each. Those that tell no settings count as a kind of their own. */
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

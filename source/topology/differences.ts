import type {NodeRecord} from '../derive/node-record.js';
import {serverProduct} from '../derive/server-product.js';
import type {NodeAddress} from '../domain/node.js';
import type {Nodes} from './replication-edges.js';

/** A setting with different values on nodes that should agree. The version counts as a setting. */
export type Difference = {
	/** The setting's name, or `version`. */
	readonly name: string;
	/** Each value with the nodes that have it, the most frequent value first. */
	readonly values: ReadonlyArray<{readonly value: string; readonly nodes: readonly NodeAddress[]}>;
};

/** Settings that may differ on every node: places of files and sockets. */
const ownSettings = new Set(['dir', 'dbfilename', 'bind', 'port', 'logfile']);

/** Settings that may differ by role: a replica may save although its primary does not. */
const byRole = new Set(['save', 'appendonly', 'appendfsync', 'replica-ignore-maxmemory', 'min-replicas-to-write']);

/** The differences among the data nodes that answer, the version first. A node with unknown settings is left out. */
export function differencesAmong(nodes: Nodes): Difference[] {
	const data = [...nodes.values()].filter(
		({role, failure, sample}) => role !== 'sentinel' && failure === undefined && sample !== undefined,
	);
	const primaries = data.filter(({role}) => role === 'primary');
	const names = new Set(data.flatMap(({config}) => [...(config?.value.keys() ?? [])]));
	const settings = [...names]
		.filter(name => !ownSettings.has(name))
		.sort()
		.map(name => differenceOf(name, byRole.has(name) ? primaries : data, ({config}) => config?.value.get(name)));
	return [differenceOf('version', data, versionOf), ...settings].filter(({values}) => values.length > 1);
}

function differenceOf(
	name: string,
	records: readonly NodeRecord[],
	read: (record: NodeRecord) => string | undefined,
): Difference {
	const told = records.flatMap(record => {
		const value = read(record);
		return value === undefined ? [] : [{value, address: record.address}];
	});
	const values = [...Map.groupBy(told, ({value}) => value)]
		.map(([value, those]) => ({value, nodes: those.map(({address}) => address)}))
		.sort((a, b) => b.nodes.length - a.nodes.length);
	return {name, values};
}

function versionOf({sample}: NodeRecord): string | undefined {
	const server = sample && serverProduct(sample.info);
	return server === undefined ? undefined : `${server.product} ${server.version ?? '-'}`;
}

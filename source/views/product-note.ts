import {productNames, serverProduct} from '../derive/server-product.js';
import type {InfoReply} from '../domain/info-reply.js';
import type {NodeRecord} from '../state/monitor-state.js';
import type {PanelId} from '../state/panel-table.js';
import {type Line, span} from '../text/line.js';

type Told = readonly [what: string, isTold: (info: InfoReply) => boolean];

const field = (section: string, name: string): Told => [name, info => info.text(section, name) !== undefined];
const section = (name: string): Told => [`INFO ${name}`, info => (info.sections.get(name)?.size ?? 0) > 0];

/**
The INFO fields and sections that each panel needs, the most important first. Redis and Valkey report all of them;
compatible products may lack some.
*/
const panelFields: Readonly<Partial<Record<PanelId, readonly Told[]>>> = {
	overview: [
		field('memory', 'used_memory'),
		field('memory', 'maxmemory'),
		field('stats', 'evicted_keys'),
		field('clients', 'blocked_clients'),
		field('persistence', 'rdb_last_save_time'),
	],
	memory: [
		field('memory', 'used_memory'),
		field('memory', 'used_memory_rss'),
		field('memory', 'maxmemory'),
		field('memory', 'mem_fragmentation_ratio'),
		field('stats', 'evicted_keys'),
		section('keyspace'),
	],
	replication: [
		field('replication', 'role'),
		field('replication', 'master_repl_offset'),
		field('replication', 'repl_backlog_size'),
	],
	clients: [field('clients', 'connected_clients'), field('clients', 'blocked_clients')],
	commands: [section('commandstats'), section('errorstats')],
	persistence: [
		field('persistence', 'rdb_last_save_time'),
		field('persistence', 'rdb_changes_since_last_save'),
		field('persistence', 'aof_enabled'),
		field('stats', 'latest_fork_usec'),
	],
};

/**
True for a section that is requested only for the node in focus and was not received yet. Its absence then says nothing
about the product.
*/
const isAskedLater = (what: string, {sections}: InfoReply): boolean =>
	what === 'INFO commandstats' && !sections.has('commandstats');

/**
A note that names the fields that this panel needs and a compatible product does not report. Without the note, a dash
could be taken for a zero. Undefined for Redis and Valkey, and if nothing is missing.
*/
export function productNote(panel: PanelId, {sample}: NodeRecord): Line | undefined {
	const product = sample && serverProduct(sample.info);
	if (sample === undefined || product === undefined || product.product === product.family) {
		return undefined;
	}

	const missing = (panelFields[panel] ?? [])
		.filter(([what, isTold]) => !isTold(sample.info) && !isAskedLater(what, sample.info))
		.map(([what]) => what);
	return missing.length === 0
		? undefined
		: [span(`${productNames[product.product]} does not report ${missing.join(', ')}: a dash is not 0`, 'dim')];
}

import {InfoReply} from '../domain/info-reply.js';
import type {SeriesLabels} from '../parse/prometheus-reply.js';
import {composedSeries, type FieldSeries, fieldOfMetric} from './exporter-series.js';

/** One value of a scrape, with the labels of its series. */
export type ScrapedValue = {readonly labels: SeriesLabels; readonly value: number};

/** The labels of `redis_instance_info` that are fields of INFO, with their sections. */
const instanceFields: ReadonlyArray<readonly [label: string, section: string]> = [
	['redis_version', 'server'],
	['valkey_version', 'server'],
	['server_name', 'server'],
	['redis_build_id', 'server'],
	['redis_mode', 'server'],
	['os', 'server'],
	['tcp_port', 'server'],
	['run_id', 'server'],
	['process_id', 'server'],
	['maxmemory_policy', 'memory'],
	['role', 'replication'],
	['master_replid', 'replication'],
];

const sourceFields = [
	['master_host', 'master_host'],
	['master_port', 'master_port'],
	['read_only', 'slave_read_only'],
] as const;

/** Converts a series' value to the text that INFO prints for the field. */
function fieldText({unit}: FieldSeries, value: number): string {
	switch (unit) {
		case 'status': {
			return value === 1 ? 'ok' : 'err';
		}

		case 'link': {
			return value === 1 ? 'up' : 'down';
		}

		case 'seconds': {
			return String(Math.round(value * 1e6));
		}

		default: {
			return String(value);
		}
	}
}

type Parts = Map<string, Map<string, number>>;

/** Adds a value to a line of INFO that has several parts, such as `keys` and `expires` of `db0`. */
function addPart(parts: Parts, line: string | undefined, name: string, value: number): void {
	if (line !== undefined && line !== '') {
		const known = parts.get(line) ?? new Map<string, number>();
		parts.set(line, known.set(name, value));
	}
}

const lineText = (values: ReadonlyMap<string, number>): string =>
	[...values].map(([name, value]) => `${name}=${value}`).join(',');

/**
Rebuilds the INFO reply that redis_exporter read in one scrape, as far as the exporter's series contain it. Other fields
are absent, as in the INFO of a server that lacks them.
*/
export function scrapedInfo(values: Iterable<ScrapedValue>): InfoReply {
	const sections = new Map<string, Map<string, string>>();
	const put = (section: string, field: string, text: string) => {
		const fields = sections.get(section) ?? new Map<string, string>();
		sections.set(section, fields.set(field, text));
	};

	const databases: Parts = new Map();
	const commands: Parts = new Map();
	const errors: Parts = new Map();
	const replicas: Parts = new Map();
	const states = new Map<string, string>();
	for (const {labels, value} of values) {
		const name = labels.__name__ ?? '';
		const field = fieldOfMetric.get(name);
		if (field !== undefined) {
			put(field.section, field.field, fieldText(field, value));
		}

		switch (name) {
			case composedSeries.instance: {
				for (const [label, section] of instanceFields) {
					const text = labels[label];
					if (text !== undefined && text !== '') {
						put(section, label, text);
					}
				}

				break;
			}

			case composedSeries.source: {
				for (const [label, fieldName] of sourceFields) {
					put('replication', fieldName, labels[label] ?? '');
				}

				break;
			}

			case composedSeries.keys: {
				addPart(databases, labels.db, 'keys', value);
				break;
			}

			case composedSeries.expiringKeys: {
				addPart(databases, labels.db, 'expires', value);
				break;
			}

			case composedSeries.calls: {
				addPart(commands, labels.cmd, 'calls', value);
				break;
			}

			case composedSeries.callSeconds: {
				addPart(commands, labels.cmd, 'usec', Math.round(value * 1e6));
				break;
			}

			case composedSeries.errors: {
				addPart(errors, labels.err, 'count', value);
				break;
			}

			case composedSeries.replicaOffset:
			case composedSeries.replicaLag: {
				const {slave_ip: ip = '', slave_port: port = '', slave_state: state = ''} = labels;
				const replica = `ip=${ip},port=${port}`;
				addPart(replicas, replica, name === composedSeries.replicaLag ? 'lag' : 'offset', value);
				states.set(replica, state);
				break;
			}
		}
	}

	// The exporter has series for all sixteen databases. INFO lists only databases with keys.
	const filled = [...databases].filter(([, parts]) => (parts.get('keys') ?? 0) > 0);
	if (databases.size > 0) {
		sections.set('keyspace', new Map(filled.map(([database, parts]) => [database, lineText(parts)])));
	}

	const complete = [...commands].filter(([, parts]) => parts.has('calls') && parts.has('usec'));
	if (complete.length > 0) {
		sections.set('commandstats', new Map(complete.map(([name, parts]) => [`cmdstat_${name}`, lineText(parts)])));
	}

	if (errors.size > 0) {
		sections.set('errorstats', new Map([...errors].map(([code, parts]) => [`errorstat_${code}`, lineText(parts)])));
	}

	for (const [index, [replica, parts]] of [...replicas].entries()) {
		put('replication', `slave${index}`, `${replica},state=${states.get(replica)},${lineText(parts)}`);
	}

	return new InfoReply(sections);
}

import {InfoReply} from '../domain/info-reply.js';
import {hidden, type Pseudonyms} from '../text/pseudonyms.js';

/** Sections of INFO whose field names contain keys of the data set. */
const hiddenSections: ReadonlySet<string> = new Set(['hotkeys']);

/** Matches values that hold no name: numbers, sizes, ids that nobody chose, and words of the protocol. */
const plainValue =
	/^(?:|-?\d+(?:\.\d+){0,2}[%BKMGTP]?|[\da-f]{12,64}|master|slave|up|down|ok|err|yes|no|none|standalone|cluster|sentinel|[a-z]+-(?:lru|lfu|random|ttl)|noeviction)$/;

/**
Fields of INFO whose text describes the software, the machine or the replication, and never names the owner of the
server.
*/
const plainFields: ReadonlySet<string> = new Set([
	'aof_last_bgrewrite_status',
	'aof_last_write_status',
	'arch_bits',
	'atomicvar_api',
	'cluster_state',
	'master_failover_state',
	'master_link_status',
	'maxmemory_policy',
	'mem_allocator',
	'monotonic_clock',
	'multiplexing_api',
	'os',
	'paused_actions',
	'paused_reason',
	'process_supervised',
	'rdb_last_bgsave_status',
	'redis_build_id',
	'redis_mode',
	'redis_top_simulated',
	'redis_version',
	'rlec_version',
	'role',
	'run_id',
	'server_mode',
	'server_name',
	'upstash_version',
	'valkey_release_stage',
	'valkey_version',
]);

/** Matches fields with lists of `name=number` whose names are defined by the server. */
const countFields =
	/^(?:cmdstat_|errorstat_|latency_percentiles_usec_|db\d+$|db\d+_distrib_|io_thread_\d+$|maxmemory_reservation$)/;

/** Matches fields with lists of `name=value` that may hold a host, an address or a name. */
const listFields = /^(?:slave\d+|master\d+|listener\d+|module|engine_\w+)$/;

/** A section of INFO that masks a field only when the field is read. Of the 150 fields of INFO, about 24 are read. */
class MaskedSection implements ReadonlyMap<string, string> {
	readonly #section: ReadonlyMap<string, string>;
	readonly #names: Pseudonyms;

	constructor(section: ReadonlyMap<string, string>, names: Pseudonyms) {
		this.#section = section;
		this.#names = names;
	}

	get size(): number {
		return this.#section.size;
	}

	get(field: string): string | undefined {
		const value = this.#section.get(field);
		return value === undefined ? undefined : maskedValue(field, value, this.#names);
	}

	has(field: string): boolean {
		return this.#section.has(field);
	}

	keys(): MapIterator<string> {
		return this.#all().keys();
	}

	values(): MapIterator<string> {
		return this.#all().values();
	}

	entries(): MapIterator<[string, string]> {
		return this.#all().entries();
	}

	[Symbol.iterator](): MapIterator<[string, string]> {
		return this.#all().entries();
	}

	forEach(visit: (value: string, field: string, all: ReadonlyMap<string, string>) => void): void {
		this.#all().forEach(visit);
	}

	#all(): Map<string, string> {
		return new Map([...this.#section].map(([field, value]) => [field, maskedValue(field, value, this.#names)]));
	}
}

function maskedValue(field: string, value: string, names: Pseudonyms): string {
	if (plainValue.test(value)) {
		return value;
	}

	switch (field) {
		case 'master_host':
		case 'availability_zone':
			return names.learn('host', value);
		case 'config_file':
		case 'executable':
			return names.name('path', value);
	}

	if (plainFields.has(field) || countFields.test(field)) {
		return names.unnamed(value);
	}

	if (!listFields.test(field)) {
		return hidden;
	}

	// `ip=` of a replica may hold a host name that the replica announces. `name=` of a primary holds the name that the
	// Sentinels give to the primary. Both names are replaced.
	const [, start, name, rest = ''] = field.startsWith('slave')
		? (/^(ip=)([^,]+)(.*)$/.exec(value) ?? [])
		: field.startsWith('master')
			? (/^(name=)([^,]+)(.*)$/.exec(value) ?? [])
			: [];
	return start === undefined || name === undefined
		? names.text(value)
		: `${start}${names.learn(start === 'ip=' ? 'host' : 'group', name)}${names.text(rest)}`;
}

/** An INFO reply without names, addresses and paths; ports, versions and numbers stay. */
export const maskedInfo = (info: InfoReply, names: Pseudonyms): InfoReply =>
	new InfoReply(
		new Map(
			[...info.sections].map(([name, section]) => [
				name,
				hiddenSections.has(name) ? new Map<string, string>() : new MaskedSection(section, names),
			]),
		),
	);

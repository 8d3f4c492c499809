import type {NodeRecord} from './node-record.js';

/**
The largest number of clients that the server accepts. INFO has `maxclients` since Redis 6.2. Before 6.2, only CONFIG
GET returns this limit. In Dragonfly's INFO, the field is `max_clients`.
*/
export function clientLimit({sample, config}: Pick<NodeRecord, 'sample' | 'config'>): number | undefined {
	const setting = Number(config?.value.get('maxclients') ?? Number.NaN);
	const told = sample?.info.number('clients', 'maxclients') ?? sample?.info.number('clients', 'max_clients');
	return told ?? (Number.isFinite(setting) ? setting : undefined);
}

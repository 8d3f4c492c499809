import type {NodeRecord} from './node-record.js';

/**
How many clients the server takes. INFO prints `maxclients` since Redis 6.2; before, only CONFIG GET returns it. Dragonfly
prints `max_clients`.
*/
export function clientLimit({sample, config}: Pick<NodeRecord, 'sample' | 'config'>): number | undefined {
	const setting = Number(config?.value.get('maxclients') ?? Number.NaN);
	const told = sample?.info.number('clients', 'maxclients') ?? sample?.info.number('clients', 'max_clients');
	return told ?? (Number.isFinite(setting) ? setting : undefined);
}

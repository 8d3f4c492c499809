import type {NodeRecord} from './node-record.js';

/** How many clients the server takes. INFO prints `maxclients` since Redis 6.2; before, only CONFIG GET returns it. */
export function clientLimit({sample, config}: Pick<NodeRecord, 'sample' | 'config'>): number | undefined {
	const setting = Number(config?.value.get('maxclients') ?? Number.NaN);
	return sample?.info.number('clients', 'maxclients') ?? (Number.isFinite(setting) ? setting : undefined);
}

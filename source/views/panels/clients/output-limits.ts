import type {ClientRow} from '../../../domain/client.js';
import type {NodeRecord} from '../../../state/monitor-state.js';

/** The classes of `client-output-buffer-limit`. */
type ClientClass = 'normal' | 'replica' | 'pubsub';

/** The hard and the soft limit of a class, in bytes; 0 means no limit. */
type OutputLimit = {readonly hard: number; readonly soft: number};

/**
The limits of each class from CONFIG GET. The setting has four words for each class: class, hard limit, soft limit,
seconds. Undefined if the setting is unknown. Source: redis.conf, client-output-buffer-limit.
*/
export function outputLimits({config}: NodeRecord): ReadonlyMap<ClientClass, OutputLimit> | undefined {
	const words = config?.value.get('client-output-buffer-limit')?.split(/\s+/);
	if (words === undefined) {
		return undefined;
	}

	const limits = new Map<ClientClass, OutputLimit>();
	for (let at = 0; at + 3 < words.length; at += 4) {
		const [name = '', hard, soft] = words.slice(at, at + 3);
		const kind = name === 'slave' ? 'replica' : name;
		if (kind === 'normal' || kind === 'replica' || kind === 'pubsub') {
			limits.set(kind, {hard: Number(hard) || 0, soft: Number(soft) || 0});
		}
	}

	return limits;
}

/** The class whose limit applies to a client. Undefined for the connection to a primary, which has no limit. */
export const classOf = ({flags}: ClientRow): ClientClass | undefined =>
	flags.includes('M') ? undefined : flags.includes('S') ? 'replica' : flags.includes('P') ? 'pubsub' : 'normal';

/**
A client's output buffer divided by the hard limit of the client's class. `unlimited` for a class without a limit;
undefined if the limit or the buffer is not known.
*/
export function shareOfLimit(
	client: ClientRow,
	limits: ReadonlyMap<ClientClass, OutputLimit> | undefined,
): number | 'unlimited' | undefined {
	const kind = classOf(client);
	const hard = kind === undefined ? 0 : limits?.get(kind)?.hard;
	if (limits === undefined || hard === undefined || client.outputBufferBytes === undefined) {
		return undefined;
	}

	return hard === 0 ? 'unlimited' : client.outputBufferBytes / hard;
}

import type {InfoReply} from '../domain/info-reply.js';

/**
Fields of INFO that change when a client connects, disconnects, blocks, subscribes, watches or tracks keys, or when
clients are paused.
*/
const clientFields = [
	'connected_clients',
	'blocked_clients',
	'pubsub_clients',
	'watching_clients',
	'tracking_clients',
	'paused_reason',
];

/**
The step of a value. Each step is four times as high as the step below it, so a small change of the value leaves a
digest as it is. Values below `least` are step 0.
*/
const sizeStep = (value: number | undefined, least: number): number =>
	value === undefined || value < least ? 0 : 1 + Math.floor(Math.log2(value / least) / 2);

/**
A digest of the client fields of INFO, as one text. While this text stays equal, CLIENT LIST has hardly anything new for
a rule. Before Redis 7.2, the fields don't show that clients are paused. A pause then shows only in a lower throughput,
so the digest contains a step of the throughput.
*/
export function clientDigestOf(info: InfoReply): string {
	const numberIn = (section: string, field: string) => info.number(section, field);
	return [
		...clientFields.map(field => info.text('clients', field) ?? ''),
		sizeStep(numberIn('clients', 'client_recent_max_output_buffer'), 2 ** 20),
		sizeStep(numberIn('clients', 'client_recent_max_input_buffer'), 2 ** 20),
		sizeStep(numberIn('memory', 'mem_clients_normal'), 2 ** 23),
		sizeStep(numberIn('memory', 'mem_clients_slaves'), 2 ** 23),
		sizeStep(numberIn('stats', 'instantaneous_ops_per_sec'), 16),
		numberIn('stats', 'evicted_clients') ?? 0,
	].join(' ');
}

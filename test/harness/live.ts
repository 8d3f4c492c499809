import {systemClock} from '../../source/domain/clock.js';
import {addressOf} from '../../source/domain/node.js';
import type {PollOutcome} from '../../source/domain/sample.js';
import {NodeLoop} from '../../source/poll/node-loop.js';
import type {ConnectionSettings} from '../../source/wire/connection.js';
import {openPort} from '../../source/wire/ioredis-port.js';
import type {TestServer} from './servers.js';

/** Settings for a server of the harness, without password and TLS. */
export const settingsFor = (
	server: Pick<TestServer, 'host' | 'port'>,
	parts: Partial<ConnectionSettings> = {},
): ConnectionSettings => ({
	endpoint: {kind: 'tcp', host: server.host, port: server.port},
	username: undefined,
	password: undefined,
	tls: undefined,
	timeoutMs: 5000,
	...parts,
});

/** Polls a node over a real connection, as the monitor does. */
export function pollLive(settings: ConnectionSettings, intervalMs = 100) {
	const end = new AbortController();
	const outcomes: PollOutcome[] = [];
	const loop = new NodeLoop({
		address: addressOf(settings.endpoint),
		settings,
		openPort,
		clock: systemClock,
		signal: end.signal,
		intervalMs: () => intervalMs,
		demand: () => ({
			isFocused: true,
			interests: new Set(['clients', 'slowlog', 'histograms', 'cluster'] as const),
			isByHand: false,
		}),
		connectInTurn: async connect => connect(),
		report: outcome => outcomes.push(outcome),
	});
	const done = loop.run();
	return {
		outcomes,
		loop,
		stop: async () => {
			end.abort();
			await done;
		},
	};
}

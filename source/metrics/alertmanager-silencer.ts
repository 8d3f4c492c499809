import type {NodeAddress} from '../domain/node.js';
import type {SilencePart, SilenceReply, SilenceRequest, Silencer} from '../domain/silence.js';
import {parseSilenceId} from '../parse/alertmanager-alerts.js';
import type {HttpClient} from '../wire/http-client.js';

/** Longest wait for one Alertmanager, in milliseconds. An operator waits for it before the command is sent. */
const timeoutMs = 3000;

/** Largest reply that is read, in bytes. A reply has the silence's id alone. */
const mostBytes = 65_536;

/**
How far a silence begins in the past, in milliseconds, so that it holds at once where Alertmanager's clock is behind. An
Alertmanager whose clock is right makes its own time of it. Source: Silences.Set in silence/silence.go.
*/
const startsBeforeMs = 3_600_000;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** A word as a shell takes it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
The values of the label `instance` that mean one of the nodes, as an expression of RE2 that Alertmanager anchors. redis-top and
redis_exporter write `host:port`; scrapes of several targets write `redis://host:port`.
*/
export const instancePattern = (nodes: readonly NodeAddress[]): string =>
	`([a-z]+://([^/@]*@)?)?(${nodes.map(escaped).join('|')})/?`;

/**
Sets a silence in each Alertmanager. Those of one cluster tell each other, and then have it several times; whether they are one
cluster is not known.

Source: https://github.com/prometheus/alertmanager/blob/v0.25.0/api/v2/openapi.yaml (postableSilence)

@param createdBy The operating system's user.
@param now Returns the wall time in milliseconds since the epoch.
*/
export function alertmanagerSilencer(clients: readonly HttpClient[], createdBy: string, now: () => number): Silencer {
	const post = async (client: HttpClient, body: string): Promise<SilencePart | string> => {
		const {place} = client;
		const outcome = await client.request({method: 'POST', path: '/api/v2/silences', body, timeoutMs, mostBytes});
		const id = outcome.kind === 'answered' ? parseSilenceId(outcome.body) : undefined;
		if (id !== undefined) {
			return {place, id};
		}

		return `Alertmanager ${place} ${outcome.kind === 'failed' ? outcome.why : 'answers something that is no silence'}`;
	};

	return {
		commandOf: ({nodes, endsAtMs, comment}) =>
			[
				`amtool silence add --end=${new Date(endsAtMs).toISOString()}`,
				`--comment=${quoted(comment)}`,
				quoted(`instance=~${instancePattern(nodes)}`),
			].join(' '),
		async set({nodes, endsAtMs, comment}: SilenceRequest): Promise<SilenceReply> {
			const body = JSON.stringify({
				matchers: [{name: 'instance', value: instancePattern(nodes), isRegex: true, isEqual: true}],
				startsAt: new Date(Math.min(now(), endsAtMs) - startsBeforeMs).toISOString(),
				endsAt: new Date(endsAtMs).toISOString(),
				createdBy,
				comment,
			});
			const replies = await Promise.all(clients.map(client => post(client, body)));
			const parts = replies.flatMap(reply => (typeof reply === 'string' ? [] : [reply]));
			const problem = replies.find(reply => typeof reply === 'string');
			const has = parts.length === 0 ? '' : `; ${parts.map(({place}) => place).join(', ')} has it`;
			return {parts, problem: problem && `${problem}${has}`};
		},
		async lift({place, id}) {
			const client = clients.find(each => each.place === place);
			if (client === undefined) {
				return `Alertmanager ${place} is not one of --alertmanager`;
			}

			const path = `/api/v2/silence/${encodeURIComponent(id)}`;
			const outcome = await client.request({method: 'DELETE', path, timeoutMs, mostBytes});
			const isLifted = outcome.kind === 'answered' || outcome.status === 404;
			return isLifted ? undefined : `Alertmanager ${place} ${outcome.why}`;
		},
	};
}

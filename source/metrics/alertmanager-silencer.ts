import type {NodeAddress} from '../domain/node.js';
import type {SilencePart, SilenceReply, SilenceRequest, Silencer} from '../domain/silence.js';
import {parseSilenceId} from '../parse/alertmanager-alerts.js';
import type {HttpClient} from '../wire/http-client.js';

/**
Longest wait for one Alertmanager, in milliseconds. The command of an action is sent only after the silence, so the
operator waits meanwhile.
*/
const timeoutMs = 3000;

/** Largest reply that is read, in bytes. A reply contains only the silence's id. */
const mostBytes = 65_536;

/**
Milliseconds by which the start of a silence is in the past. So the silence holds at once even if Alertmanager's clock
is behind. Alertmanager replaces a start in the past by the time of its own clock. Source: Silences.Set in
silence/silence.go.
*/
const startsBeforeMs = 3_600_000;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Quotes a word for a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
An RE2 expression that matches a label `instance` of one of the nodes. Alertmanager anchors the expression. redis-top
and redis_exporter write `host:port` into the label. A redis_exporter that reads several servers writes
`redis://host:port`.
*/
export const instancePattern = (nodes: readonly NodeAddress[]): string =>
	`([a-z]+://([^/@]*@)?)?(${nodes.map(escaped).join('|')})/?`;

/**
Sets a silence in each Alertmanager. redis-top does not know whether the Alertmanagers form a cluster. Members of a
cluster share silences, so each member then has the silence several times.

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

import {hasManyErrors} from './error-readings.js';
import type {PollDemand} from './poll-demand.js';
import type {PollState} from './poll-state.js';

/**
Time between two CLIENT LIST in milliseconds; undefined: only when the user asks for the list. The command takes about
1.4 µs for each client on the server's main thread: 13.9 ms at 10,000 clients, measured on Redis 7.0.

@param isAwaited Whether the list is shown, INFO shows that the clients have changed (`clientDigest`), or many commands
fail. Otherwise the list is read six times less often.
*/
export function clientListPeriod(connectedClients: number, isAwaited: boolean): number | undefined {
	const periodMs = connectedClients <= 500 ? 5000 : connectedClients <= 2000 ? 15_000 : undefined;
	return periodMs === undefined || isAwaited ? periodMs : 6 * periodMs;
}

export const isListAwaited = (state: PollState, {interests}: PollDemand): boolean =>
	interests.has('clients') || state.clientDigest !== state.listedClientDigest || hasManyErrors(state);

/**
Whether CLIENT LIST is sent again with the next poll, because rates of clients need two lists. Only subcommands of
redis-top that take two samples and exit need the second list at once. A server whose list has no counts of what each
client sent is not asked again.
*/
export const isSecondListAwaited = (
	{clientReadings, connectedClients}: PollState,
	{isWholeAtOnce = false}: PollDemand,
) => isWholeAtOnce && clientReadings === 1 && clientListPeriod(connectedClients, true) !== undefined;

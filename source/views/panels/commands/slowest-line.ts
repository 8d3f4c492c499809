import {commandOf} from '../../../derive/command-name.js';
import {recentMs} from '../../../derive/recent-log.js';
import type {SlowlogEntry} from '../../../domain/slowlog.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {partsThatFit} from '../../../text/fit.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, span} from '../../../text/line.js';
import {microseconds, percent, seconds} from '../../../text/units.js';

/** Duration from which a command delays all clients so that they notice it, in microseconds. */
const noticedMicroseconds = 100_000;

/**
The command of the slow log that held the main thread longest within the last minute. The list and the bar show a few
seconds only, and a command that comes every quarter of a minute is in neither. Empty without such a command.
*/
export function slowestLine(node: NodeRecord, nowMs: number, width: number, {isAscii}: Glyphs): Line[] {
	const serverMs = serverTime(node, nowMs);
	const recent = (node.slowlog?.value.entries ?? []).filter(
		({atMs, durationMicroseconds, clientName}) =>
			atMs > serverMs - recentMs && durationMicroseconds >= noticedMicroseconds && clientName !== 'redis-top',
	);
	const [slowest] = recent.toSorted((one, other) => other.durationMicroseconds - one.durationMicroseconds);
	if (slowest === undefined) {
		return [];
	}

	const alike = recent.filter(entry => commandOf(entry) === commandOf(slowest));
	const spentMs = alike.reduce((sum, {durationMicroseconds}) => sum + durationMicroseconds, 0) / 1000;
	const ageSeconds = Math.max(0, serverMs - slowest.atMs) / 1000;
	const client = clientOf(slowest);
	return [
		partsThatFit(
			[
				[
					span(' slowest     ', 'label'),
					span(`${commandOf(slowest)} ${microseconds(slowest.durationMicroseconds, isAscii)}`, 'warning'),
					span(`, ${seconds(Math.round(ageSeconds))} ago`),
				],
				client === undefined ? [] : [span(`, from ${client}`)],
				alike.length < 2 ? [] : [span(`; ${alike.length} took ${percent(spentMs / recentMs)} of a minute`)],
			],
			width,
		),
	];
}

const clientOf = ({clientName, clientAddress}: SlowlogEntry): string | undefined =>
	clientName || clientAddress || undefined;

/** The server's clock at the moment that is shown, in milliseconds since the epoch. */
function serverTime({sample}: NodeRecord, nowMs: number): number {
	const microsecondsThen = sample?.info.number('server', 'server_time_usec');
	return sample === undefined || microsecondsThen === undefined ? nowMs : microsecondsThen / 1000 + nowMs - sample.atMs;
}

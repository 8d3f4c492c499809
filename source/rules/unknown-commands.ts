import {message} from '../domain/message.js';
import {commandStats} from '../parse/info-fields.js';
import {perSecond} from '../text/units.js';
import {namedClients, otherClients} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {areMeasured, manyErrors, secondsBetween} from './measured-errors.js';
import {answerMissing, errors} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {areOfLibraries} from './plain-errors.js';
import {clear, fires, rule} from './rule.js';

/** The number of errors of commands that the server knows; undefined without two readings of commandstats. */
export function errorsOfKnownCommands({sample, earlier}: NodeFacts): number | undefined {
	const [before, after] = [earlier, sample].map(reading =>
		reading?.info.sections.has('commandstats') === true ? commandStats(reading.info) : undefined,
	);
	if (before === undefined || after === undefined) {
		return undefined;
	}

	let sum: number | undefined = 0;
	after.forEach(({rejectedCalls, failedCalls}, name) => {
		const then = before.get(name);
		sum =
			sum === undefined || rejectedCalls === undefined || failedCalls === undefined
				? undefined
				: sum + rejectedCalls + failedCalls - (then?.rejectedCalls ?? 0) - (then?.failedCalls ?? 0);
	});
	return sum;
}

/** The text in CLIENT LIST for a connection whose last command the server does not know. Source: networking.c. */
const noCommand = 'NULL';

/** Seconds of idle time up to which a connection counts as sending unknown commands now. */
const activeSeconds = 2;

/**
Clients whose last command the server does not know. A connection that never sent a command is left out: it has been
idle since its start.
*/
const askers = (facts: NodeFacts) =>
	namedClients(
		otherClients(facts).filter(
			({command, idleSeconds, ageSeconds}) =>
				command === noCommand && idleSeconds <= activeSeconds && ageSeconds > idleSeconds,
		),
	);

/**
Whether the errors may be those of client libraries that connect. Such a library goes on. A client that sends an unknown
command for its work is in CLIENT LIST with it.

@param waiting Number of connections whose last command is unknown.
*/
const mayBeOfLibraries = (facts: NodeFacts, unknown: number, waiting: number): boolean =>
	areOfLibraries(facts, unknown) && waiting < (facts.increase('stats', 'total_connections_received') ?? 0) / 2;

/**
Whether each new connection made one of the errors. A load balancer that sends the PROXY protocol (version 1) makes one on
each, and its clients then send commands that the server knows.
*/
function isOnePerConnection(facts: NodeFacts, unknown: number): boolean {
	const connections = facts.increase('stats', 'total_connections_received') ?? 0;
	return Math.abs(connections - unknown) <= Math.max(2, unknown / 10);
}

/** Number of renamed commands that a finding names. */
const namedCommands = 2;

/** The commands that the server's config file renames or takes away, as text; undefined if none, or if it cannot be read. */
function renamedText({record}: NodeFacts): string | undefined {
	const host = record.host?.value;
	const renamed = (host?.kind === 'here' ? host.configFile?.renamedCommands : undefined) ?? [];
	const more = renamed.length - namedCommands;
	return renamed.length === 0
		? undefined
		: `${renamed.slice(0, namedCommands).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

export const errUnknown = rule({
	id: 'err.unknown',
	scope: 'node',
	docs: {
		looksAt:
			'The rule counts errors with the code ERR (`errorstat_ERR`) that belong to no command of INFO commandstats. The server counts its replies to unknown commands in this way. CLIENT LIST shows `cmd=NULL` for the clients that send one. Where the server runs on this machine, its config file shows which commands it renames (`rename-command`).',
		since: '6.2',
		falsePositives: [
			'A monitor that starts sends some commands that the server may not have. Fewer than ten errors between two samples do not count.',
			'Client libraries try CLIENT SETINFO and the like at each connection, and go on without. As many errors as that are info.',
		],
	},
	thresholds: {
		replies: {value: 10, unit: 'count', source: 'between two samples; a monitor that starts makes fewer'},
		many: manyErrors,
	},
	needs: {
		refused: errors('ERR'),
		known: {read: errorsOfKnownCommands, missing: answerMissing('INFO commandstats')},
	},
	evaluate({refused, known}, facts, limits, heldMs) {
		const replies = facts.increase('stats', 'total_error_replies') ?? refused;
		const unknown = Math.min(refused, replies - known);
		if (unknown < limits.replies) {
			return clear;
		}

		const unknownPerSecond = unknown / secondsBetween(facts);
		const asking = askers(facts);
		const [first, ...more] = asking;
		const waiting = asking.reduce((sum, {connections}) => sum + connections, 0);
		if (mayBeOfLibraries(facts, unknown, waiting)) {
			return fires('info', {
				problem: 'gets commands that it does not have as clients connect',
				detail: perSecond(unknownPerSecond),
				evidence: [
					{name: 'errors of unknown commands, since the sample before', value: unknown, unit: 'count'},
					...infoEvidence(facts, ['stats', 'total_connections_received', 'count']),
				],
				meaning:
					'Client libraries try CLIENT SETINFO (since 7.2) and the like at each connection, and go on without. The errors do no harm.',
				next: [
					hint('nothing is to be done; connections that are kept make fewer of these errors'),
					redisCli(facts, 'INFO server'),
				],
			});
		}

		const isPerConnection = first === undefined && isOnePerConnection(facts, unknown);
		const from =
			first === undefined ? '' : message` from ${first.name}${more.length === 0 ? '' : ` and ${more.length} more`}`;
		const {modules} = facts.record;
		const renamed = renamedText(facts);
		const hasNoModules = modules?.value.length === 0;
		return fires('warning', {
			isCertain: areMeasured(facts, unknownPerSecond, limits.many, heldMs),
			problem: message`gets commands that it does not have${from}`,
			detail: perSecond(unknownPerSecond),
			reason: isPerConnection
				? 'one per new connection: a load balancer with the PROXY protocol?'
				: renamed === undefined
					? hasNoModules
						? 'it has no modules'
						: undefined
					: `its config renames ${renamed}${hasNoModules ? '; it has no modules' : ''}`,
			culprit: first === undefined || more.length > 0 ? undefined : {client: first.name},
			evidence: [
				{name: 'errors of unknown commands, since the sample before', value: unknown, unit: 'count'},
				...(modules === undefined ? [] : [{name: 'modules', value: modules.value.length, unit: 'count' as const}]),
				...(renamed === undefined ? [] : [{name: 'rename-command', value: renamed}]),
			],
			meaning:
				'The client expects a module (JSON, search, time series), a newer version, or a command that was renamed. Each of these commands fails.',
			next: [
				...(isPerConnection
					? [
							hint(
								'if clients come through a load balancer: switch the PROXY protocol off there (HAProxy send-proxy), the server does not speak it',
							),
						]
					: []),
				hint('find the command in the log of its client: the server does not keep its name'),
				...(renamed === undefined
					? []
					: [
							hint(
								`if it is ${renamed}: rename-command in the config file of the server takes it away; let the client do without it`,
							),
						]),
				...(hasNoModules
					? [hint('if it is of a module: loadmodule in the config file of the server, or send it to one that has it')]
					: [redisCli(facts, 'MODULE LIST')]),
				redisCli(facts, 'INFO server'),
			],
		});
	},
});

export const unknownCommandRules = [errUnknown] as const;

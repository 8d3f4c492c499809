import {addressOf, type NodeAddress} from '../../domain/node.js';
import {isArray, numberOf, pairsOf, textOf} from '../../parse/reply-values.js';
import {parseSentinelPeers} from '../../parse/sentinel.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {ReplyFailure} from '../../wire/redis-port.js';
import type {Parameter, ProofInput} from './action-row.js';
import {buildRow, fine, veto, warning, when} from './build-row.js';
import {counted} from './saved-data.js';
import type {Reading} from './server-facts.js';
import {replyOf, verifyWith} from './verify-with.js';

/** The reply of SENTINEL MASTER as a map. */
const primaryIn = ({extra}: Reading): ReadonlyMap<string, string> =>
	new Map(
		pairsOf(extra?.[0] instanceof ReplyFailure ? null : extra?.[0]).map(([name, value]) => [name, textOf(value) ?? '']),
	);

const addressIn = (reading: Reading): NodeAddress | undefined => {
	const primary = primaryIn(reading);
	const [host, port] = [primary.get('ip'), primary.get('port')];
	return host === undefined ? undefined : addressOf({kind: 'tcp', host, port: Number(port)});
};

const name: Parameter = {
	label: 'which primary',
	hint: 'the name that the Sentinels have for it',
	example: 'mymaster',
	initial: ({sentinel}: NodeRecord) => sentinel?.value.primaries[0]?.name,
	read: text =>
		/^[\w.-]+$/.test(text.trim())
			? {words: [text.trim()], shown: text.trim()}
			: 'letters, digits, dots, dashes; no pattern',
};

const asks = ([of = '']: readonly string[]): ReadonlyArray<readonly string[]> => [
	['SENTINEL', 'MASTER', of],
	['SENTINEL', 'CKQUORUM', of],
	['SENTINEL', 'REPLICAS', of],
];

/**
The number of the primary's replicas that answer the Sentinel; undefined where the Sentinel does not report them.
*/
const answeringReplicas = ({extra}: Reading): number | undefined =>
	isArray(extra?.[2])
		? parseSentinelPeers(extra[2]).filter(({flags}) => ![...flags].some(flag => /down|disconnected/.test(flag))).length
		: undefined;

const otherSentinels = (reading: Reading): number => numberOf(primaryIn(reading).get('num-other-sentinels')) ?? 0;

/**
Whether the new primary itself reported the role `master` to the Sentinel within the last minute. `info-refresh` is the
age of the last report in milliseconds, and 0 before the first report.
*/
function hasReportedPrimary(reading: Reading): boolean {
	const ageMs = numberOf(primaryIn(reading).get('info-refresh')) ?? 0;
	return primaryIn(reading).get('role-reported') === 'master' && ageMs > 0 && ageMs < 60_000;
}

/**
Counts the other Sentinels that answer (`asked`), that name this primary (`agree`), and that do not answer (`silent`).
*/
function agreement({observation}: ProofInput, primary: string) {
	const reports = observation.kind === 'answered' ? (observation.peers ?? []) : [];
	const named = reports.flatMap(report => (report.primary === undefined ? [] : [report.primary]));
	const isLike = (name: string) => name === primary;
	return {asked: named.length, agree: named.filter(isLike).length, silent: reports.length - named.length};
}

const factsOf = (facts: Reading) => {
	const primary = primaryIn(facts);
	return [
		['primary', addressIn(facts) ?? '-'],
		['flags', primary.get('flags') ?? '-'],
		[
			'knows',
			`${primary.get('num-slaves') ?? '-'} replicas, ${primary.get('num-other-sentinels') ?? '-'} other Sentinels, quorum ${primary.get('quorum') ?? '-'}`,
		],
	] as const;
};

const failover = buildRow({
	id: 'sentinel-failover',
	letter: 't',
	title: 'SENTINEL FAILOVER: make another node the primary',
	class: 'outage',
	command: ['SENTINEL', 'FAILOVER'],
	server: 'sentinel',
	parameter: name,
	asks,
	peers: 'ask-sentinels',
	alerts: {nodes: facts => [addressIn(facts)]},
	preflight(facts) {
		const primary = primaryIn(facts);
		const quorum = facts.extra?.[1];
		const isReached = typeof quorum === 'string' && quorum.startsWith('OK');
		return {
			effects: [
				'Promotes its best replica without asking the other Sentinels; the last writes of the old one may be lost.',
			],
			facts: factsOf(facts),
			checks: [
				...when(primary.size === 0, veto('this Sentinel knows no primary of that name')),
				...when(primary.get('num-slaves') === '0', veto('it knows no replica to promote')),
				...when((primary.get('flags') ?? '').includes('failover_in_progress'), veto('a failover is under way already')),
				isReached ? fine('the quorum is reached') : warning('the quorum is not reached: see CKQUORUM'),
			],
		};
	},
	verify: verifyWith({
		running(now, input) {
			if ((primaryIn(now).get('flags') ?? '').includes('failover_in_progress')) {
				return 'the failover is under way';
			}

			const [was, is] = [addressIn(input.before), addressIn(now)];
			if (is === undefined || was === is) {
				return undefined;
			}

			const {asked, agree} = agreement(input, is);
			return agree < asked
				? `${is} is the primary here; ${agree} of ${asked} other Sentinels know`
				: hasReportedPrimary(now)
					? undefined
					: `${is} is to be the primary; it has not reported that role yet`;
		},
		proved(now, input) {
			const [was, is] = [addressIn(input.before), addressIn(now)];
			if (is === undefined || was === is) {
				return undefined;
			}

			const {asked, silent} = agreement(input, is);
			const unreached = silent === 0 ? '' : `, ${silent} not reached`;
			return `the primary is now ${is}, was ${was}; all ${asked + 1} Sentinels name it${unreached}, and it reports that role`;
		},
		unseen: 'this Sentinel still names the same primary',
		graceMs: 30_000,
	}),
	verifyTimeoutMs: () => 180_000,
});

const reset = buildRow({
	id: 'sentinel-reset',
	letter: 'x',
	title: 'SENTINEL RESET: forget dead replicas and Sentinels',
	class: 'outage',
	command: ['SENTINEL', 'RESET'],
	server: 'sentinel',
	parameter: name,
	asks,
	peers: 'ask-sentinels',
	preflight: facts => ({
		effects: [
			'It forgets all replicas and Sentinels and finds those that answer within about 10 s; no failover until then.',
		],
		facts: factsOf(facts),
		checks: [
			...when(primaryIn(facts).size === 0, veto('this Sentinel knows no primary of that name')),
			...when(
				(primaryIn(facts).get('flags') ?? '').includes('down'),
				veto('its primary is down: a failover would be cancelled'),
			),
			warning('one Sentinel at a time, 30 s apart'),
		],
	}),
	verify: verifyWith({
		running: (now, {before, facts}) =>
			(answeringReplicas(now) ?? 0) < (answeringReplicas(before) ?? 0) ||
			otherSentinels(now) < (facts.peers?.length ?? 0)
				? 'it is finding replicas and Sentinels again'
				: undefined,
		failed: (_, input) => (replyOf(input) === '0' ? 'no primary had that name' : undefined),
		proved: now =>
			primaryIn(now).size > 0
				? `it has found ${counted(answeringReplicas(now), 'replica')} and ${counted(otherSentinels(now), 'other Sentinel')} again`
				: undefined,
		unseen: 'it has found nothing again',
		graceMs: 30_000,
	}),
});

export const sentinelActions = [failover, reset] as const;

import type {Evidence, NextStep} from '../domain/finding.js';
import {memoizeByRef} from '../domain/memoize.js';
import {message, nodeName} from '../domain/message.js';
import {addressOf, type NodeAddress} from '../domain/node.js';
import {seconds} from '../text/units.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {formerInLog} from '../topology/taken-over.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {wasPromoted} from './role-change.js';
import {type FleetEvaluation, type FleetFacts, fires, rule} from './rule.js';
import {type MonitoredGroup, monitoredGroups} from './sentinel-groups.js';

const windowMs = 600_000;

/** A promotion: when it was, in milliseconds since the epoch, and the node that was the primary before, if it is known. */
export type Promotion = {
	readonly atMs: number;
	readonly from?: NodeAddress | undefined;
	readonly source: 'its role' | 'its log' | 'its Sentinels' | 'the log of a Sentinel';
};

const logOf = ({record: {host}}: NodeFacts) => (host?.value.kind === 'here' ? host.value.log : undefined);

/** The promotion that the node itself shows: redis-top saw its new role, or its log on this machine tells of it. */
export function ownPromotion(facts: NodeFacts): Promotion | undefined {
	const seen = facts.memory.promotedAtMs.at(-1);
	const logged = logOf(facts)?.happened?.findLast(({id}) => id === 'won-failover')?.atMs;
	if (seen !== undefined && seen >= (logged ?? 0)) {
		return {atMs: seen, source: 'its role'};
	}

	const former = logged === undefined ? undefined : formerInLog(facts.record);
	return logged === undefined
		? undefined
		: {atMs: logged, source: 'its log', from: former && nodeFinder(facts.nodes)(former)};
}

/** Milliseconds between a Sentinel's start and its first knowledge of a primary's role. */
const startMs = 30_000;

/**
The failover that Sentinels tell of: the newest `+switch-master` of their logs on this machine, else since when they count
the node as the primary. A Sentinel that has just started, or that monitors the primary since a moment ago, counts from
then. So the longest time of all Sentinels counts, and only in a group that was failed over before.
*/
function sentinelPromotion({reports}: MonitoredGroup, promoted: NodeFacts): Promotion | undefined {
	for (const {sentinel} of reports) {
		const remark = logOf(sentinel)?.remarks.find(({id}) => id === 'sentinel-failover');
		const [, from, fromPort, to, toPort] =
			/[+]switch-master \S+ (\S+) (\d+) (\S+) (\d+)/.exec(remark?.line ?? '') ?? [];
		if (remark?.atMs !== undefined && from !== undefined && to !== undefined) {
			const sameNode = nodeFinder(promoted.nodes);
			const addressFor = (host: string, port: string | undefined) =>
				sameNode(addressOf({kind: 'tcp', host, port: Number(port)}));
			if (addressFor(to, toPort) === promoted.address) {
				return {atMs: remark.atMs, from: addressFor(from, fromPort), source: 'the log of a Sentinel'};
			}
		}
	}

	const times = reports.flatMap(({sentinel, primary: {roleMs, configEpoch}}) => {
		const uptimeMs = (sentinel.number('server', 'uptime_in_seconds') ?? 0) * 1000;
		const readAtMs = sentinel.record.sentinel?.atMs ?? Number.NEGATIVE_INFINITY;
		return (configEpoch ?? 0) > 0 && uptimeMs > (roleMs ?? 0) + startMs
			? [readAtMs - (roleMs ?? Number.POSITIVE_INFINITY)]
			: [];
	});
	return times.length > 0 && wasPromoted(promoted) ? {atMs: Math.min(...times), source: 'its Sentinels'} : undefined;
}

/** The newest known promotion of each primary, however long ago it was. Two rules read it in each evaluation. */
export const promotionsIn = memoizeByRef((fleet: FleetFacts): ReadonlyMap<NodeAddress, Promotion> => {
	const found = new Map<NodeAddress, Promotion>();
	for (const facts of fleet.nodes.values()) {
		const own = facts.record.role === 'primary' ? ownPromotion(facts) : undefined;
		if (own !== undefined) {
			found.set(facts.address, own);
		}
	}

	for (const group of monitoredGroups(fleet)) {
		const named = group.reports[0]?.primary.address;
		const [some] = fleet.nodes.values();
		const facts = named && some && fleet.nodes.get(nodeFinder(some.nodes)(named));
		const told = facts?.record.role === 'primary' ? sentinelPromotion(group, facts) : undefined;
		if (facts !== undefined && told !== undefined) {
			const own = found.get(facts.address);
			// The Sentinels' log names the former primary as well.
			found.set(facts.address, own === undefined || told.from !== undefined ? told : own);
		}
	}

	return found;
});

export const repPromoted = rule({
	id: 'rep.promoted',
	scope: 'fleet',
	docs: {
		looksAt:
			'A node became the primary within the last ten minutes. Its log on this machine tells of it, or the log of a Sentinel (`+switch-master`), or `role-reported-time` of SENTINEL MASTERS in a group that was failed over before (`config-epoch`). So a failover from before the start of redis-top is known.',
		since: 'any',
		falsePositives: [
			'A planned failover looks the same. The finding is info.',
			'A Sentinel that started a moment ago counts the time from its start, so it does not count.',
		],
	},
	raiseAfter: 1,
	evaluate(fleet): FleetEvaluation[] {
		return [...promotionsIn(fleet)].flatMap(([address, {atMs, from, source}]) => {
			const facts = fleet.nodes.get(address);
			const agoSeconds = Math.max(0, fleet.nowMs - atMs) / 1000;
			if (facts?.sample === undefined || agoSeconds * 1000 >= windowMs) {
				return [];
			}

			const next: readonly NextStep[] = [
				hint(
					from === undefined
						? 'if nobody planned it: find out why the primary before it stopped, from its log and dmesg there'
						: message`if nobody planned it: find out why ${nodeName(from)} stopped, from its log and dmesg there`,
				),
				hint('clients that keep the address of the former primary get READONLY errors, or no connection: panel 5'),
				redisCli(facts, 'INFO replication'),
			];
			const evidence: readonly Evidence[] = [
				{name: 'promoted', value: agoSeconds, unit: 'seconds'},
				{name: 'known from', value: source},
			];
			return [
				{
					...fires('info', {
						problem: message`was promoted ${seconds(agoSeconds)} ago${from === undefined ? '' : message`, in place of ${nodeName(from)}`}`,
						nodes: [address, ...(from === undefined ? [] : [from])],
						evidence,
						meaning:
							'A planned failover loses no write. After any other, the writes are missing that the former primary had not sent.',
						next,
					}),
					node: address,
				},
			];
		});
	},
});

export const promotedRules = [repPromoted] as const;

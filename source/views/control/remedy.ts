import {actionRow, shortTitle} from '../../actions/catalogue/catalogue.js';
import type {Choice} from '../../actions/catalogue/choice.js';
import type {NodeAddress} from '../../domain/node.js';
import type {RuleId} from '../../rules/all-rules.js';
import {isMistaken} from '../../rules/end-steps.js';
import type {Finding} from '../../rules/finding.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {isOutage, rankedFindings} from '../../state/verdict.js';

/** The action that belongs to a list row of a panel. Choosing it opens a guarded dialog. */
export type RowAction = {
	readonly node: NodeRecord;
	readonly choice: Choice;
	/** The name or the address of the client whose connection a remedy closes; undefined if the finding names none. */
	readonly client?: string | undefined;
};

/**
The guarded action that a finding recommends, and its node. If the finding recommends none:
- For a node out of reach it is the action of the first consequence that has one. Nothing can be sent to a dead primary,
  but its replica can take over.
- For a finding that names a client, it is closing that client's connection, if the client has only one. So it is for a
finding that recommends to close one.
*/
export function remedyOf(finding: Finding | undefined, state: MonitorState): RowAction | undefined {
	const advised = finding && advisedBy(finding, state);
	if (advised === undefined) {
		return undefined;
	}

	const nodeAt = (address: NodeAddress | undefined) => (address === undefined ? undefined : state.nodes.get(address));
	// The node of the finding is used when the node of its remedy is not polled here.
	const node = nodeAt(advised.remedy?.node) ?? nodeAt(advised.node);
	// Nothing can be sent to a node that is down.
	if (node === undefined || node.reach === 'down') {
		return undefined;
	}

	const {action, remedy, culprit} = advised;
	const client = culprit?.client?.name;
	// A server that a command holds closes no client before the command has ended.
	const mayClose = (action ?? 'client-kill') === 'client-kill' && node.failure === undefined;
	const clientId = mayClose ? culpritIn(node, advised) : undefined;
	return clientId !== undefined
		? {node, choice: {action: 'client-kill', clientId}, client}
		: action === undefined
			? undefined
			: {node, choice: {action, value: remedy?.value}, ...(action === 'client-kill' ? {client} : {})};
}

/** What a remedy does, as text: `CLIENT KILL ID: close nightly-job`. */
export function remedyText({choice: {action, clientId}, client}: RowAction): string {
	const {title} = actionRow(action);
	return client === undefined || client === ''
		? title
		: `${shortTitle(title)}: close ${clientId === undefined ? 'one of ' : ''}${client}`;
}

/**
Rules whose client is not worth closing. Errors harm the client itself, which connects again and sends the same. So does
an application that fills a queue or a cache, reads the wrong database, or connects for each request. A command of the slow log has ended. A client
over its buffer limit is closed by the server itself, and comes back.
*/
const notByClosing: ReadonlySet<RuleId> = new Set<RuleId>([
	'err.failed',
	'err.rate',
	'err.unknown',
	'sec.authfail',
	'lat.slowlog_new',
	'key.undrained',
	'key.not_taken',
	'key.untrimmed',
	'key.miss',
	'key.empty_db',
	'mem.scripts',
	'cli.obuf_kill',
	'cli.no_subscribers',
	'cli.churn',
	'cli.storm',
]);

/**
Rules whose client is worth closing only where they say so. A client that emptied a database has done so, and its keys
come first: they may be lost with the next save.
*/
const byClosingIfAdvised: ReadonlySet<RuleId> = new Set<RuleId>(['key.flush', 'key.drop']);

/**
The id of the client that causes a finding. Undefined if it is not connected, or has several connections. Undefined too
in the first second of a connection: one that lives for a moment is gone before the action is confirmed.
*/
function culpritIn({clients, address}: NodeRecord, {rule, action, culprit, clearedAtMs}: Finding): number | undefined {
	const name = culprit?.client?.name;
	const isWorth = !notByClosing.has(rule) && (action !== undefined || !byClosingIfAdvised.has(rule));
	const isHere = clearedAtMs === undefined && isWorth && (culprit?.node === undefined || culprit.node === address);
	if (name === undefined || name === '' || !isHere) {
		return undefined;
	}

	const [client, ...others] = (clients?.value ?? []).filter(each => each.name === name || each.address === name);
	return others.length === 0 && client !== undefined && client.ageSeconds > 0 ? client.id : undefined;
}

/**
Whether the action of a consequence does not help a node that is out of reach. Its replica has taken over already, or the
node would be removed from the cluster, although it only has to be started.
*/
function isTooLate({action, remedy}: Finding, {nodes}: MonitorState): boolean {
	const target = remedy?.node === undefined ? undefined : nodes.get(remedy.node);
	return action === 'cluster-forget' || (takeoverActions.has(action) && target?.role === 'primary');
}

/** Whether the action would go to a node that is down, such as a setting of the dead primary. */
const isSentToDown = ({node, remedy}: Finding, {nodes}: MonitorState): boolean => {
	const target = (remedy?.node === undefined ? undefined : nodes.get(remedy.node)) ?? (node && nodes.get(node));
	return target?.reach === 'down';
};

/** Whether Sentinels fail the primary over by themselves. A failover by hand is refused then, or is a second one. */
const isUnderWay = ({rule, reason}: Finding): boolean => rule === 'sen.down' && reason === undefined;

const takeoverActions: ReadonlySet<Finding['action']> = new Set<Finding['action']>([
	'cluster-failover',
	'cluster-failover-force',
]);

/**
The finding itself if it recommends an action. For a node out of reach without an action: its first consequence that
recommends one, else what lets its Sentinels fail it over. In all other cases the finding itself, and so where a line of
its config file keeps the node down.
*/
export function advisedBy(finding: Finding, state: MonitorState): Finding {
	if (finding.action !== undefined || !isOutage(finding) || isMistaken(finding)) {
		return finding;
	}

	const ranked = rankedFindings(state);
	const key = ranked.find(entry => entry.finding === finding)?.key;
	const consequence = ranked.find(
		({causeKey, finding: each}) =>
			causeKey === key &&
			each.action !== undefined &&
			each.clearedAtMs === undefined &&
			// A note advises for later: a maxmemory, where a silent replica makes the primary keep its writes.
			each.severity !== 'info' &&
			each.rule !== 'mem.unset' &&
			!isUnderWay(each) &&
			!isTooLate(each, state) &&
			!isSentToDown(each, state),
	);
	return (key === undefined ? undefined : consequence?.finding) ?? heldFailover(finding, state) ?? finding;
}

/** The finding of Sentinels that tells why no failover of a dead primary follows by itself, and what lets it follow. */
const heldFailover = ({node}: Finding, {findings}: MonitorState): Finding | undefined =>
	findings.find(
		({rule, reason, culprit, clearedAtMs}) =>
			rule === 'sen.down' && reason !== undefined && culprit?.node === node && clearedAtMs === undefined,
	);

import {nodeRole} from '../../derive/replication-peers.js';
import type {ActionPlan, ActionTarget, Check, ExpectedAlerts} from '../../domain/action.js';
import type {InfoReply} from '../../domain/info-reply.js';
import type {NodeAddress} from '../../domain/node.js';
import {commandText} from '../../text/command-words.js';
import type {ConnectionSettings} from '../../wire/connection.js';
import type {ActionPort} from '../../wire/redis-port.js';
import type {ActionRow, TypedValue} from '../catalogue/action-row.js';
import {type OtherServer, type Reading, readServerFacts, type ServerFacts} from '../catalogue/server-facts.js';
import {failureText, type Gate} from './gate.js';
import {findPeers, type Peer, readOtherServer} from './peers.js';

export type ActionRequest = {
	readonly row: ActionRow;
	readonly settings: ConnectionSettings;
	/** The process and role that the screen shows when the action is chosen. */
	readonly target: ActionTarget;
	/** The typed value; undefined for an action without a parameter. */
	readonly typed?: TypedValue | undefined;
	/** INFO of the last poll, used while a script blocks the server, because a blocked server refuses INFO. */
	readonly lastInfo?: InfoReply | undefined;
	/** How to connect to another node. @default the target's settings with the node's address */
	readonly settingsOf?: ((address: NodeAddress) => ConnectionSettings | undefined) | undefined;
};

/** A plan, and the connection on which its facts were read and its command will be sent. */
export type PreparedAction = {
	readonly row: ActionRow;
	readonly settings: ConnectionSettings;
	readonly plan: ActionPlan;
	readonly facts: ServerFacts;
	readonly port: ActionPort;
	/** Other nodes or Sentinels that get the command, or that report for the proof. */
	readonly peers: readonly Peer[];
	/** Reads the other server that the typed value names; undefined if the value names no server. */
	readonly readOther: () => Promise<OtherServer | undefined>;
};

export type Preparation =
	| {readonly kind: 'prepared'; readonly prepared: PreparedAction}
	| {readonly kind: 'failed'; readonly why: string};

/** Why the answering process is not the plan's target; undefined if it is the target. */
export function identityChange(target: ActionTarget, info: InfoReply): string | undefined {
	const runId = info.text('server', 'run_id');
	if (runId !== target.runId) {
		const now = runId === undefined ? 'hides its run_id' : `has run_id ${runId.slice(0, 8)}`;
		return `another process answers at ${target.address}: it ${now}, not ${target.runId.slice(0, 8)}`;
	}

	const role = nodeRole(info);
	return role === target.role ? undefined : `${target.address} is now ${role}, not ${target.role}`;
}

/**
A veto that appeared since the preflight, such as a save that another client began or a replica that disconnected.
Undefined where no veto appeared. A veto does not count if only its numbers have changed, such as the number of unsaved
changes.
*/
export function newVeto(
	{row, facts, plan}: PreparedAction,
	before: Reading,
	other: OtherServer | undefined,
): string | undefined {
	const isVeto = ({state}: Check) => state === 'veto';
	const shown = plan.checks.filter(isVeto);
	const now = row.preflight({...facts, ...before, other}).checks.filter(isVeto);
	const added = now.find(({text}) => shown.every(check => check.text !== text));
	return now.length > shown.length && added !== undefined ? `since the dialog opened: ${added.text}` : undefined;
}

/**
Opens the action's connection and reads the facts. The caller closes the port of a prepared action that isn't sent.
*/
export async function prepareAction(request: ActionRequest, gate: Gate): Promise<Preparation> {
	const {row, settings, target, typed, lastInfo} = request;
	const words = typed?.words ?? [];
	const command = [...row.command, ...words];
	const port = gate.openActionPort(settings);
	try {
		await port.open();
		const read = await readServerFacts(port, {
			endpoint: settings.endpoint,
			command,
			user: settings.username ?? 'default',
			settingNames: row.settingNames,
			timeoutMs: settings.timeoutMs,
			extra: row.asks?.(words) ?? [],
			whileBusy: row.isForBusy === true ? lastInfo : undefined,
		});
		const peers = await findPeers(row, port, words, request, gate);
		const readOther = () => readOtherServer(row.otherServer?.(words), request, gate);
		const facts: ServerFacts = {...read, words, other: await readOther(), peers: peers.map(({address}) => address)};
		const change = identityChange(target, facts.info);
		if (change !== undefined) {
			port.close();
			return {kind: 'failed', why: change};
		}

		const plan = planOf(row, target, facts, typed);
		return {kind: 'prepared', prepared: {row, settings, facts, port, peers, readOther, plan}};
	} catch (error) {
		port.close();
		return {kind: 'failed', why: failureText(error)};
	}
}

/** The target as text: address, first eight digits of the run_id, product and version. */
function targetText(address: NodeAddress, runId: string, info: InfoReply): string {
	const valkey = info.text('server', 'valkey_version');
	const product = valkey === undefined ? `Redis ${info.text('server', 'redis_version') ?? '-'}` : `Valkey ${valkey}`;
	return `${address}   run_id ${runId.slice(0, 8)}   ${product}`;
}

function planOf(row: ActionRow, target: ActionTarget, facts: ServerFacts, typed: TypedValue | undefined): ActionPlan {
	const {effects, facts: shown, checks, revert, follow, phrase, class: plannedClass} = row.preflight(facts);
	const command = [...row.command, ...(typed?.words ?? [])];
	const alsoTo = row.peers === 'send-to-nodes' ? facts.peers : undefined;
	const labelled = [
		['target', targetText(target.address, target.runId, facts.info)],
		...shown,
		['sends', `${commandText(command)}${alsoTo === undefined ? '' : `, to all ${alsoTo.length + 1} nodes`}`],
		...(revert === undefined ? [] : [['undo', commandText(revert)] as const]),
	] as const;
	return Object.freeze({
		id: row.id,
		target: Object.freeze({...target}),
		command: Object.freeze(command),
		title: row.title,
		effects: Object.freeze([...effects]),
		facts: Object.freeze(labelled.map(([label, value]) => Object.freeze([label, value] as const))),
		checks: Object.freeze(checks.map(check => Object.freeze({...check}))),
		revert: revert === undefined ? undefined : Object.freeze([...revert]),
		follow: follow && Object.freeze({...follow}),
		phrase,
		class: plannedClass,
		alsoTo: alsoTo === undefined ? undefined : Object.freeze([...alsoTo]),
		silence: expectedAlerts(row, target, facts),
	});
}

function expectedAlerts({alerts}: ActionRow, {address}: ActionTarget, facts: ServerFacts): ExpectedAlerts | undefined {
	if (alerts === undefined) {
		return undefined;
	}

	const others = (alerts.nodes?.(facts) ?? []).filter(other => other !== undefined);
	const nodes = Object.freeze([...new Set([address, ...others])]);
	return Object.freeze({nodes, lastsMs: alerts.lastsMs?.(facts.words ?? []) ?? 0});
}

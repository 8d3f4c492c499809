import {nodeRole} from '../../derive/replication-peers.js';
import type {ActionPlan, ActionTarget, Check} from '../../domain/action.js';
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
	/** As the screen shows it when the action is chosen. */
	readonly target: ActionTarget;
	/** What was typed; undefined where nothing is to be typed. */
	readonly typed?: TypedValue | undefined;
	/** What INFO said last, for a server that says nothing while a script runs. */
	readonly lastInfo?: InfoReply | undefined;
	/** How to reach another node; without it as the target is reached. */
	readonly settingsOf?: ((address: NodeAddress) => ConnectionSettings | undefined) | undefined;
};

/** A plan and the connection it was made on, which is the one it will be sent on. */
export type PreparedAction = {
	readonly row: ActionRow;
	readonly settings: ConnectionSettings;
	readonly plan: ActionPlan;
	readonly facts: ServerFacts;
	readonly port: ActionPort;
	/** The other nodes of the cluster that get the command or are asked for their view. */
	readonly peers: readonly Peer[];
	/** The server of a parameter, as it is now. */
	readonly readOther: () => Promise<OtherServer | undefined>;
};

export type Preparation =
	| {readonly kind: 'prepared'; readonly prepared: PreparedAction}
	| {readonly kind: 'failed'; readonly why: string};

/** Why what answers now isn't what the plan is for; undefined while it is. */
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
What stands in the way now and didn't when the box was made: a save that somebody else began, a replica that went. Numbers
that grew meanwhile, as unsaved changes do all the time, are no reason.
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
	return now.length > shown.length && added !== undefined ? `since the box opened: ${added.text}` : undefined;
}

/** Opens the action's connection and reads everything afresh. The caller closes the port when nothing comes of it. */
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

/** `10.0.1.11:6379 run_id 8f2c11e1 (Redis 7.0.15)`. */
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
	});
}

import process from 'node:process';
import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import {recallAlerts, rememberAlerts} from '../host/alert-memory.js';
import {homeFolder} from '../host/home-folder.js';
import {stateFolder} from '../host/own-folders.js';
import type {ServiceState} from '../metrics/service-state.js';
import {changeJson, type OpenFindings} from '../report/check/finding-change.js';

/** The Alertmanagers and the webhook that `redis-top watch` notifies. */
export type ToldReceivers = {
	/** Takes the open findings, and sends the notifications that are due. Returns at once. */
	readonly update: (open: OpenFindings, nowMs: number) => void;
	readonly states: () => readonly ServiceState[];
	/** Waits for pending requests, for two seconds at most. Then it writes to a file what the next run has to know. */
	readonly close: () => Promise<void>;
};

/** Longest wait for pending requests at the end, in milliseconds. */
const lastWaitMs = 2000;

/**
Notifies Alertmanagers and the webhook of findings. Undefined if none of them is configured. A file in the state folder
keeps what was sent. After a restart, nothing is sent twice, and findings that ended meanwhile are reported as ended.
*/
export async function tellReceivers(
	{receivers: {alertmanagers, webhook}, label, intervalMs}: Config,
	complain: (text: string) => void,
): Promise<ToldReceivers | undefined> {
	if (alertmanagers.length === 0 && webhook === undefined) {
		return undefined;
	}

	const [{AlertBook}, {AlertmanagerSender}, {WebhookSender}, {keptData, parseKept}, {HttpClient}] = await Promise.all([
		import('../metrics/alert-book.js'),
		import('../metrics/alertmanager-sender.js'),
		import('../metrics/webhook-sender.js'),
		import('../metrics/kept-alerts.js'),
		import('../wire/http-client.js'),
	]);
	const end = new AbortController();
	const folder = stateFolder(process.env, homeFolder());
	const name = [label, ...alertmanagers.map(({url}) => url.href), webhook?.service.url.href ?? ''].join('\n');
	const kept = parseKept(recallAlerts(folder, name));
	const startedAtMs = systemClock.now();
	const book = new AlertBook(label, alertmanagers.length === 0 ? new Map() : kept.alerts, startedAtMs);
	const common = {signal: end.signal, complain};
	const senders = alertmanagers.map(
		service => new AlertmanagerSender({...common, client: new HttpClient(service), book, intervalMs}),
	);
	const hook =
		webhook === undefined
			? undefined
			: new WebhookSender({
					...common,
					...webhook,
					client: new HttpClient(webhook.service),
					deployment: label,
					reported: kept.reported,
					startedAtMs,
					json: ({event, finding, atMs}) => changeJson({event, finding}, atMs),
				});
	let written = '';
	let isWriting = false;
	let cannotWrite = false;
	const keep = async (): Promise<void> => {
		const state = {alerts: book.kept, reported: hook?.reported ?? new Map()};
		const key = [
			...state.alerts.keys(),
			'',
			...[...state.reported].map(([id, {severity}]) => `${id} ${severity}`),
		].join('\n');
		if (isWriting || key === written) {
			return;
		}

		isWriting = true;
		try {
			await rememberAlerts(folder, name, keptData(state));
			written = key;
		} catch (error) {
			if (!cannotWrite) {
				const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
				complain(`the state folder can't be written (${why}): after a restart, receivers may be told again`);
			}

			cannotWrite = true;
		} finally {
			isWriting = false;
		}
	};

	let underWay: Promise<unknown> = Promise.resolve();
	return {
		update(open, nowMs) {
			book.update(open.values(), nowMs, key => senders.every(sender => sender.isDelivered(key)));
			hook?.update(open, nowMs);
			const elapsedMs = systemClock.elapsed();
			underWay = Promise.all([
				underWay,
				...[...senders, ...(hook === undefined ? [] : [hook])].map(sender => sender.tell(nowMs, elapsedMs)),
				keep(),
			]);
		},
		states: () => [...senders, ...(hook === undefined ? [] : [hook])].map(({state}) => state),
		async close() {
			const wait = new AbortController();
			await Promise.race([underWay, systemClock.sleep(lastWaitMs, wait.signal)]);
			wait.abort();
			end.abort();
			await keep();
		},
	};
}

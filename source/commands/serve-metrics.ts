import process from 'node:process';
import type {MonitorSession} from '../app/session.js';
import type {MetricsAddress} from '../config/metrics-address.js';
import {systemClock} from '../domain/clock.js';
import {exitCodes} from '../domain/exit-codes.js';
import type {ServiceState} from '../metrics/service-state.js';
import {isChosen, type RuleChoice} from '../rules/rule-choice.js';
import type {MonitorState} from '../state/monitor-state.js';
import {sanitize} from '../text/sanitize.js';

/** A port on which metrics are served. `close` closes the port. */
export type ServedMetrics = {
	/** Serves the metrics of this session and of these receivers from now on. */
	readonly show: (session: MonitorSession, receivers: () => readonly ServiceState[]) => void;
	readonly close: () => void;
};

/** Texts for an address on which redis-top can't listen, with the exit code, by the code of the error. */
const listenProblems: ReadonlyMap<string, readonly [text: string, exitCode: number]> = new Map([
	['EADDRINUSE', ['another program listens there; choose another port', exitCodes.unreachable]],
	['EADDRNOTAVAIL', ['this machine has no such address', exitCodes.usage]],
	['ENOTFOUND', ['there is no such host name', exitCodes.usage]],
	['EAI_AGAIN', ['the name server does not answer', exitCodes.unreachable]],
	['EACCES', ['this user may not listen on the port; choose one above 1023', exitCodes.noPermission]],
]);

/**
Opens the port of `--metrics`, before anything is polled. Resolves with the open port, or with the exit code after one
line on stderr. prom-client is loaded here, so that starts without `--metrics` don't load it.
*/
export async function serveMetrics({host, port}: MetricsAddress, choice: RuleChoice): Promise<ServedMetrics | number> {
	const [{MetricsServer}, {contentTypes, metricsPage}] = await Promise.all([
		import('../metrics/metrics-server.js'),
		import('../metrics/metrics-page.js'),
	]);
	let session: MonitorSession | undefined;
	let receivers: () => readonly ServiceState[] = () => [];
	const chosenState = (state: MonitorState): MonitorState => ({
		...state,
		findings: state.findings.filter(({rule}) => isChosen(choice, rule)),
	});
	const server = new MetricsServer({
		host,
		port,
		contentTypes,
		elapsed: () => systemClock.elapsed(),
		isReady: () => session?.fleet.addresses().every(address => session?.polls.has(address)) ?? false,
		async page(format) {
			const nowMs = systemClock.now();
			return session === undefined
				? ''
				: metricsPage(
						{state: chosenState(session.store.get()), polls: session.polls, receivers: receivers(), nowMs},
						format,
					);
		},
	});
	try {
		await server.listen();
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : '';
		const [text, exitCode] = listenProblems.get(code) ?? [code, exitCodes.unreachable];
		process.stderr.write(`redis-top: --metrics ${sanitize(`${host}:${port}`)}: ${text}\n`);
		return exitCode;
	}

	return {
		show(shown, told) {
			session = shown;
			receivers = told;
		},
		close: () => server.close(),
	};
}

import process from 'node:process';
import {wholeCollection} from '../app/heap.js';
import {version} from '../arguments/version.js';
import type {Config} from '../config/config.js';
import type {FleetTarget} from '../config/fleet-target.js';
import type {Loaded} from '../config/load.js';
import {systemClock} from '../domain/clock.js';
import {exitCodes} from '../domain/exit-codes.js';
import {keyboardWith} from '../keys/keyboard.js';
import type {FleetInstance} from '../prometheus/fleet/fleet-instance.js';
import {FleetSource, type FleetState} from '../prometheus/fleet/fleet-source.js';
import {Prometheus} from '../prometheus/prometheus.js';
import {createStore} from '../state/external-store.js';
import {crashReport, type ExitReason, installExitHandlers} from '../terminal/exit-handlers.js';
import {stopUntilContinued} from '../terminal/suspension.js';
import {asciiGlyphs, screenGlyphs, unicodeGlyphs} from '../text/glyphs.js';
import {plainText} from '../text/line.js';
import {mountFleet} from '../views/fleet/fleet-app.js';
import {fleetLines, noServersText, shownInstances} from '../views/fleet/fleet-screen.js';
import {type FleetView, newFleetView} from '../views/fleet/fleet-view.js';
import {HttpClient} from '../wire/http-client.js';
import type {MonitorVisit} from './monitor.js';

/**
Wait between drawing the list and asking Prometheus for the trends of the drawn servers, in milliseconds. Nobody reads
trends while the list scrolls.
*/
const restMs = 200;

/** Width and height of the list that is printed without a terminal, in cells. */
const printed = {columns: 160, rows: 12_000};

export type FleetOptions = {
	/** Makes the configuration of a monitor on one server of the list. */
	readonly configOf: (target: FleetTarget) => Promise<Loaded>;
	/** Runs the monitor's screen. Resolves with its exit code. */
	readonly runMonitor: (config: Config, visit: MonitorVisit) => Promise<number>;
};

/** Number of refreshes of the list from one garbage collection to the next. */
const collectEvery = 2;
/** Wait between a refresh and its garbage collection, in milliseconds. */
const collectAfterMs = 1000;

/**
Returns a function to be called after each refresh. After the first refresh and every `collectEvery` refreshes, the
function runs a garbage collection. The replies of a refresh are 10 MB of text, which would otherwise stay in resident
memory.
*/
function collector(): () => void {
	let refreshes = 0;
	const collect = wholeCollection();
	return () => {
		if (refreshes % collectEvery === 0) {
			setTimeout(collect, collectAfterMs).unref();
		}

		refreshes += 1;
	};
}

/** Why the list of the fleet was left: the program ends, or the user opened a server. */
type Left = ExitReason | {readonly kind: 'open'; readonly instance: FleetInstance};

/** `redis-top fleet`: the servers that a Prometheus knows, worst first. Resolves with the exit code. */
export async function runFleet(config: Config, options: FleetOptions): Promise<number> {
	const {prometheus: request, fleet} = config;
	if (request === undefined || fleet === undefined) {
		return exitCodes.usage;
	}

	const http = new HttpClient(request.service);
	const prometheus = new Prometheus(http);
	const state = createStore<FleetState | undefined>(undefined);
	const collectLater = collector();
	const source = new FleetSource({
		prometheus,
		matchers: fleet.matchers,
		mapping: request.mapping,
		clock: systemClock,
		intervalMs: config.intervalMs,
		onChange: change => {
			if (change.refreshedAtMs !== state.get()?.refreshedAtMs) {
				collectLater();
			}

			state.set(change);
		},
	});
	try {
		return process.stdout.isTTY && process.stdin.isTTY && !config.isDumbTerminal
			? await showFleet(config, options, source, state, prometheus.place)
			: await printFleet(config, source, prometheus.place);
	} finally {
		http.close();
	}
}

async function showFleet(
	config: Config,
	{configOf, runMonitor}: FleetOptions,
	source: FleetSource,
	changes: ReturnType<typeof createStore<FleetState | undefined>>,
	place: string,
): Promise<number> {
	const view = createStore<FleetView>(newFleetView);
	for (;;) {
		const left = await visitList(config, source, changes, view, place);
		if (left.kind !== 'open') {
			if (left.kind === 'crash') {
				process.stderr.write(crashReport(left.error, version));
			}

			return left.exitCode;
		}

		const why = await openMonitor(left.instance, configOf, runMonitor);
		if (why === 'quit') {
			return 0;
		}

		if (typeof why === 'number') {
			return why;
		}

		view.set({...view.get(), notice: why.notice});
	}
}

/** Shows the list until the user leaves it. Prometheus is asked only while the list is shown. */
function visitList(
	config: Config,
	source: FleetSource,
	changes: ReturnType<typeof createStore<FleetState | undefined>>,
	view: ReturnType<typeof createStore<FleetView>>,
	place: string,
): Promise<Left> {
	return new Promise(resolve => {
		const end = new AbortController();
		let rest: NodeJS.Timeout | undefined;
		let asked = '';
		const leave = (left: Left) => {
			setImmediate(stopHandling);
			process.off('SIGTSTP', suspend);
			clearTimeout(rest);
			end.abort();
			mounted.unmount();
			resolve(left);
		};

		const stopHandling = installExitHandlers(leave);
		const suspend = () => mounted.suspend();
		process.on('SIGTSTP', suspend);
		const seen = () => shownInstances({state: source.state, view: view.get(), rows: mounted.rows()});
		const loadSeen = () => {
			const instances = seen();
			const key = `${source.state.refreshedAtMs} ${instances.map(each => each.key).join()}`;
			if (key !== asked && source.state.refreshedAtMs !== undefined) {
				asked = key;
				void source.loadTrends(instances, end.signal);
				void source.loadLatencies(instances, end.signal);
			}
		};

		const mounted = mountFleet({
			state: {get: () => source.state, subscribe: listener => changes.subscribe(listener)},
			view,
			place,
			matchers: config.fleet?.matchers ?? '',
			trendOf: key => source.trendOf(key),
			p99Of: key => source.p99Of(key),
			now: () => systemClock.now(),
			intervalMs: config.intervalMs,
			keyboard: keyboardWith(config.keys),
			glyphs: screenGlyphs(config.isAscii, process.env.TERM),
			theme: config.theme,
			effects: {
				quit: () => leave({kind: 'quit', exitCode: 0}),
				refresh: () => void source.refresh(end.signal),
				whileSuspended: stopUntilContinued,
				open: instance => {
					if (instance.endpoint === undefined) {
						mounted.notify(`no label of ${instance.name} has its address: name one with --prometheus-label`, 'warning');
					} else {
						leave({kind: 'open', instance});
					}
				},
			},
			onDrawn: () => {
				clearTimeout(rest);
				rest = setTimeout(loadSeen, restMs);
			},
		});
		void source.run(end.signal);
	});
}

/**
Opens the monitor on a server. Resolves when the user has left the monitor: with a notice after Esc or a failed start,
with `quit` after exit code 0, else with the exit code.
*/
async function openMonitor(
	{endpoint, labels, name}: FleetInstance,
	configOf: FleetOptions['configOf'],
	runMonitor: FleetOptions['runMonitor'],
): Promise<number | 'quit' | {readonly notice: FleetView['notice']}> {
	const told = (text: string) => ({
		notice: {text, tone: 'warning', untilMs: systemClock.now() + 10_000} as const,
	});
	if (endpoint === undefined) {
		return told(`${name} has no address`);
	}

	const loaded = await configOf({endpoint, labels});
	if (loaded.kind !== 'run') {
		return told(loaded.kind === 'stop' ? loaded.lines.join(' ') : 'the monitor can not be opened');
	}

	const visit: MonitorVisit = {hasLeft: false};
	const exitCode = await runMonitor(loaded.config, visit);
	return visit.hasLeft ? {notice: undefined} : exitCode === 0 ? 'quit' : exitCode;
}

/** Prints the list once, for a pipe. Resolves with exit code 69 if Prometheus returns no list, or an empty one. */
async function printFleet(config: Config, source: FleetSource, place: string): Promise<number> {
	const end = new AbortController();
	await source.refresh(end.signal);
	const {state} = source;
	if (state.refreshedAtMs === undefined) {
		process.stderr.write(`redis-top: Prometheus ${place} ${state.problem}\n`);
		return exitCodes.unreachable;
	}

	const matchers = config.fleet?.matchers ?? '';
	if (state.instances.length === 0) {
		process.stderr.write(
			`redis-top: ${state.problem === undefined ? noServersText(place, matchers) : `Prometheus ${place} ${state.problem}`}\n`,
		);
		return exitCodes.unreachable;
	}

	const lines = fleetLines({
		state,
		view: newFleetView,
		place,
		matchers,
		trendOf: () => undefined,
		p99Of: () => undefined,
		nowMs: systemClock.now(),
		intervalMs: config.intervalMs,
		keyboard: keyboardWith(config.keys),
		glyphs: config.isAscii ? asciiGlyphs : unicodeGlyphs,
		columns: printed.columns,
		rows: state.instances.length * 2 + 10,
	})
		.map(spans => plainText(spans).trimEnd())
		.filter((text, index) => index < 2 + state.instances.length * 2 && text !== '');
	process.stdout.write(`${lines.join('\n')}\n`);
	return 0;
}

import {getEventListeners} from 'node:events';
import process from 'node:process';
import {wholeCollection} from '../../source/app/heap.js';
import type {AuditFact} from '../../source/domain/audit.js';
import {type Clock, systemClock} from '../../source/domain/clock.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {AlertBook} from '../../source/metrics/alert-book.js';
import {readAlertmanagers} from '../../source/metrics/alertmanager-reader.js';
import {AlertmanagerSender} from '../../source/metrics/alertmanager-sender.js';
import {alertmanagerSilencer} from '../../source/metrics/alertmanager-silencer.js';
import {GrafanaAnnotator} from '../../source/metrics/grafana-annotator.js';
import {WebhookSender} from '../../source/metrics/webhook-sender.js';
import {FleetSource} from '../../source/prometheus/fleet/fleet-source.js';
import {Prometheus} from '../../source/prometheus/prometheus.js';
import {PrometheusHistory} from '../../source/prometheus/prometheus-history.js';
import {findingKey} from '../../source/rules/finding.js';
import type {AlertingView} from '../../source/state/alerting-view.js';
import {HttpClient, type HttpOutcome, type HttpRequest} from '../../source/wire/http-client.js';
import {type FakeReceiver, fakeReceiver, type ReceivedRequest, type ReceiverMode} from '../harness/fake-receiver.js';
import {findingOf} from '../harness/findings.js';
import {recordFrom, stateOf} from '../harness/records.js';
import {ownWords, stop, usageProblem} from '../harness/script-words.js';
import {growthPerHour, type Quantity, type Reading, warmUpHours} from './figures.js';
import {soakUsage} from './usage.js';

const {values: flags} = ownWords(soakUsage, {
	options: {outside: {type: 'boolean'}, rounds: {type: 'string', default: '3000'}},
});
const rounds = Number(flags.rounds);
if (!(rounds >= 1000)) {
	stop(usageProblem(soakUsage, '--rounds takes a number from 1000'));
}

/** Rounds until everything with a limit is full and the code is compiled. */
const warmUpRounds = 600;
const readEvery = 100;

/** Growth in 1,000 rounds that still counts as noise: megabytes, and a number. */
const noise: Readonly<Record<Quantity, number>> = {heapMb: 0.5, residentMb: 4, handles: 1, listeners: 1};

/** Rounds for which a service fails in the same way. */
const roundsOfMode = 5;

/** Series of 200 servers, as Prometheus sends them. */
const vector = {
	resultType: 'vector',
	result: Array.from({length: 200}, (_, index) => ({
		metric: {__name__: 'redis_up', instance: `10.0.3.${index}:6379`, job: 'redis'},
		value: [1_800_000_000, '1'],
	})),
};
/** How each service answers while all is well. */
const well: readonly ReceiverMode[] = [
	{status: 200, body: JSON.stringify({status: 'success', data: vector})},
	{status: 200, body: '[]'},
	{status: 200},
	{status: 200},
];
const modes: ReadonlyArray<ReceiverMode | 'killed' | 'well'> = [
	'well',
	'killed',
	'hang',
	{status: 503, body: 'full', headers: {'retry-after': '1'}},
	'slow',
	'endless',
	{status: 200, body: '<html>\u001B[2J</html>'},
	'close',
	{status: 200, body: '{"status":"success","data":{"resultType":"vector","result":[{"metric":7}]},"silenceID":"a"}'},
	'no-http',
	{status: 302, headers: {location: 'http://127.0.0.1:1/'}},
];

/** Longest wait for a reply, in milliseconds. Services that answer again get more time: the machine may be busy. */
let timeoutMs = 40;

/** A client with short limits, so that a service that hangs takes no ten seconds. */
class HurriedClient extends HttpClient {
	override request(request: HttpRequest): Promise<HttpOutcome> {
		return super.request({...request, timeoutMs, mostBytes: 262_144});
	}
}

/** A clock whose waits are a thousandth as long. */
const hurried: Clock = {
	now: () => systemClock.now(),
	elapsed: () => systemClock.elapsed() * 1000,
	sleep: (durationMs, signal) => systemClock.sleep(durationMs / 1000, signal),
};

const end = new AbortController();
const closers: Array<() => unknown> = [];
const context = {after: (close: () => unknown) => closers.push(close)} as Parameters<typeof fakeReceiver>[0];
const names = ['Prometheus', 'Alertmanager', 'webhook', 'Grafana'] as const;
const receivers = await Promise.all(names.map((_, index) => fakeReceiver(context, well[index])));
const killed = new Set<FakeReceiver>();
const [prometheus, alertmanager, webhook, grafana] = receivers.map(({url}) => new HurriedClient({url: new URL(url)}));
if (prometheus === undefined || alertmanager === undefined || webhook === undefined || grafana === undefined) {
	throw new Error('four services were started');
}

const complaints = new Map<string, number>();
const complain = (text: string) => {
	const key = text.replace(/127\.0\.0\.1:\d+/, 'HOST').slice(0, 60);
	complaints.set(key, (complaints.get(key) ?? 0) + 1);
};

const findings = Array.from({length: 40}, (_, index) => findingOf('mem.max', 'warning', `10.0.1.${index}:6379`));
const book = new AlertBook('a:1', new Map(), systemClock.now());
const sender = new AlertmanagerSender({
	client: alertmanager,
	book,
	signal: end.signal,
	intervalMs: 1000,
	complain,
	random: () => 0,
});
const hook = new WebhookSender({
	client: webhook,
	format: 'json',
	deployment: 'a:1',
	signal: end.signal,
	readSecret: undefined,
	reported: new Map(),
	startedAtMs: systemClock.now(),
	json: message => JSON.stringify(message),
	complain,
	random: () => 0,
});
const annotator = new GrafanaAnnotator({
	client: grafana,
	osUser: 'soak',
	clock: hurried,
	signal: end.signal,
	complain,
	random: () => 0,
});
const silencer = alertmanagerSilencer([alertmanager], 'soak', () => systemClock.now());
let view: AlertingView | undefined;
void readAlertmanagers({
	clients: [alertmanager],
	clock: hurried,
	signal: end.signal,
	onChange: next => {
		view = next;
	},
});

const record = recordFrom({info: {server: {run_id: 'a'.repeat(40)}}});
const live = stateOf([record]);
const past = new PrometheusHistory({
	prometheus: new Prometheus(prometheus),
	mapping: undefined,
	clock: hurried,
	signal: end.signal,
	live: () => live,
	ownFrom: () => systemClock.now(),
	notify: complain,
});
const fleet = new FleetSource({
	prometheus: new Prometheus(prometheus),
	matchers: '',
	mapping: undefined,
	clock: hurried,
	intervalMs: 15_000,
	onChange: () => undefined,
});

const collect = wholeCollection();
const readings: Reading[] = [];
console.log('    round   heap MB   resident MB   handles   listeners   waiting');
for (let round = 1; round <= rounds; round++) {
	await setModes(round);
	await play(round);
	if (round % readEvery === 0) {
		await take(round);
	}
}

// Everything answers again: each part must find that out by itself.
await setModes(0);
timeoutMs = 5000;
for (let round = 1; round <= 60; round++) {
	await play(rounds + round);
}

const problems = [
	...[sender.state, hook.state].filter(({isUp}) => isUp !== true).map(({kind}) => `${kind} is not up again`),
	...(view?.problem === undefined ? [] : [`alerts are not read again: ${view.problem}`]),
	...((await prometheus.request({path: '/'})).kind === 'answered' ? [] : ['Prometheus is not asked again']),
	...(receivers[3]?.requests.length === 0 ? ['Grafana is not told again'] : []),
];
end.abort();
for (const close of closers) {
	close();
}

console.log(`\n${'growth in 1,000 rounds'.padEnd(28)}after ${warmUpRounds}`);
for (const [quantity, most] of Object.entries(noise) as Array<[keyof typeof noise, number]>) {
	const growth = growthPerHour(readings, quantity);
	const isFlat = growth !== undefined && growth <= most;
	console.log(`${quantity.padEnd(28)}${(growth ?? Number.NaN).toFixed(3).padStart(7)}   ${isFlat ? 'flat' : 'GROWS'}`);
	if (!isFlat) {
		problems.push(`${quantity} grows`);
	}
}

console.log(
	`\n${complaints.size} different lines for the user, at most ${Math.max(0, ...complaints.values())} times each`,
);
console.log(problems.length === 0 ? 'all recovered' : problems.join('\n'));
process.exit(problems.length === 0 ? 0 : 1);

/** Gives every service its mode of the round; round 0: all answer. */
async function setModes(round: number): Promise<void> {
	for (const [index, receiver] of receivers.entries()) {
		const place = round === 0 ? 0 : Math.floor(round / roundsOfMode) + 3 * index;
		const found = modes[place % modes.length] ?? 'well';
		const mode = found === 'well' ? (well[index] ?? {status: 200}) : found;
		(receiver.requests as ReceivedRequest[]).length = 0;
		if (mode === 'killed' && !killed.has(receiver)) {
			killed.add(receiver);
			await receiver.stop();
		} else if (mode !== 'killed' && killed.delete(receiver)) {
			await receiver.start();
		}

		if (mode !== 'killed') {
			receiver.mode = mode;
		}
	}
}

/** One round: findings change, an action is annotated and silenced, the past and the fleet are asked for. */
async function play(round: number): Promise<void> {
	const nowMs = systemClock.now() + round * 60_000;
	const elapsedMs = round * 60_000;
	const open = findings.filter((_, index) => (round + index) % 7 !== 0);
	book.update(open, nowMs, key => sender.isDelivered(key));
	hook.update(new Map(open.map(finding => [findingKey(finding), finding])), nowMs);
	for (const phase of ['intent', 'verified'] as const) {
		annotator.note(factOf(round, phase));
	}

	past.follow(record.address, new Set([record.address]));
	past.at(live, systemClock.now() - 3_600_000 - (round % 50) * 60_000);
	const silenced = silencer.set({nodes: [record.address], endsAtMs: nowMs, comment: `round ${round}`});
	await Promise.all([
		sender.tell(nowMs, elapsedMs),
		hook.tell(nowMs, elapsedMs),
		fleet.refresh(end.signal),
		silenced.then(({parts}) => Promise.all(parts.map(part => silencer.lift(part)))),
	]);
}

function factOf(round: number, phase: AuditFact['phase']): AuditFact {
	const target = `10.0.2.${round % 250}:6379` as NodeAddress;
	return {phase, target, runId: undefined, action: 'bgsave', command: 'BGSAVE', detail: undefined};
}

async function take(round: number): Promise<void> {
	collect();
	await new Promise(resolve => setImmediate(resolve));
	collect();
	const {heapUsed, rss} = process.memoryUsage();
	const reading: Reading = {
		hours: warmUpHours + (round - warmUpRounds) / 1000,
		heapMb: heapUsed / 1e6,
		residentMb: rss / 1e6,
		handles: process.getActiveResourcesInfo().length,
		listeners: getEventListeners(end.signal, 'abort').length,
	};
	readings.push(reading);
	const waiting = sender.state.waiting + hook.state.waiting;
	console.log(
		[
			String(round).padStart(9),
			reading.heapMb.toFixed(2).padStart(10),
			reading.residentMb.toFixed(1).padStart(14),
			String(reading.handles).padStart(10),
			String(reading.listeners).padStart(12),
			String(waiting).padStart(10),
		].join(''),
	);
}

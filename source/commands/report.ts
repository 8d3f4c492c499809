import {setImmediate as nextTurn} from 'node:timers/promises';
import {maskingFor} from '../app/masking.js';
import {Replay} from '../app/replay.js';
import {version} from '../arguments/version.js';
import type {Config} from '../config/config.js';
import type {ReportRequest} from '../config/recording.js';
import {systemClock} from '../domain/clock.js';
import {exitCodes} from '../domain/exit-codes.js';
import type {Name, ShowName} from '../domain/message.js';
import {Recording} from '../record/recording.js';
import {RecordingProblem} from '../record/recording-header.js';
import {momentText, recordedMoment} from '../record/recording-time.js';
import {type Incident, incidentOf} from '../report/incident/incident.js';
import {incidentFormats} from '../report/incident/incident-formats.js';
import {IncidentLog} from '../report/incident/incident-log.js';
import {type ReportWindow, reportWindow} from '../report/incident/incident-window.js';
import {Pseudonyms} from '../text/pseudonyms.js';
import {gatherSamples} from './check.js';
import {chosenFormat} from './output-formats.js';
import {recordingProblem} from './recording-problem.js';
import {startSampling} from './sampling.js';
import {writeOut} from './write-out.js';

/** Interval between two states that a report evaluates, in milliseconds of the recording. */
const stepMs = 1000;
/**
Longest step through a quiet part of a long report, in milliseconds of the recording. The polls of quiet parts are
joined to one in five seconds.
*/
const longStepMs = 5000;
/**
Length of a report from which on quiet parts are looked at less often, in milliseconds. A point of its charts then stands
for at least `longStepMs`.
*/
const leastJoinedMs = 20 * 60_000;
/** Number of steps that are evaluated before the event loop gets a turn. */
const stepsATurn = 50;
/** After this many poll intervals without a poll, the report says that nothing was recorded. */
const pauseIntervals = 10;
const leastPauseMs = 30_000;

/** `redis-top report`: prints the report of an incident. Resolves with the exit code. */
export async function runReport(config: Config): Promise<number> {
	const print = chosenFormat(incidentFormats, config);
	const {report: request = {recordings: [], from: undefined, to: undefined}} = config;
	if (request.recordings.length === 0) {
		const incident = await reportServers(config);
		await writeOut(`${print(incident)}\n`);
		return incident.nodes.every(({product}) => product === '') ? exitCodes.unreachable : exitCodes.ok;
	}

	let incident: Incident;
	try {
		incident = await reportRecordings(request, config);
	} catch (error) {
		return recordingProblem(error);
	}

	await writeOut(`${print(incident)}\n`);
	return exitCodes.ok;
}

async function reportRecordings(request: ReportRequest, config: Config): Promise<Incident> {
	const recording = Recording.open(request.recordings);
	try {
		const {fromMs, toMs, others} = windowOf(request, recording);
		const replay = new Replay(recording, {isJoined: toMs - fromMs > leastJoinedMs});
		const {header} = recording.sessionAt(fromMs);
		const log = new IncidentLog(fromMs, toMs, header.intervalMs);
		const masking = maskingFor(config);
		replay.seek(fromMs);
		for (let step = 1; ; step++) {
			log.add(masking.state(replay.get()), replay.nowMs);
			if (replay.nowMs >= toMs) {
				break;
			}

			replay.advance(Math.min(replay.nowMs + stepFrom(replay), toMs));
			if (step % stepsATurn === 0) {
				await nextTurn();
			}
		}

		const recorded = new Set(recording.sessions.flatMap(session => session.header.masked));
		const isMasked = recorded.has('clients');
		const hasAddresses = !config.isMasked && !recorded.has('addresses');
		return incidentOf(
			log,
			{
				target: masking.text(header.target),
				version,
				madeAtMs: systemClock.now(),
				isRecording: true,
				pauses: pausesIn(recording, fromMs, toMs),
				hasActions: true,
				masked: maskedText(hasAddresses),
				others,
			},
			config.isMasked || isMasked ? wholeName : namesMasked(),
		);
	} finally {
		recording.close();
	}
}

const maskedText = (hasAddresses: boolean): string =>
	`client names, keys and arguments${hasAddresses ? '; not addresses (--mask masks them)' : ', addresses, users and paths'}`;

/** The time to the next state that a report evaluates. It is longer than `stepMs` only where nothing was noted. */
function stepFrom({nowMs, isQuiet, isJoined}: Replay): number {
	let step = stepMs;
	while (isJoined && step < longStepMs && isQuiet(nowMs + step)) {
		step += stepMs;
	}

	return step;
}

/**
The time range of the report.

@throws RecordingProblem for a moment outside of the recording, and for an end before its beginning.
*/
function windowOf({from, to}: ReportRequest, recording: Recording): ReportWindow {
	if (from === undefined && to === undefined) {
		return reportWindow(recording.changes(), recording);
	}

	const fromMs = from === undefined ? recording.beganMs : momentIn(recording, from, '--from');
	const toMs = to === undefined ? recording.endedMs : momentIn(recording, to, '--to');
	if (toMs <= fromMs) {
		throw new RecordingProblem(`--to ${to ?? ''}: is not after --from, which is ${momentText(fromMs)}`);
	}

	return {fromMs, toMs, others: []};
}

function momentIn(recording: Recording, moment: string, flag: string): number {
	const {beganMs, endedMs} = recording;
	const atMs = recordedMoment(moment, recording);
	// A typed moment has no fractions of a second. The whole second in which the recording began is therefore allowed.
	if (atMs === undefined || atMs < Math.floor(beganMs / 1000) * 1000 || atMs > Math.ceil(endedMs / 1000) * 1000) {
		throw new RecordingProblem(
			`${flag} ${moment}: lies outside of the recording, which is from ${momentText(beganMs)} to ${momentText(endedMs)}`,
		);
	}

	return Math.min(Math.max(atMs, beganMs), endedMs);
}

/** The times in which no node was polled. */
function pausesIn(recording: Recording, fromMs: number, toMs: number): ReturnType<Recording['pauses']> {
	const {intervalMs} = recording.sessionAt(fromMs).header;
	const leastMs = Math.max(leastPauseMs, pauseIntervals * intervalMs);
	return recording.pauses(fromMs, toMs, leastMs);
}

/** The report of running servers, from the samples of `check` and the events that servers still remember. */
async function reportServers(config: Config): Promise<Incident> {
	const startedMs = systemClock.now();
	const session = await gatherSamples(config, startSampling(config, {asksEarlier: true, looksClosely: true}));
	const nowMs = systemClock.now();
	const log = new IncidentLog(startedMs, nowMs, config.intervalMs);
	const masking = maskingFor(config);
	log.add(masking.state(session.store.get()), nowMs);
	return incidentOf(
		log,
		{
			target: masking.text(config.label),
			version,
			madeAtMs: nowMs,
			isRecording: false,
			pauses: [],
			hasActions: false,
			masked: maskedText(!config.isMasked),
			others: [],
		},
		config.isMasked ? wholeName : namesMasked(),
	);
}

const wholeName: ShowName = ({name}) => name;

const publicClients: ReadonlySet<string> = new Set(['', 'redis-top']);

/** Shows names of clients, keys and channels as pseudonyms. A client without a name is identified by its address. */
function namesMasked(): ShowName {
	const names = new Pseudonyms();
	return ({kind, name}: Name) => {
		switch (kind) {
			case 'client':
				return publicClients.has(name) || /^\S+:\d+$|^unix:/.test(name) ? name : names.name('client', name);
			case 'key':
			case 'channel':
				return names.name(kind, name);
			default:
				return name;
		}
	};
}

import assert from 'node:assert/strict';
import test from 'node:test';
import {Replay} from '../../../source/app/replay.js';
import {Recording} from '../../../source/record/recording.js';
import {type Incident, incidentOf} from '../../../source/report/incident/incident.js';
import {incidentFormats} from '../../../source/report/incident/incident-formats.js';
import {IncidentLog} from '../../../source/report/incident/incident-log.js';
import {incidentsIn, reportWindow} from '../../../source/report/incident/incident-window.js';
import {recordingFile} from '../../recordings/found.js';

function reported(name: string): Incident {
	const recording = Recording.open([recordingFile(name)]);
	const replay = new Replay(recording);
	const {fromMs, toMs, others} = reportWindow(replay.changes, recording);
	const log = new IncidentLog(fromMs, toMs, 1000);
	log.add(replay.get(), fromMs);
	while (replay.nowMs < toMs) {
		replay.advance(Math.min(toMs, replay.nowMs + 1000));
		log.add(replay.get(), replay.nowMs);
	}

	recording.close();
	const {target} = recording.sessionAt(fromMs).header;
	return incidentOf(
		log,
		{
			...{target, version: '1.2.3', madeAtMs: toMs, isRecording: true, pauses: [], hasActions: true, masked: 'all'},
			others,
		},
		({name: shown}) => shown,
	);
}

const sectionTitles = [
	'What happened',
	'Impact',
	'Causes and what followed',
	'What was done and proved',
	'Timeline (UTC)',
	'Figures',
	'Before the recording',
	'What could not be seen',
	'What to check after',
	'Nodes at the end',
];

test('a whole report as Markdown: the paragraph, every section, a chart with its threshold and the incident', () => {
	const text = incidentFormats.markdown(reported('memory-full'));
	const titles = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
	assert.deepEqual(titles, sectionTitles);
	assert.match(
		text,
		/\(primary\) refused writes from 23:26:23 to 23:26:36 UTC, for 12s \(refuses writes \(OOM\): the policy is noeviction\)/,
	);
	assert.match(
		text,
		/^\| writes refused \| \S+ \(primary\) \| 23:26:23 \| 23:26:36 \| 12s \| yes \| [^|]+ \| mem\.oom \|$/m,
	);
	assert.match(text, /Memory against maxmemory, .*[\s\S]*┈ mem\.max warns at 80% ┈[\s\S]*▔▔▔.*\n.*▔ incident/);
	assert.ok(text.split('\n').every(line => !/undefined|NaN|\[object/.test(line)));
});

test('a whole report as one HTML file: the same sections, nothing fetched, no script, every tag closed', () => {
	const incident = reported('primary-dies-and-returns');
	const html = incidentFormats.html(incident);
	assert.deepEqual(
		[...html.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title),
		sectionTitles,
	);
	assert.match(
		html,
		/<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">/,
	);
	assert.match(html, /prefers-color-scheme:dark/);
	assert.doesNotMatch(html, /<script|<link|<img|\bsrc=|\bhref=|url\(|@import|https?:/);
	assert.match(html, /<rect class="shade"/);
	assert.doesNotMatch(html, /undefined|NaN|\[object/);
	const open: string[] = [];
	for (const [, end, tag = '', , empty] of html.matchAll(/<(\/?)([a-z]\w*)((?:"[^"]*"|[^">])*?)(\/?)>/g)) {
		if (end === '/') {
			assert.equal(open.pop(), tag, `</${tag}> after ${open.join(' ')}`);
		} else if (empty !== '/' && tag !== 'meta') {
			open.push(tag);
		}
	}

	assert.deepEqual(open, []);
	const told = html.replaceAll(/<[^>]*>/g, ' ');
	assert.match(told, /was unreachable from 23:25:22 to 23:25:53 UTC, for 30s/);
	assert.match(told, /returned old data \(23:25:21, 33s\)/);
	assert.match(told, /It ended at 23:25:53: .*\S+ answers again after 29\.2 s/);
});

test('a node that went away shortly before the end is told, although no finding tells it', () => {
	const text = incidentFormats.markdown(reported('primary-dies-and-returns'));
	assert.match(
		text,
		/^Shortly before the end, at 23:26:02 UTC, \S+:34823 was lost: refuses connections: nothing listens on the port\./m,
	);
	assert.doesNotMatch(incidentFormats.markdown(reported('memory-full')), /Shortly before the end/);
});

test('what is not known of the time before names where it would stand', () => {
	assert.match(
		incidentFormats.markdown(reported('primary-dies-and-returns')),
		/^- What \S+:34823 did before is not known from the server's log: the server writes it to its standard output\.$/m,
	);
});

test('of a long recording the last incident is reported, and the others are named', () => {
	const hour = 3_600_000;
	const opened = (atMs: number, severity: 'warning' | 'critical' = 'critical', rule = 'mem.oom') => ({
		...{atMs, severity, what: 'finding-opened' as const, node: undefined, id: rule, text: ''},
		finding: {rule, node: undefined, subject: undefined, sinceMs: atMs},
	});
	const closed = (atMs: number, rule = 'mem.oom') => ({
		...opened(atMs, 'critical', rule),
		what: 'finding-closed' as const,
	});
	const time = {beganMs: 0, endedMs: 10 * hour};
	const changes = [
		opened(hour),
		closed(hour + 60_000),
		opened(5 * hour),
		closed(5 * hour + 60_000),
		opened(6 * hour, 'warning', 'x'),
	];
	assert.deepEqual(reportWindow(changes, time), {
		fromMs: 5 * hour - 600_000,
		toMs: 5 * hour + 660_000,
		others: [{fromMs: hour, toMs: hour + 60_000}],
	});
	assert.deepEqual(reportWindow(changes, {beganMs: 0, endedMs: 3 * hour}), {fromMs: 0, toMs: 3 * hour, others: []});
	assert.deepEqual(reportWindow([], time), {fromMs: 7 * hour, toMs: 10 * hour, others: []});
	// Warnings count where nothing was critical; what is still open lasts until the end; what is close together is one.
	assert.deepEqual(
		incidentsIn([opened(hour, 'warning'), closed(2 * hour), opened(2 * hour + 60_000, 'warning')], 3 * hour),
		[{fromMs: hour, toMs: 3 * hour}],
	);
});

import type {LocalEvidence} from '../../source/domain/host-evidence.js';
import type {SlowlogEntry} from '../../source/domain/slowlog.js';
import {connLoss} from '../../source/rules/packet-loss.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

/** A slow log with one command: how long it took, and how many seconds ago it ended. */
const slowCommand = (milliseconds: number, agoSeconds: number) => ({
	atMs: nowMs,
	value: {
		entries: [
			{id: 1, atMs: nowMs - agoSeconds * 1000, durationMicroseconds: milliseconds * 1000, arguments: ['KEYS', '*']},
		] as unknown as readonly SlowlogEntry[],
		lost: 0,
		perMinute: 1,
	},
});

const emptyLog = {atMs: nowMs, value: {entries: [], lost: 0, perMinute: 0}};
const busy = {cpu: {used_cpu_sys: 1, used_cpu_user: 1}};
const idle = {cpu: {used_cpu_sys: 0.5, used_cpu_user: 0.9}};
const quick = Array.from({length: 30}, () => 0.6);

const pings = (values: ReadonlyArray<number | undefined>, rest: FactsParts = {}): FactsParts => ({
	...rest,
	record: {slowlog: emptyLog, pings: values, ...rest.record},
});

/** Round trips measured on a way that lost 15 % of the packets. */
const lossy = [...quick, 205, 211, 0.7, 501, 208, 640, 203];

/** A burst of PINGs: 40 quick replies, then these, which a PING on the other connection overtook, or not. */
const burst = (values: readonly number[], isOvertaken: boolean, agoSeconds = 1) => ({
	ping: {
		burst: {
			atMs: nowMs - agoSeconds * 1000,
			pings: [
				...quick.map(roundTripMs => ({roundTripMs, isOvertaken: false})),
				...values.map(roundTripMs => ({roundTripMs, isOvertaken})),
			],
		},
	},
});

testRule(connLoss, [
	['quick', pings(quick), 'clear'],
	[
		'packets are sent again',
		pings(lossy),
		'warning',
		/^is reached over a way that loses packets, 6 of 37 PINGs late by over 200 ms$/,
	],
	['on a way of 80 ms', pings(lossy.map(value => value + 80)), 'warning'],
	[
		'a burst of PINGs in which the server answered others meanwhile',
		{record: burst([205, 211, 412, 203], true)},
		'warning',
		/^is reached over a way that loses packets, 4 of 34 PINGs late by over 200 ms$/,
	],
	[
		'a burst while the server is busy',
		{record: burst([205, 211, 412, 203], true), info: busy, earlier: idle},
		'warning',
	],
	['a burst in which the server stood still', {record: burst([205, 211, 412, 203], false)}, 'clear'],
	['a burst with replies late by any time', {record: burst([205, 211, 412, 203, 90, 120], true)}, 'clear'],
	[
		'a burst while redis-top starts and is held up itself',
		{
			record: {
				ping: {
					burst: {
						atMs: nowMs,
						pings: [
							...burst([205, 211, 412, 203], true).ping.burst.pings,
							...burst([205, 90, 120], false).ping.burst.pings,
						],
					},
				},
			},
		},
		'warning',
	],
	['a burst with three packets', {record: burst([205, 211, 412], true)}, 'clear'],
	['a burst, long ago', {record: burst([205, 211, 412, 203], true, 90)}, 'clear'],
	['a burst without late replies', {record: burst([], false)}, 'clear'],
	['few packets', pings([...quick, 205, 211, 412]), 'clear'],
	['replies that are late by any time', pings([...quick, 205, 130, 90, 70, 110, 270, 340, 211, 150]), 'clear'],
	['a server that is always slow', pings(lossy.map(() => 210)), 'clear'],
	['most replies are late', pings([0.6, 0.6, ...Array.from({length: 20}, () => 210)]), 'clear'],
	['a slow command', pings(lossy, {record: {slowlog: slowCommand(210, 20)}}), 'clear'],
	['a slow command, long ago', pings(lossy, {record: {slowlog: slowCommand(210, 600)}}), 'warning'],
	['a quick command in the slow log', pings(lossy, {record: {slowlog: slowCommand(15, 20)}}), 'warning'],
	[
		'a command that held the main thread',
		pings(lossy, {watch: {heavyCommand: {command: 'keys', ownMs: 210, atMs: nowMs - 5000} as never}}),
		'clear',
	],
	[
		'a busy main thread',
		pings(lossy, {
			info: busy,
			earlier: idle,
		}),
		'clear',
	],
	['a server on this machine', pings(lossy, {record: {address: '127.0.0.1:6379'}}), 'clear'],
	[
		'a server on this machine, at another of its addresses',
		pings(lossy, {host: {process: {processId: 7} as LocalEvidence['process']}}),
		'clear',
	],
	['a server on another machine that was looked at', pings(lossy, {host: {}}), 'warning'],
	['too few PINGs', pings(lossy.slice(-7)), 'pending'],
	['gaps do not count', pings([...quick.map(() => undefined), ...lossy.slice(-7)]), 'pending'],
	[
		'no right to read the slow log',
		{
			record: {
				pings: lossy,
				blind: [{command: 'SLOWLOG GET', kind: 'denied', why: 'NOPERM no rights', grant: '+slowlog|get'}],
			},
		},
		'denied',
	],
	['the slow log was not read yet', {record: {pings: lossy}}, 'pending'],
]);

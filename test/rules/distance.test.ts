import type {ProcessEvidence} from '../../source/domain/host-evidence.js';
import {connDistance} from '../../source/rules/distance.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const info = {server: {uptime_in_seconds: 900}, cpu: {used_cpu_user_main_thread: 10, used_cpu_sys_main_thread: 1}};

/** A server whose main thread used so many seconds of a processor in the last second. */
const polled = (roundTripMs: number, pings: readonly number[] = [], processor = 0.01): FactsParts => ({
	info,
	earlier: {cpu: {...info.cpu, used_cpu_user_main_thread: 10 - processor}},
	roundTripMs,
	record: {pings},
});

testRule(connDistance, [
	[
		'every round trip is long',
		polled(121.3),
		'info',
		/^answers after 121 ms at best: the way to it takes that time \(network, VPN, proxy, or a full link\)$/,
	],
	['one PING was quick', polled(121, [120, 0.4, 119]), 'clear'],
	[
		'both polls were late by a lost packet, and the PINGs of a burst were quick',
		{
			...polled(207),
			record: {
				ping: {burst: {atMs: 0, pings: [1.1, 1.2].map(roundTripMs => ({roundTripMs, isOvertaken: false}))}},
			},
		},
		'clear',
	],
	['no two are alike, as on a machine short of processor time', polled(121, [41, 77, 160]), 'clear'],
	['its process is on this machine', {...polled(121), host: {process: {processId: 7} as ProcessEvidence}}, 'clear'],
	['a proxy on this machine has the port', {...polled(121), host: {process: undefined}}, 'info'],
	[
		'a loopback address, and this machine was not looked at',
		{...polled(121), record: {address: '127.0.0.1:6379'}},
		'pending',
	],
	['it is near', polled(0.4), 'clear'],
	['in another zone', polled(2.1, [1.9, 2]), 'clear'],
	['its main thread is busy', polled(121, [], 0.9), 'clear'],
	['a reply is pending', {...polled(121), record: {pendingSinceMs: 1}}, 'clear'],
	['one round trip', {info, roundTripMs: 121}, 'pending'],
]);

import {seconds} from '../text/units.js';
import {ask, onHost, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
It takes connections and owes a reply. Any version.

- One long command looks the same for as long as it lasts: a warning before five seconds.
- Nothing more is sent meanwhile, so that the evidence is of before, or of this machine.
*/
export const connUnresponsive = nodeRule({
	id: 'conn.unresponsive',
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	raiseAfter: 1,
	clearAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const {failure, pendingSinceMs, host} = facts.record;
		const owedSeconds = (facts.nowMs - (pendingSinceMs ?? facts.nowMs)) / 1000;
		if (failure?.code !== 'TIMEOUT' || owedSeconds < facts.threshold('conn.unresponsive.warning')) {
			return clear;
		}

		const process = host?.value.kind === 'here' ? host.value.process : undefined;
		const isStopped = process?.state === 'stopped';
		return fires(
			owedSeconds >= facts.threshold('conn.unresponsive.critical') || isStopped ? 'critical' : 'warning',
			isStopped
				? 'is stopped (SIGSTOP) and owes a reply'
				: process?.state === 'disk-wait'
					? 'owes a reply: its process waits for a disk'
					: 'takes connections and gives no reply',
			{
				evidence: [
					{name: 'reply owed for', value: seconds(owedSeconds)},
					...(process === undefined ? [] : [{name: 'process state', value: process.state}]),
				],
				meaning:
					'Its one thread is blocked: a long command or script, a fork, swap or a slow disk, CLIENT PAUSE, or a stopped process. Every client waits.',
				next: [
					onHost(
						isStopped
							? `kill -CONT ${process.processId}`
							: `grep -E "State|VmSwap" /proc/${process?.processId ?? 'PID'}/status`,
					),
					words('wait: nothing sent now is answered; a restart loses what was not saved'),
					ask(facts, 'SLOWLOG GET 10'),
					ask(facts, 'LATENCY LATEST'),
				],
				action: null,
			},
		);
	},
});

import {count} from '../text/units.js';
import {kernelFact, setting} from './needs.js';
import {onHost} from './next-steps.js';
import {advises, clear, fires, nodeRule} from './rule.js';

/**
The queue of new connections is cut short by the kernel, or full. Seen where the server runs on this machine.

- Full is critical whatever its length: the server takes no connections, because it is frozen or overrun.
*/
export const osSomaxconn = nodeRule({
	id: 'os.somaxconn',
	raiseAfter: 1,
	needs: {cap: kernelFact(kernel => kernel.maximumBacklog), backlog: setting('tcp-backlog')},
	evaluate({cap, backlog}, facts) {
		const evidence = facts.record.host?.value;
		const queued =
			evidence?.kind === 'here' ? Math.max(0, ...evidence.listeners.map(listener => listener.queued ?? 0)) : 0;
		const length = Math.min(cap, Number(backlog));
		const rest = {
			evidence: [
				{name: 'net.core.somaxconn', value: cap, unit: 'count' as const},
				{name: 'tcp-backlog', value: Number(backlog), unit: 'count' as const},
				{name: 'connections not accepted yet', value: queued, unit: 'count' as const},
			],
			meaning:
				'A burst of new connections beyond the queue is dropped, and each client waits a second or more to try again.',
			next: [onHost(`sudo sysctl net.core.somaxconn=${backlog}`)],
			action: null,
		};
		if (queued >= facts.threshold('os.somaxconn.full') * length && length > 0) {
			return fires('critical', `${count(queued)} connections wait to be accepted: the queue is full`, rest);
		}

		return cap >= Number(backlog)
			? clear
			: advises(facts, `the kernel cuts the queue of new connections to ${count(cap)}`, {
					...rest,
					adviceCost: 'a few kilobytes of kernel memory',
				});
	},
});

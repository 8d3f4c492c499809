import {count} from '../text/units.js';
import {clientRows} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
One address holds more than half of a large number of connections. Since 2.4, where CLIENT LIST is polled.

- A proxy or a network address translation looks the same: it says so.
*/
export const cliIdleHog = nodeRule({
	id: 'cli.idle_hog',
	needs: {clients: clientRows},
	evaluate({clients}, facts) {
		const hosts = new Map<string, number>();
		for (const {address} of clients) {
			const host = address.replace(/:\d+$/, '');
			hosts.set(host, (hosts.get(host) ?? 0) + 1);
		}

		const [host, held] = [...hosts].sort(([, one], [, other]) => other - one)[0] ?? ['', 0];
		const isHog =
			held > facts.threshold('cli.idle_hog.clients') && held > facts.threshold('cli.idle_hog.share') * clients.length;
		return isHog
			? fires('warning', `${host} holds ${count(held)} of ${count(clients.length)} connections`, {
					evidence: [
						{name: 'connections of one address', value: held, unit: 'count'},
						{name: 'connections', value: clients.length, unit: 'count'},
					],
					meaning: 'One machine leaks connections, or it is a proxy behind which many stand.',
					next: [words('see its names and ages: panel 4, filter by the address'), ask(facts, 'CONFIG GET timeout')],
					action: 'client-kill',
				})
			: clear;
	},
});

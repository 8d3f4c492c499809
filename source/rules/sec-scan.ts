import {count} from '../text/units.js';
import {hostFact} from './needs.js';
import {logSteps, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Somebody speaks HTTP to the server: "Possible SECURITY ATTACK detected" in its log within the last hour. Since 3.2, where the
log can be read on this machine.

- A load balancer's health check that speaks HTTP does the same as a web page that tries to reach the port.
*/
export const secScan = nodeRule({
	id: 'sec.scan',
	raiseAfter: 1,
	needs: {log: hostFact(({log}) => log, "the server's log")},
	evaluate({log}, facts) {
		const since = facts.nowMs - facts.threshold('sec.scan.age') * 1000;
		const remark = log.remarks.find(
			({rules, atMs}) => rules.includes('sec.scan') && atMs !== undefined && atMs >= since,
		);
		return remark === undefined
			? clear
			: fires('warning', `somebody sends it HTTP: ${count(remark.count)} times in the end of its log`, {
					evidence: [{name: 'log', value: remark.line}],
					meaning: `${remark.meaning[0]?.toUpperCase()}${remark.meaning.slice(1)}. The server closes such connections.`,
					next: [
						...logSteps(facts),
						words('the line names the address: let only applications reach the port (bind, firewall)'),
						words('a health check wants PING or a TCP check'),
					],
					action: null,
				});
	},
});

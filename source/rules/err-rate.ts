import {errorStats} from '../parse/info-fields.js';
import {percent} from '../text/units.js';
import {increase} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

const normal: readonly string[] = ['MOVED', 'ASK', 'NOSCRIPT', 'TRYAGAIN', 'NOPERM'];

/**
More than one command in a hundred is answered with an error. Since 6.2.

- Redirections and missing scripts are part of normal work (MOVED, ASK, NOSCRIPT), and so are our own denials (NOPERM).
*/
export const errRate = nodeRule({
	id: 'err.rate',
	needs: {replies: increase('stats', 'total_error_replies'), commands: increase('stats', 'total_commands_processed')},
	evaluate({replies, commands}, facts) {
		const usual = normal.reduce((sum, code) => sum + (facts.errorIncrease(code) ?? 0), 0);
		const errors = Math.max(0, replies - usual);
		const share = errors / Math.max(1, commands);
		if (errors < facts.threshold('err.rate.replies') || share <= facts.threshold('err.rate.share')) {
			return clear;
		}

		const kinds = facts.sample === undefined ? [] : [...errorStats(facts.sample.info).keys()];
		const worst = kinds
			.filter(code => !normal.includes(code))
			.map(code => [code, facts.errorIncrease(code) ?? 0] as const)
			.sort(([, one], [, other]) => other - one)
			.filter(([, rise]) => rise > 0);
		const most = worst[0] === undefined ? '' : `, most of them ${worst[0][0]}`;
		return fires('warning', `${percent(share)} of the commands end in an error${most}`, {
			evidence: worst
				.slice(0, 5)
				.map(([code, rise]) => ({name: `${code} since the sample before`, value: rise, unit: 'count'})),
			meaning: 'Some application sends what this server refuses.',
			next: [ask(facts, 'INFO errorstats'), words('see which commands fail: panel 5')],
			action: null,
		});
	},
});

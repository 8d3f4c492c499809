import {serverProduct} from '../derive/deployment.js';
import {word} from './needs.js';
import {words} from './next-steps.js';
import {advises, clear, nodeRule} from './rule.js';

/**
The release gets no security fixes any more: Redis before 6.2. A distribution may have put fixes into it all the same.
*/
export const secOld = nodeRule({
	id: 'sec.old',
	needs: {version: word('server', 'redis_version')},
	evaluate({version}, facts) {
		const [major = 0, minor = 0] = version.split('.').map(Number);
		const isOld = major < 6 || (major === 6 && minor < 2);
		return !isOld || (facts.sample !== undefined && serverProduct(facts.sample.info)?.product === 'valkey')
			? clear
			: advises(facts, `Redis ${version} gets no security fixes any more`, {
					evidence: [{name: 'redis_version', value: version}],
					meaning: 'Holes that became known since stay open, unless the distribution closed them.',
					next: [words('plan an update; a replica of the newer version takes over without a loss')],
					action: null,
					adviceCost: 'a failover, and a look at the release notes',
				});
	},
});

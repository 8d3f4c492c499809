import {percent} from '../text/units.js';
import {rate} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The main thread is busy: `used_cpu_*_main_thread`, a second a second is one core. Since 6.2; before, of the whole process.

- With I/O threads a main thread may wait busily: Valkey 9.1 tells its active time, which is taken then.
*/
export const cpuMain = nodeRule({
	id: 'cpu.main',
	needs: {user: rate('cpu', 'used_cpu_user'), system: rate('cpu', 'used_cpu_sys')},
	raiseAfter: 3,
	evaluate({user, system}, facts) {
		const main =
			(facts.perSecond('cpu', 'used_cpu_user_main_thread') ?? Number.NaN) +
			(facts.perSecond('cpu', 'used_cpu_sys_main_thread') ?? 0);
		const active = facts.perSecond('cpu', 'used_active_time_main_thread');
		const share = active ?? (Number.isNaN(main) ? user + system : main);
		if (share < facts.threshold('cpu.main.warning')) {
			return clear;
		}

		return fires(
			share >= facts.threshold('cpu.main.critical') ? 'critical' : 'warning',
			`the main thread is ${percent(Math.min(1, share))} busy`,
			{
				evidence: [{name: 'main thread', value: share, unit: 'share'}],
				meaning: 'Commands run on one thread: it is the ceiling, and everything queues behind it.',
				next: [
					words('see which commands take the time: panel 5'),
					words('read from replicas, or spread the keys over more primaries'),
				],
				action: null,
			},
		);
	},
});

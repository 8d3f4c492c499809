import {milliseconds} from '../text/units.js';
import {said} from './evidence.js';
import {increase} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
One turn of the event loop takes long on average: `eventloop_duration_sum / eventloop_cycles`. Since 7.2.

- An idle server turns ten times a second, and one slow turn among them, ours as well, is no saturation: the turns together
  must take a good part of the time.
*/
export const latEventloop = nodeRule({
	id: 'lat.eventloop',
	needs: {duration: increase('stats', 'eventloop_duration_sum'), cycles: increase('stats', 'eventloop_cycles')},
	evaluate({duration, cycles}, facts) {
		const meanMs = duration / Math.max(1, cycles) / 1000;
		const elapsedMs = (facts.sample?.elapsedMs ?? 0) - (facts.earlier?.elapsedMs ?? 0);
		const isBusy = duration / 1000 > facts.threshold('lat.eventloop.share') * elapsedMs;
		return meanMs <= facts.threshold('lat.eventloop.mean') || !isBusy
			? clear
			: fires('warning', `a turn of the event loop takes ${milliseconds(meanMs)}`, {
					evidence: [
						{name: 'event loop turn', value: meanMs, unit: 'milliseconds'},
						...said(facts, ['stats', 'instantaneous_eventloop_duration_usec']),
					],
					meaning:
						'Every client waits so long for its turn: slow commands, huge pipelines or too much work for one thread.',
					next: [ask(facts, 'SLOWLOG GET 10'), words('see which commands take the time: panel 5')],
					action: null,
				});
	},
});

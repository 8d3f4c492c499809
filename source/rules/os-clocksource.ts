import {kernelFact} from './needs.js';
import {onHost} from './next-steps.js';
import {advises, clear, nodeRule} from './rule.js';

/** Source: `redis-server --check-system`, which warns of sources that need a system call. */
const slow: ReadonlySet<string> = new Set(['hpet', 'acpi_pm', 'xen', 'pit', 'refined-jiffies', 'jiffies']);

/**
The kernel reads the time slowly (`hpet`, `acpi_pm`, `xen`): each command costs some microseconds more. Seen on this machine.
*/
export const osClocksource = nodeRule({
	id: 'os.clocksource',
	needs: {source: kernelFact(kernel => kernel.clockSource)},
	evaluate({source}, facts) {
		return !slow.has(source)
			? clear
			: advises(facts, `the kernel's clock source is ${source}, a slow one`, {
					evidence: [{name: 'clocksource', value: source}],
					meaning: 'The server reads the clock several times a command.',
					next: [onHost('cat /sys/devices/system/clocksource/clocksource0/available_clocksource')],
					action: null,
					adviceCost: 'a look at why the kernel does not trust tsc on this machine',
				});
	},
});

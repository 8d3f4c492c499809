import type {Explanation} from './explanation.js';
import {isNoCommands, sharesNode} from './explanation-conditions.js';
import {lateSymptoms} from './symptoms.js';

/** What the machine of a server explains: waits for a processor, a disk or memory, and a network that loses packets. */
export const machineExplanations: readonly Explanation[] = [
	// Waits of the main thread explain slow replies.
	{cause: 'os.psi', where: 'here', symptoms: lateSymptoms, isCause: isNoCommands},
	{cause: 'cpu.throttle', where: 'here', symptoms: lateSymptoms},
	{cause: 'os.runq', where: 'here', symptoms: lateSymptoms, isCause: isNoCommands},
	{cause: 'os.disk', where: 'here', symptoms: [...lateSymptoms, 'mem.aof_buf', 'per.slow_save']},
	{cause: 'os.psi_memory', where: 'here', symptoms: [...lateSymptoms, 'mem.swap', 'per.fork_slow']},
	{cause: 'os.retrans', where: 'anywhere', symptoms: ['conn.loss'], isSymptom: sharesNode},
	{cause: 'os.retrans', where: 'here', symptoms: ['conn.rtt', 'rep.lag_ack', 'rep.lag_bytes', 'rep.obuf']},
];

import type {NodeSample} from '../domain/sample.js';

/** Tolerance in milliseconds: `uptime_in_seconds` has whole seconds, and the two machines' clocks run unequally. */
const slackMs = 3000;

/**
Whether another server answers at the address than before, and not the same one after a restart: the process of the later
sample ran already when the earlier sample was taken. A load balancer, a DNS name or a failover behind one address does
so.
*/
export function isOtherServer(earlier: NodeSample, later: NodeSample): boolean {
	const uptimeSeconds = later.info.number('server', 'uptime_in_seconds');
	return (
		earlier.runId !== later.runId &&
		uptimeSeconds !== undefined &&
		later.atMs - uptimeSeconds * 1000 < earlier.atMs - slackMs
	);
}

import type {Explanation} from './explanation.js';

/** What clients do, or cannot do, as the cause of other findings about the same server. */
export const clientExplanations: readonly Explanation[] = [
	{cause: 'cli.timeout', where: 'here', symptoms: ['cli.churn']},
	// Clients that cannot finish the TLS handshake connect again.
	{cause: 'tls.expiry', where: 'here', symptoms: ['tls.handshakes', 'cli.churn', 'cli.storm']},
	{cause: 'tls.handshakes', where: 'here', symptoms: ['cli.churn', 'cli.storm']},
	{
		cause: 'cli.patterns',
		where: 'here',
		symptoms: ['lat.slowlog_new', 'lat.p99', 'lat.mean_regress', 'lat.event', 'lat.eventloop', 'cpu.main', 'conn.rtt'],
	},
];

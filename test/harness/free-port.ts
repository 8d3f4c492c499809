import net from 'node:net';

/** A port of 127.0.0.1 that was free a moment ago, and whose cluster bus port (10,000 above) exists. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = net.createServer();
		probe.once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const address = probe.address();
			probe.close(() => {
				const port = typeof address === 'object' && address !== null ? address.port : 0;
				resolve(port > 0 && port <= 55_535 ? port : freePort());
			});
		});
	});
}

import {connect, createServer, type Socket} from 'node:net';
import {setInterval} from 'node:timers';

const ticksPerSecond = 20;

/**
Opens a port on loopback that forwards to the port `toPort`. The data from `toPort` to the client are limited to
`bytesPerSecond`, as by a slow network between a replica and its primary. Resolves with the port and with a function
that closes it.
*/
export async function openSlowLink(toPort: number, bytesPerSecond: number): Promise<{port: number; close(): void}> {
	const sockets = new Set<Socket>();
	const server = createServer(client => {
		const upstream = connect(toPort, '127.0.0.1');
		sockets.add(client).add(upstream);
		client.on('error', () => upstream.destroy()).on('data', data => upstream.write(data));
		upstream.on('error', () => client.destroy());
		const pump = setInterval(() => {
			const chunk: Buffer | null = upstream.read(Math.min(upstream.readableLength, bytesPerSecond / ticksPerSecond));
			if (chunk !== null) {
				client.write(chunk);
			}
		}, 1000 / ticksPerSecond);
		upstream.once('close', () => {
			clearInterval(pump);
			client.destroy();
		});
		client.once('close', () => upstream.destroy());
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	return {
		port: typeof address === 'object' && address !== null ? address.port : 0,
		close() {
			server.close();
			for (const socket of sockets) {
				socket.destroy();
			}
		},
	};
}

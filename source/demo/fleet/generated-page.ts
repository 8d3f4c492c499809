import http from 'node:http';
import {systemClock} from '../../domain/clock.js';
import {GeneratedMetrics} from './generated-metrics.js';

/**
Serves the metrics of generated servers at `/metrics` of a port on loopback. Returns a function that closes the port.
*/
export function serveGenerated(count: number, port: number): () => void {
	const metrics = new GeneratedMetrics(count, systemClock.now());
	const server = http.createServer((_, response) => {
		response.writeHead(200, {'content-type': 'text/plain; version=0.0.4'}).end(metrics.page(systemClock.now()));
	});
	server.listen(port, '127.0.0.1');
	return () => {
		server.close();
		server.closeAllConnections();
	};
}

import type {Endpoint} from '../domain/node.js';
import type {SeriesLabels} from '../parse/prometheus-reply.js';

/**
The label that identifies the server of a series. The template makes the label's value from the server's address:
`{host}:{port}`, `{host}`, or either with text around it.
*/
export type LabelMapping = {readonly label: string; readonly template: string};

const namePattern = /^[a-zA-Z_]\w*$/;

/**
Parses `NAME` or `NAME=TEMPLATE`. Without a template, the label's value is `{host}:{port}`. Undefined for any other
text.
*/
export function labelMapping(text: string): LabelMapping | undefined {
	const equals = text.indexOf('=');
	const label = equals === -1 ? text : text.slice(0, equals);
	const template = equals === -1 ? '{host}:{port}' : text.slice(equals + 1);
	const hosts = template.split('{host}').length - 1;
	const ports = template.split('{port}').length - 1;
	return namePattern.test(label) && hosts === 1 && ports <= 1 ? {label, template} : undefined;
}

/** The value of the mapped label for a server. Undefined for a unix socket, which has neither host nor port. */
export const mappedValue = ({template}: LabelMapping, endpoint: Endpoint): string | undefined =>
	endpoint.kind === 'tcp'
		? template.replace('{host}', () => endpoint.host).replace('{port}', () => String(endpoint.port))
		: undefined;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
The address that the mapped label names. For a template without a port, the port is the `tcp_port` that the exporter
read, else 6379.
*/
export function mappedEndpoint({label, template}: LabelMapping, labels: SeriesLabels): Endpoint | undefined {
	const pattern = escaped(template)
		.replace('\\{host\\}', '(?<host>\\[[^\\]]+\\]|[^\\s/@:]+)')
		.replace('\\{port\\}', '(?<port>\\d{1,5})');
	const found = new RegExp(`^${pattern}$`).exec(labels[label] ?? '')?.groups;
	return found === undefined ? undefined : endpointOf(found.host, found.port ?? labels.tcp_port);
}

/** Labels in which exporters and their usual relabelling put a server's address, the most exact first. */
export const addressLabels = ['addr', 'target', 'instance'] as const;

/** Usual ports of redis_exporter. An address with such a port is the address of the exporter, not of the server. */
const exporterPorts: ReadonlySet<number> = new Set([9121, 9122]);

/**
The address of the server that a series is about, if no mapping was given. It comes from the first label that holds an
address. An exporter that runs beside its server is scraped at the exporter's port. The server's own port is then in
`tcp_port`.
*/
export function usualEndpoint(labels: SeriesLabels): Endpoint | undefined {
	for (const label of addressLabels) {
		const text = labels[label]
			?.replace(/^[a-z]+:\/\//, '')
			.replace(/^[^@/]*@/, '')
			.replace(/[/?].*$/, '');
		const found = /^(?<host>\[[^\]]+\]|[^\s:]+)(?::(?<port>\d{1,5}))?$/.exec(text ?? '')?.groups;
		if (found !== undefined) {
			const port = found.port;
			const isExporters = port !== undefined && exporterPorts.has(Number(port));
			return endpointOf(found.host, isExporters ? labels.tcp_port : (port ?? labels.tcp_port));
		}
	}

	return undefined;
}

function endpointOf(host: string | undefined, port = '6379'): Endpoint | undefined {
	const number = Number(port);
	return host === undefined || !Number.isInteger(number) || number < 1 || number > 65_535
		? undefined
		: {kind: 'tcp', host: host.replace(/^\[|\]$/g, ''), port: number};
}

import type {GivenFlags} from '../arguments/flags.js';
import {hostOf, portOf} from '../parse/target.js';
import {sanitize} from '../text/sanitize.js';
import type {Origins} from './plan.js';
import type {Problems} from './problems.js';

/** The address at which `watch` serves its metrics. */
export type MetricsAddress = {readonly host: string; readonly port: number};

/**
Parses the value of `--metrics`: `HOST:PORT` or `[v6]:port`. The host is required, so that nobody opens a port to the
network by accident.
*/
export function metricsAddressOf(
	{metrics}: GivenFlags,
	origins: Origins,
	problems: Problems,
): MetricsAddress | undefined {
	if (metrics === undefined) {
		return undefined;
	}

	const place = `${origins.get('metrics') ?? '--metrics'} ${sanitize(metrics)}`;
	const [, hostText = '', portText = ''] = /^(.*):([^:]*)$/.exec(metrics) ?? [];
	const host = hostText.startsWith('[') || !hostText.includes(':') ? hostOf(hostText) : undefined;
	const port = portOf(portText);
	return host === undefined || port === undefined
		? problems.add(`${place}: is no address to listen on; write 127.0.0.1:9124, or [::1]:9124`)
		: {host, port};
}

import type {GivenFlags} from '../arguments/flags.js';
import {type LabelMapping, labelMapping} from '../prometheus/label-mapping.js';
import type {HttpService} from '../wire/http-client.js';
import {checkSecret, isSecretExposed, placeOf, type ServiceSource, serviceAt} from './http-services.js';
import type {Problems} from './problems.js';

/** The Prometheus of `--prometheus`, and the label by which its series are assigned to servers. */
export type PrometheusRequest = {
	readonly service: HttpService;
	/**
	The label of `--prometheus-label`, which identifies a server. Undefined: series are assigned to servers by the
	process' `run_id`, or by an address in a usual label.
	*/
	readonly mapping: LabelMapping | undefined;
};

/**
The Prometheus that the flags name. Undefined if they name none, or if the flags have a mistake, which is added to
`problems`.
*/
export function prometheusRequestOf(source: ServiceSource, problems: Problems): PrometheusRequest | undefined {
	const {prometheus: address, prometheusLabel: label} = source.flags;
	if (address === undefined) {
		return problemsWithoutAddress(source.flags, problems);
	}

	const service = serviceAt(address, 'prometheus', 'prometheusSecretFile', source, problems);
	checkSecret('prometheusSecretFile', source, problems);
	if (service !== undefined && isSecretExposed(service)) {
		problems.add(
			`${placeOf('prometheus', source)} ${service.url.host}: its secret would travel unencrypted; write https://`,
		);
	}

	const mapping = label === undefined ? undefined : labelMapping(label);
	if (label !== undefined && mapping === undefined) {
		problems.add(
			`${placeOf('prometheusLabel', source)} ${label}: is no label; write NAME, or NAME=TEMPLATE with {host} and {port}`,
		);
	}

	return service && {service, mapping};
}

/** Called if the flags name no Prometheus. Adds a problem if another flag has no effect without one. */
function problemsWithoutAddress(flags: GivenFlags, problems: Problems): undefined {
	const flag =
		flags.prometheusSecretFile === undefined
			? flags.prometheusLabel === undefined
				? undefined
				: '--prometheus-label'
			: '--prometheus-secret-file';
	return flag === undefined ? undefined : problems.add(`${flag} goes with --prometheus URL`);
}

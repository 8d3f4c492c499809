/** The alerting rules of the demo, which Prometheus evaluates. */
const alerts: ReadonlyArray<readonly [name: string, expression: string, severity: string]> = [
	['RedisDown', 'redis_up == 0', 'critical'],
	['RedisMemoryHigh', 'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.9', 'critical'],
	['RedisReplicaBroken', 'redis_master_link_up == 0', 'critical'],
];

/** The text of the rules file from which Prometheus reads `alerts`. */
export const alertRules = (): string =>
	[
		'groups:',
		'  - name: redis',
		'    rules:',
		...alerts.flatMap(([name, expression, severity]) => [
			`      - alert: ${name}`,
			`        expr: ${expression}`,
			'        for: 4s',
			`        labels: {severity: ${severity}}`,
		]),
		'',
	].join('\n');

export type ScrapeTargets = {
	/** The addresses of real servers, and the name of each server's deployment. redis_exporter reads these servers. */
	readonly addresses: ReadonlyArray<{readonly address: string; readonly deployment: string}>;
	readonly exporterPort: number;
	/** The port that serves the metrics of generated servers; undefined without generated servers. */
	readonly generatedPort: number | undefined;
	/** The port of Alertmanager; undefined if Alertmanager is not installed. */
	readonly alertmanagerPort: number | undefined;
	/** Seconds between two scrapes. */
	readonly everySeconds: number;
};

/**
The configuration of Prometheus. Prometheus asks one redis_exporter about each server, as the exporter's documentation
advises for several targets.
*/
export function prometheusConfiguration(targets: ScrapeTargets): string {
	const {addresses, exporterPort, generatedPort, alertmanagerPort, everySeconds} = targets;
	return [
		`global: {scrape_interval: ${everySeconds}s, scrape_timeout: ${everySeconds}s, evaluation_interval: 2s}`,
		'rule_files: [alerts.yml]',
		...(alertmanagerPort === undefined
			? []
			: ['alerting:', '  alertmanagers:', `    - static_configs: [{targets: ['127.0.0.1:${alertmanagerPort}']}]`]),
		'scrape_configs:',
		...(addresses.length === 0
			? []
			: [
					'  - job_name: redis',
					'    metrics_path: /scrape',
					'    static_configs:',
					...addresses.map(
						({address, deployment}) =>
							`      - {targets: ['redis://${address}'], labels: {env: demo, deployment: ${deployment}}}`,
					),
					'    relabel_configs:',
					'      - {source_labels: [__address__], target_label: __param_target}',
					'      - {source_labels: [__param_target], target_label: instance}',
					`      - {target_label: __address__, replacement: '127.0.0.1:${exporterPort}'}`,
				]),
		...(generatedPort === undefined
			? []
			: [
					'  - job_name: generated',
					'    honor_labels: true',
					`    static_configs: [{targets: ['127.0.0.1:${generatedPort}']}]`,
				]),
		'',
	].join('\n');
}

/** The configuration of Alertmanager: alerts are kept and sent to nobody. */
export const alertmanagerConfiguration = (): string =>
	['route: {receiver: nobody, group_wait: 1s}', 'receivers: [{name: nobody}]', ''].join('\n');

import {exitCodes} from '../domain/exit-codes.js';
import {readSecretFile} from '../host/secret-file.js';
import {type WebhookFormat, webhookFormats} from '../metrics/webhook-formats.js';
import type {HttpService} from '../wire/http-client.js';
import {checkSecret, isSecretExposed, placeOf, type ServiceSource, serviceAt, shownUrl} from './http-services.js';
import type {Problems} from './problems.js';

/** The webhook of `--webhook`. */
export type WebhookRequest = {
	readonly service: HttpService;
	readonly format: WebhookFormat;
	/** Reads the secret that signs messages, or PagerDuty's routing key. Undefined if there is none. */
	readonly readSecret: (() => Promise<string>) | undefined;
};

/** The services that receive findings and actions. */
export type Receivers = {
	readonly alertmanagers: readonly HttpService[];
	readonly webhook: WebhookRequest | undefined;
	readonly grafana: HttpService | undefined;
};

const isAddress = (text: string): boolean => /^https?:/i.test(text);

/** The receivers that the flags name. */
export const receiversOf = (source: ServiceSource, problems: Problems): Receivers => ({
	alertmanagers: alertmanagersOf(source, problems),
	webhook: webhookOf(source, problems),
	grafana: grafanaOf(source, problems),
});

function alertmanagersOf(source: ServiceSource, problems: Problems): readonly HttpService[] {
	const {alertmanager, alertmanagerSecretFile: secretFile} = source.flags;
	if (alertmanager === undefined) {
		if (secretFile !== undefined) {
			problems.add('--alertmanager-secret-file goes with --alertmanager URL');
		}

		return [];
	}

	checkSecret('alertmanagerSecretFile', source, problems);
	const services = alertmanager.split(',').map(text => {
		const service = serviceAt(text.trim(), 'alertmanager', 'alertmanagerSecretFile', source, problems);
		return service && unexposed(service, 'alertmanager', source, problems);
	});
	return services.filter(service => service !== undefined);
}

function grafanaOf(source: ServiceSource, problems: Problems): HttpService | undefined {
	const {grafana, grafanaSecretFile: secretFile} = source.flags;
	if (grafana === undefined) {
		return secretFile === undefined ? undefined : problems.add('--grafana-secret-file goes with --grafana URL');
	}

	checkSecret('grafanaSecretFile', source, problems);
	const service = serviceAt(grafana, 'grafana', 'grafanaSecretFile', source, problems);
	return service && unexposed(service, 'grafana', source, problems);
}

function unexposed(
	service: HttpService,
	flag: 'alertmanager' | 'grafana',
	source: ServiceSource,
	problems: Problems,
): HttpService | undefined {
	return isSecretExposed(service)
		? problems.add(`${placeOf(flag, source)} ${service.url.host}: its secret would travel unencrypted; write https://`)
		: service;
}

/**
Reads the flags of the webhook. `--webhook` is an address, or the path of a file whose first line is the address. The
file is for addresses that are secrets, such as those of Slack webhooks: everybody on the machine can read a program's
arguments.
*/
function webhookOf(source: ServiceSource, problems: Problems): WebhookRequest | undefined {
	const {webhook, webhookFormat = 'json', webhookSecretFile} = source.flags;
	if (webhook === undefined) {
		const flag =
			source.flags.webhookFormat === undefined
				? webhookSecretFile === undefined
					? undefined
					: '--webhook-secret-file'
				: '--webhook-format';
		return flag === undefined ? undefined : problems.add(`${flag} goes with --webhook URL`);
	}

	const format = webhookFormats.find(name => name === webhookFormat);
	if (format === undefined) {
		problems.add(
			`${placeOf('webhookFormat', source)} ${webhookFormat}: is unknown; write ${webhookFormats.join(', ')}`,
		);
	}

	checkSecret('webhookSecretFile', source, problems);
	if (format === 'pagerduty' && webhookSecretFile === undefined) {
		problems.add(
			`${placeOf('webhookFormat', source)} pagerduty: needs its routing key; add --webhook-secret-file FILE`,
		);
	}

	const address = webhookAddress(webhook, source, problems);
	const service = address === undefined ? undefined : webhookService(address, webhook, source, problems);
	return service === undefined || format === undefined
		? undefined
		: {
				service,
				format,
				readSecret: webhookSecretFile === undefined ? undefined : () => readSecretFile(webhookSecretFile),
			};
}

function webhookAddress(webhook: string, source: ServiceSource, problems: Problems): string | undefined {
	if (isAddress(webhook)) {
		return webhook;
	}

	const reading = source.secrets.get('webhook');
	const place = placeOf('webhook', source);
	if (reading === undefined || 'why' in reading) {
		return problems.add(
			`${place} ${webhook}: is no address, and no file with one: ${reading?.why.replace(/^.*: /, '') ?? 'unread'}`,
			/no such file|unread$/.test(reading?.why ?? 'unread') ? exitCodes.usage : exitCodes.noPermission,
		);
	}

	return isAddress(reading.text)
		? reading.text
		: problems.add(`${place} ${webhook}: its first line is no address; write https://HOST/PATH`);
}

/**
The web service at a webhook's address, which may have a query. The text of a problem never shows the content of the
file.
*/
function webhookService(
	address: string,
	webhook: string,
	source: ServiceSource,
	problems: Problems,
): HttpService | undefined {
	const place = placeOf('webhook', source);
	const shown = isAddress(webhook) ? shownUrl(webhook).replace(/^(https?:\/\/[^/?]*).*$/i, '$1') : webhook;
	const url = URL.canParse(address) ? new URL(address) : undefined;
	if (url === undefined || url.hash !== '') {
		return problems.add(`${place} ${shown}: is no address; write https://HOST/PATH`);
	}

	if (url.username !== '' || url.password !== '') {
		return problems.add(
			`${place} ${shown}: leave out the user and password; messages are signed by --webhook-secret-file`,
		);
	}

	return {url, tls: source.tls};
}

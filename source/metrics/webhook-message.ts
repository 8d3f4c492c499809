import {createHash, createHmac} from 'node:crypto';
import {messageText} from '../domain/message.js';
import {stepsAfterFinding} from '../rules/after-steps.js';
import {type Finding, findingKey} from '../rules/finding.js';
import {evidenceData} from '../text/evidence-text.js';
import {summaryOf} from './alert.js';
import type {WebhookFormat} from './webhook-formats.js';

/** A change of a finding, as a message to a webhook. */
export type WebhookMessage = {
	readonly event: 'opened' | 'changed' | 'closed';
	readonly finding: Finding;
	/** When the change happened, in milliseconds since the epoch. */
	readonly atMs: number;
};

/**
Longest summary of an event, in characters. Source:
https://developer.pagerduty.com/api-reference/368ae3d938c9e-send-an-event-to-pager-duty
*/
const longestSummary = 1024;

/**
Longest text of a message to Slack, in characters. Source: https://api.slack.com/reference/block-kit/blocks#section
*/
const longestSlackText = 3000;

/**
Identifies a finding of a deployment over time, in 40 hexadecimal digits. PagerDuty refuses keys longer than 255
characters.
*/
export const dedupKey = (finding: Finding, deployment: string): string =>
	createHash('sha256')
		.update(`${deployment}\n${findingKey(finding)}`)
		.digest('hex')
		.slice(0, 40);

/**
Escapes `&`, `<` and `>`, as Slack demands. Otherwise a text from a server could notify everybody by `<!channel>`.
*/
const escapedForSlack = (text: string): string =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const slackMarks: Readonly<Record<Finding['severity'], string>> = {
	critical: ':red_circle:',
	warning: ':large_yellow_circle:',
	info: ':information_source:',
};

function slackText({event, finding}: WebhookMessage, deployment: string): string {
	const {severity, rule, next} = finding;
	const head =
		event === 'closed'
			? `:white_check_mark: over: ${escapedForSlack(summaryOf(finding))}`
			: `${slackMarks[severity]} *${severity}* ${escapedForSlack(summaryOf(finding))}`;
	const steps = event === 'closed' ? [] : next.slice(0, 3).map(({text}) => `• ${escapedForSlack(messageText(text))}`);
	return [head, ...steps, `_${rule}, ${escapedForSlack(deployment)}_`].join('\n').slice(0, longestSlackText);
}

function pagerdutyBody({event, finding, atMs}: WebhookMessage, deployment: string, routingKey: string) {
	const {severity, rule, node, effect, evidence, meaning} = finding;
	const next = event === 'closed' ? stepsAfterFinding(finding) : finding.next;
	return {
		routing_key: routingKey,
		event_action: event === 'closed' ? 'resolve' : 'trigger',
		dedup_key: dedupKey(finding, deployment),
		payload: {
			summary: summaryOf(finding).slice(0, longestSummary),
			source: node ?? deployment,
			severity,
			timestamp: new Date(event === 'closed' ? atMs : finding.sinceMs).toISOString(),
			component: 'redis',
			group: deployment,
			class: rule,
			custom_details: {
				effect: effect ?? null,
				meaning: messageText(meaning),
				evidence: Object.fromEntries(evidence.map(({name, value}) => [name, evidenceData(value)])),
				next: next.map(({text}) => messageText(text)),
			},
		},
	};
}

export type WebhookContext = {
	readonly deployment: string;
	/**
	The text in the file of `--webhook-secret-file`. PagerDuty's format contains it as the routing key. The bodies of the
	other formats do not contain it.
	*/
	readonly secret: string | undefined;
	/** Returns the change of a finding as JSON, as `redis-top watch --json` prints it. */
	readonly json: (message: WebhookMessage) => string;
};

export function webhookBody(
	format: WebhookFormat,
	message: WebhookMessage,
	{deployment, secret, json}: WebhookContext,
): string {
	switch (format) {
		case 'json': {
			return json(message);
		}

		case 'slack': {
			const text = slackText(message, deployment);
			return JSON.stringify({text, blocks: [{type: 'section', text: {type: 'mrkdwn', text}}]});
		}

		case 'pagerduty': {
			return JSON.stringify(pagerdutyBody(message, deployment, secret ?? ''));
		}
	}
}

/**
The headers that prove to a receiver that redis-top sent the body, and when. The signature is the HMAC-SHA256 of
`TIMESTAMP.BODY` with the secret, in hexadecimal digits. A receiver should refuse old timestamps, so that nobody can
repeat an old message. All attempts to send one message have the same delivery id.
*/
export const signatureHeaders = (
	body: string,
	secret: string | undefined,
	{delivery, nowMs}: {readonly delivery: string; readonly nowMs: number},
): Readonly<Record<string, string>> => {
	const seconds = String(Math.floor(nowMs / 1000));
	return {
		'x-redis-top-delivery': delivery,
		...(secret !== undefined && {
			'x-redis-top-timestamp': seconds,
			'x-redis-top-signature': `sha256=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`,
		}),
	};
};

/** Identifies a message. All attempts to send the message have the same id. */
export const deliveryOf = ({event, finding, atMs}: WebhookMessage, deployment: string): string =>
	createHash('sha256')
		.update(`${dedupKey(finding, deployment)}\n${event}\n${atMs}`)
		.digest('hex')
		.slice(0, 32);

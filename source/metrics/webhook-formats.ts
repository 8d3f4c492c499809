/** The formats of `--webhook-format`; the first is the default. They stand apart, so that the help loads no sender. */
export const webhookFormats = ['json', 'slack', 'pagerduty'] as const;

export type WebhookFormat = (typeof webhookFormats)[number];

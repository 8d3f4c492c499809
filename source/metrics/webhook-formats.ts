/**
The formats of `--webhook-format`; the first is the default. They have a file of their own, so that the help does not
load the sender.
*/
export const webhookFormats = ['json', 'slack', 'pagerduty'] as const;

export type WebhookFormat = (typeof webhookFormats)[number];

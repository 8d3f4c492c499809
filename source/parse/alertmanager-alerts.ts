/**
An alert of redis-top as Alertmanager reports it, identified by the labels that redis-top sets. Source:
api/v2/openapi.yaml (gettableAlert).
*/
export type KnownAlert = {
	readonly rule: string;
	readonly node: string | undefined;
	readonly subject: string | undefined;
	/**
	`fires`: Alertmanager notifies people of the alert. `silenced`: a silence suppresses it. `inhibited`: another alert
	suppresses it.
	*/
	readonly state: AlertState;
};

export type AlertState = 'fires' | 'silenced' | 'inhibited';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const textIn = (fields: Fields, name: string): string | undefined => {
	const value = fields[name];
	return typeof value === 'string' && value !== '' ? value : undefined;
};

const hasAny = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

/**
The alerts of redis-top in a reply to `GET /api/v2/alerts`. Undefined if the body is not such a reply. Alerts from other
sources are left out. Never throws.
*/
export function parseAlerts(body: string): readonly KnownAlert[] | undefined {
	let reply: unknown;
	try {
		reply = JSON.parse(body);
	} catch {
		return undefined;
	}

	return Array.isArray(reply) ? reply.flatMap(entry => knownAlert(entry) ?? []) : undefined;
}

function knownAlert(entry: unknown): KnownAlert | undefined {
	if (!isFields(entry) || !isFields(entry.labels) || !isFields(entry.status)) {
		return undefined;
	}

	const {labels, status} = entry;
	const rule = textIn(labels, 'alertname');
	return rule === undefined || textIn(labels, 'source') !== 'redis-top'
		? undefined
		: {
				rule,
				node: textIn(labels, 'instance'),
				subject: textIn(labels, 'subject'),
				state: hasAny(status.silencedBy) ? 'silenced' : hasAny(status.inhibitedBy) ? 'inhibited' : 'fires',
			};
}

/** The id in a reply to `POST /api/v2/silences`. Undefined for any other reply. Never throws. */
export function parseSilenceId(body: string): string | undefined {
	let reply: unknown;
	try {
		reply = JSON.parse(body);
	} catch {
		return undefined;
	}

	const id = isFields(reply) ? textIn(reply, 'silenceID') : undefined;
	return id !== undefined && /^[\w-]{1,64}$/.test(id) ? id : undefined;
}

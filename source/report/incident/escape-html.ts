const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** Escapes a text for HTML, between tags and within quotes. No name of a client, key or server can become markup. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, found => entities[found] ?? found);

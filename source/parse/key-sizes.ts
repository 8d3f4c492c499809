import type {InfoReply} from '../domain/info-reply.js';
import {type KeySizeRow, type KeySizes, keySizeTypes, type SizeBin} from '../domain/key-sizes.js';
import {keyValues} from './info-fields.js';

const units: Readonly<Record<string, number>> = {
	'': 1,
	K: 2 ** 10,
	M: 2 ** 20,
	G: 2 ** 30,
	T: 2 ** 40,
	P: 2 ** 50,
	E: 2 ** 60,
};

/** Converts the label of a bin to a number: `4K` to 4096. Undefined for any other text. */
function sizeOf(label: string): number | undefined {
	const [, digits, unit = ''] = /^(\d{1,4})([KMGTPE]?)$/.exec(label) ?? [];
	return digits === undefined ? undefined : Number(digits) * (units[unit] ?? 1);
}

/**
Parses `# Keysizes` of INFO: lines such as `db0_distrib_hashes_items:1=2,4K=12`. A line or bin of an unknown form is left
out. Never throws.
*/
export function parseKeySizes(info: InfoReply): KeySizes {
	const section = info.sections.get('keysizes');
	return section === undefined
		? {isTold: false, rows: []}
		: {isTold: true, rows: [...section].flatMap(([field, text]) => rowOf(field, text) ?? [])};
}

function rowOf(field: string, text: string): KeySizeRow | undefined {
	const [, database, name, measure] = /^db(\d{1,9})_distrib_([a-z]+)_(sizes|items)$/.exec(field) ?? [];
	const type = keySizeTypes.find(one => one === name);
	if (database === undefined || type === undefined) {
		return undefined;
	}

	const bins = [...keyValues(text)].flatMap(([label, keys]): SizeBin[] => {
		const least = sizeOf(label);
		return least !== undefined && /^\d{1,15}$/.test(keys) && Number(keys) > 0 ? [{least, keys: Number(keys)}] : [];
	});
	return {
		database: Number(database),
		type,
		unit: measure === 'sizes' ? 'bytes' : 'items',
		bins: bins.toSorted((one, other) => one.least - other.least),
	};
}

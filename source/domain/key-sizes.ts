/** The types of keys, as INFO keysizes names them. */
export const keySizeTypes = ['strings', 'lists', 'sets', 'zsets', 'hashes'] as const;

export type KeySizeType = (typeof keySizeTypes)[number];

/**
Number of keys whose size is at least `least` and below twice `least`. The bin with `least` 0 holds empty strings.
*/
export type SizeBin = {readonly least: number; readonly keys: number};

/**
The keys of one type in one database, by size. The size of a string is its bytes, that of other types the number of
items.
*/
export type KeySizeRow = {
	readonly database: number;
	readonly type: KeySizeType;
	readonly unit: 'bytes' | 'items';
	/** The bins, smallest first. Bins without keys are left out. */
	readonly bins: readonly SizeBin[];
};

/** INFO keysizes (Redis 8.0). `isTold` is false where the server has no such section. */
export type KeySizes = {readonly isTold: boolean; readonly rows: readonly KeySizeRow[]};

/** The types of keys, as INFO keysizes names them. */
export const keySizeTypes = ['strings', 'lists', 'sets', 'zsets', 'hashes'] as const;

export type KeySizeType = (typeof keySizeTypes)[number];

/** How many keys have a size from `least` to twice that. The bin of `least` 0 holds empty strings. */
export type SizeBin = {readonly least: number; readonly keys: number};

/** The keys of one type in one database, by size. Sizes are bytes of strings, and items of other types. */
export type KeySizeRow = {
	readonly database: number;
	readonly type: KeySizeType;
	readonly unit: 'bytes' | 'items';
	/** The bins, smallest first. Bins without keys are left out. */
	readonly bins: readonly SizeBin[];
};

/** INFO keysizes (Redis 8.0). `isTold` is false where the server has no such section. */
export type KeySizes = {readonly isTold: boolean; readonly rows: readonly KeySizeRow[]};

/**
An entry of the help about figures of a panel. `meaning` says from which reply and field the figures come, and from
which values on they are bad. Labels with the same explanation are separated by commas: `P50, P99`.
*/
export type Figure = readonly [labels: string, meaning: string];

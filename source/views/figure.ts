/**
The explanation of labels of a panel: the reply and the field that the figure comes from, and the value from which it is
bad. Labels with the same explanation are separated by commas: `P50, P99`.
*/
export type Figure = readonly [labels: string, meaning: string];

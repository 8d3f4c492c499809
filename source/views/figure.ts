/**
What labels of a panel stand for: the field and the reply that the figure is made of, and from when it is bad. Labels
with the same explanation stand together, separated by commas: `P50, P99`.
*/
export type Figure = readonly [labels: string, meaning: string];

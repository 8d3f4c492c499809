/** asciichart 1.5 ships no types; this is the part that the chart uses. */
declare module 'asciichart' {
	export type PlotOptions = {
		readonly min?: number;
		readonly max?: number;
		/** Number of steps between the lowest and the highest line: one less than the number of lines. */
		readonly height?: number;
		/** Number of columns before the plot, for labels. */
		readonly offset?: number;
		readonly format?: (value: number, index: number) => string;
		readonly symbols?: readonly string[];
	};

	/** Throws on an empty series, NaN and infinity. */
	export function plot(series: readonly number[], options?: PlotOptions): string;
}

/** Replaced by the bundler. */
export const version: string = process.env.REDIS_TOP_VERSION ?? '0.0.0';

/** The version of redis-top. The bundler replaces the expression by the version. */
export const version: string = process.env.REDIS_TOP_VERSION ?? '0.0.0';

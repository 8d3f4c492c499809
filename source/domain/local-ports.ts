/** How the local ports of this machine are used for connections to one address. */
export type LocalPortUse = {
	/** Number of ports in `ip_local_port_range`. */
	readonly ports: number;
	/** Number of ports that connections to the address hold. */
	readonly held: number;
	/** Number of these ports whose connection has ended, and which the kernel keeps for a minute (TIME_WAIT). */
	readonly waiting: number;
};

/** What the kernel knows of the machine that has an address on a network of this machine. */
export type Neighbour = {
	/** Whether the kernel has its hardware address. Without one, it asks for it (ARP), or has given up. */
	readonly isComplete: boolean;
	readonly device: string;
};

/** ATF_COM alone. An administrator's entry (ATF_PERM) and a published one show no answer. Source: linux/if_arp.h. */
const completeFlags = 0x2;

/**
The entry of an address in `/proc/net/arp`. Undefined without one, and where an entry says nothing of the machine: it was
set by hand, or one hardware address answers for several addresses, as a router or a cloud does (proxy ARP).
*/
export function neighbourIn(table: string, address: string): Neighbour | undefined {
	const rows = table
		.split('\n')
		.slice(1)
		.map(line => line.trim().split(/\s+/));
	const own = rows.filter(([host]) => host === address);
	const [[, , flagText, hardware, , device] = []] = own;
	const flags = Number(flagText);
	if (own.length !== 1 || device === undefined || (flags !== 0 && flags !== completeFlags)) {
		return undefined;
	}

	const isShared = rows.some(([host, , , other]) => host !== address && other === hardware);
	return flags !== 0 && isShared ? undefined : {isComplete: flags !== 0, device};
}

/** Whether the kernel has a hardware address for an address, whoever set it. */
export const hasHardwareAddress = (table: string, address: string): boolean =>
	table.split('\n').some(line => {
		const [host, , flags] = line.trim().split(/\s+/);
		return host === address && Number(flags) !== 0;
	});

/** RTF_UP, RTF_GATEWAY and RTF_REJECT. Source: linux/route.h. */
const [routeIsUp, routeHasGateway, routeRejects] = [0x1, 0x2, 0x200];

/** A number that the kernel prints as hexadecimal digits, least significant byte first: `0100A8C0` is 192.168.0.1. */
const numberOf = (hex = ''): number => Number.parseInt(hex.match(/../g)?.toReversed().join('') ?? '', 16);

function addressNumber(address: string): number | undefined {
	const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)?.slice(1).map(Number);
	return parts?.reduce((sum, part) => sum * 256 + part, 0);
}

/** The device of the network to which this machine is connected and that has the address, by `/proc/net/route`; else undefined. */
export function deviceTo(routes: string, address: string): string | undefined {
	const wanted = addressNumber(address);
	if (wanted === undefined) {
		return undefined;
	}

	const [best] = routes
		.split('\n')
		.slice(1)
		.map(line => line.trim().split(/\s+/))
		.map(([device, destination, , flags, , , metric, mask]) => ({
			device,
			flags: Number.parseInt(flags ?? '', 16),
			metric: Number(metric),
			mask: numberOf(mask),
			destination: numberOf(destination),
		}))
		// `>>> 0`: bitwise operators make signed numbers.
		.filter(({flags, mask, destination}) => (flags & routeIsUp) !== 0 && (wanted & mask) >>> 0 === destination)
		.toSorted((one, other) => other.mask - one.mask || one.metric - other.metric);
	return best === undefined || (best.flags & (routeHasGateway | routeRejects)) !== 0 ? undefined : best.device;
}

/** The limits of memory and processor time of the process' control group, and its use of memory. */
export type CgroupEvidence = {
	/** The memory limit of the control group, in bytes; undefined: no limit. */
	readonly limitBytes: number | undefined;
	readonly usedBytes: number | undefined;
	/** The number of OOM kills in this control group since it was created. */
	readonly oomKills: number | undefined;
	/** The limit of processes and threads that is nearest to its use; undefined: no limit, or it cannot be read. */
	readonly processes?: ProcessCount | undefined;
	/** The tightest limit of processor time; undefined: no limit, or it cannot be read. */
	readonly processorQuota?: ProcessorQuota | undefined;
};

/**
A limit of processes and threads of a control group. Source: the kernel's Documentation/admin-guide/cgroup-v2.rst,
pids.max.
*/
export type ProcessCount = {
	readonly limit: number;
	readonly used: number;
	/** The file with the limit: `/sys/fs/cgroup/system.slice/redis.service/pids.max`. */
	readonly file: string;
};

/** A limit of processor time of a control group. Source: the kernel's Documentation/scheduler/sched-bwc.rst. */
export type ProcessorQuota = {
	/** The number of processors that the control group may use: 0.5 is half a processor. */
	readonly cores: number;
	/** Number of periods in which the control group ran since it was created. A period takes 100 ms by default. */
	readonly periods: number;
	/** Number of periods in which the control group was stopped because its time was used up. */
	readonly throttled: number;
};

package dev.windlass.cuda.health;

/** What NVML tells of the ways between GPUs. */
public interface NvmlLinks {
  /** The most links of NVLink that a GPU has. */
  int MAX_LINKS = 18;

  /** What is at the other end of a link: a GPU, with NVML's number. */
  int REMOTE_GPU = 0;

  /** What is at the other end of a link: a switch, with NVML's number. */
  int REMOTE_SWITCH = 2;

  /** {@code nvmlDeviceGetTopologyCommonAncestor}: NVML's number of the level. */
  int commonAncestor(long device, long other);

  /** {@code nvmlDeviceGetNvLinkState}: whether a link is up. */
  boolean nvLinkActive(long device, int link);

  /** {@code nvmlDeviceGetNvLinkRemoteDeviceType}. */
  int nvLinkRemoteType(long device, int link);

  /** {@code nvmlDeviceGetNvLinkRemotePciInfo_v2}: the address at the other end. */
  String nvLinkRemotePci(long device, int link);
}

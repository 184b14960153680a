package dev.windlass.cuda.driver;

/**
 * One device on another's memory. Virtual memory is opened to a device with {@link
 * VirtualMemoryCalls#openAccess} instead.
 */
public interface PeerCalls {
  /** {@code cuDeviceCanAccessPeer}: whether kernels of a device may be let on another's memory. */
  boolean canAccessPeer(int device, int peer);

  /**
   * {@code cuCtxEnablePeerAccess}: lets the current context on the memory of another device's one,
   * also on what is allocated later. The other direction is a call of its own.
   */
  void enablePeerAccess(long peerContext);

  /** {@code cuCtxDisablePeerAccess}. */
  void disablePeerAccess(long peerContext);

  /**
   * {@code cuMemcpyPeerAsync}: from one device to another, directly where {@link #canAccessPeer},
   * else through the host. Needs no peer access.
   *
   * @param stream of either context
   */
  void copyPeerAsync(long to, long toContext, long from, long fromContext, long bytes, long stream);
}

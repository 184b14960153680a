package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.Scratch.check;
import static org.bytedeco.cuda.global.cudart.cuCtxDisablePeerAccess;
import static org.bytedeco.cuda.global.cudart.cuCtxEnablePeerAccess;
import static org.bytedeco.cuda.global.cudart.cuDeviceCanAccessPeer;
import static org.bytedeco.cuda.global.cudart.cuMemcpyPeerAsync;

import dev.windlass.cuda.driver.PeerCalls;

/** {@link PeerCalls} by JavaCPP. */
interface JavacppPeers extends PeerCalls {
  @Override
  default boolean canAccessPeer(int device, int peer) {
    int[] can = Scratch.get().int1;
    check(cuDeviceCanAccessPeer(can, device, peer), "cuDeviceCanAccessPeer");
    return can[0] != 0;
  }

  @Override
  default void enablePeerAccess(long peerContext) {
    check(cuCtxEnablePeerAccess(Scratch.get().context.at(peerContext), 0), "cuCtxEnablePeerAccess");
  }

  @Override
  default void disablePeerAccess(long peerContext) {
    check(cuCtxDisablePeerAccess(Scratch.get().context.at(peerContext)), "cuCtxDisablePeerAccess");
  }

  @Override
  default void copyPeerAsync(
      long to, long toContext, long from, long fromContext, long bytes, long stream) {
    Scratch scratch = Scratch.get();
    check(
        cuMemcpyPeerAsync(
            to,
            scratch.context.at(toContext),
            from,
            scratch.context2.at(fromContext),
            bytes,
            scratch.stream.at(stream)),
        "cuMemcpyPeerAsync");
  }
}

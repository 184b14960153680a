package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.Scratch.check;
import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE;
import static org.bytedeco.cuda.global.cudart.cuGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphExecDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphExecUpdate;
import static org.bytedeco.cuda.global.cudart.cuGraphGetNodes;
import static org.bytedeco.cuda.global.cudart.cuGraphInstantiate;
import static org.bytedeco.cuda.global.cudart.cuGraphLaunch;
import static org.bytedeco.cuda.global.cudart.cuStreamBeginCapture;
import static org.bytedeco.cuda.global.cudart.cuStreamEndCapture;
import static org.bytedeco.cuda.global.cudart.cuStreamIsCapturing;

import dev.windlass.cuda.driver.CaptureMode;
import dev.windlass.cuda.driver.CaptureStatus;
import dev.windlass.cuda.driver.GraphCalls;
import org.bytedeco.cuda.cudart.CUgraphExecUpdateResultInfo_v1;
import org.bytedeco.javacpp.Pointer;

/** {@link GraphCalls} by JavaCPP. */
interface JavacppGraphs extends GraphCalls {
  @Override
  default void beginCapture(long stream, CaptureMode mode) {
    check(
        cuStreamBeginCapture(Scratch.get().stream.at(stream), mode.number()),
        "cuStreamBeginCapture");
  }

  @Override
  default long endCapture(long stream) {
    Scratch scratch = Scratch.get();
    check(cuStreamEndCapture(scratch.stream.at(stream), scratch.graph.at(0)), "cuStreamEndCapture");
    return scratch.graph.address();
  }

  @Override
  default CaptureStatus captureStatus(long stream) {
    Scratch scratch = Scratch.get();
    check(cuStreamIsCapturing(scratch.stream.at(stream), scratch.int1), "cuStreamIsCapturing");
    return switch (scratch.int1[0]) {
      case 0 -> CaptureStatus.NONE;
      case 1 -> CaptureStatus.ACTIVE;
      default -> CaptureStatus.INVALIDATED;
    };
  }

  @Override
  default long graphNodes(long graph) {
    Scratch scratch = Scratch.get();
    scratch.size1(0);
    check(cuGraphGetNodes(scratch.graph.at(graph), null, scratch.size1), "cuGraphGetNodes");
    return scratch.size1();
  }

  @Override
  default void destroyGraph(long graph) {
    check(cuGraphDestroy(Scratch.get().graph.at(graph)), "cuGraphDestroy");
  }

  @Override
  default long instantiate(long graph) {
    Scratch scratch = Scratch.get();
    check(
        cuGraphInstantiate(scratch.executable.at(0), scratch.graph.at(graph), 0),
        "cuGraphInstantiate");
    return scratch.executable.address();
  }

  @Override
  default boolean updateExecutable(long executable, long graph) {
    Scratch scratch = Scratch.get();
    CUgraphExecUpdateResultInfo_v1 why =
        new CUgraphExecUpdateResultInfo_v1(new Pointer(Scratch.direct(64)));
    int code = cuGraphExecUpdate(scratch.executable.at(executable), scratch.graph.at(graph), why);
    if (code == CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE) {
      return false;
    }
    check(code, "cuGraphExecUpdate");
    return true;
  }

  @Override
  default void launchGraph(long executable, long stream) {
    Scratch scratch = Scratch.get();
    check(
        cuGraphLaunch(scratch.executable.at(executable), scratch.stream.at(stream)),
        "cuGraphLaunch");
  }

  @Override
  default void destroyExecutable(long executable) {
    check(cuGraphExecDestroy(Scratch.get().executable.at(executable)), "cuGraphExecDestroy");
  }
}

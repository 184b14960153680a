package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.Scratch.check;
import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_NOT_READY;
import static org.bytedeco.cuda.global.cudart.CU_EVENT_BLOCKING_SYNC;
import static org.bytedeco.cuda.global.cudart.CU_EVENT_DEFAULT;
import static org.bytedeco.cuda.global.cudart.CU_EVENT_DISABLE_TIMING;
import static org.bytedeco.cuda.global.cudart.CU_STREAM_NON_BLOCKING;
import static org.bytedeco.cuda.global.cudart.cuCtxGetStreamPriorityRange;
import static org.bytedeco.cuda.global.cudart.cuEventCreate;
import static org.bytedeco.cuda.global.cudart.cuEventDestroy;
import static org.bytedeco.cuda.global.cudart.cuEventElapsedTime;
import static org.bytedeco.cuda.global.cudart.cuEventQuery;
import static org.bytedeco.cuda.global.cudart.cuEventRecord;
import static org.bytedeco.cuda.global.cudart.cuEventSynchronize;
import static org.bytedeco.cuda.global.cudart.cuStreamCreate;
import static org.bytedeco.cuda.global.cudart.cuStreamCreateWithPriority;
import static org.bytedeco.cuda.global.cudart.cuStreamDestroy;
import static org.bytedeco.cuda.global.cudart.cuStreamGetPriority;
import static org.bytedeco.cuda.global.cudart.cuStreamQuery;
import static org.bytedeco.cuda.global.cudart.cuStreamSynchronize;
import static org.bytedeco.cuda.global.cudart.cuStreamWaitEvent;

import dev.windlass.cuda.driver.StreamCalls;

/** {@link StreamCalls} by JavaCPP. */
interface JavacppStreams extends StreamCalls {
  @Override
  default long createStream() {
    Scratch.Stream stream = Scratch.get().stream.at(0);
    check(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
    return stream.address();
  }

  @Override
  default long createStream(int priority) {
    Scratch.Stream stream = Scratch.get().stream.at(0);
    check(
        cuStreamCreateWithPriority(stream, CU_STREAM_NON_BLOCKING, priority),
        "cuStreamCreateWithPriority");
    return stream.address();
  }

  @Override
  default int streamPriority(long stream) {
    Scratch scratch = Scratch.get();
    check(cuStreamGetPriority(scratch.stream.at(stream), scratch.int1), "cuStreamGetPriority");
    return scratch.int1[0];
  }

  @Override
  default void streamPriorityRange(int[] leastAndGreatest) {
    Scratch scratch = Scratch.get();
    check(cuCtxGetStreamPriorityRange(scratch.int1, scratch.int2), "cuCtxGetStreamPriorityRange");
    leastAndGreatest[0] = scratch.int1[0];
    leastAndGreatest[1] = scratch.int2[0];
  }

  @Override
  default void destroyStream(long stream) {
    check(cuStreamDestroy(Scratch.get().stream.at(stream)), "cuStreamDestroy");
  }

  @Override
  default void synchronizeStream(long stream) {
    check(cuStreamSynchronize(Scratch.get().stream.at(stream)), "cuStreamSynchronize");
  }

  @Override
  default boolean isStreamDone(long stream) {
    return isDone(cuStreamQuery(Scratch.get().stream.at(stream)), "cuStreamQuery");
  }

  @Override
  default void streamWaitEvent(long stream, long event) {
    Scratch scratch = Scratch.get();
    check(
        cuStreamWaitEvent(scratch.stream.at(stream), scratch.event.at(event), 0),
        "cuStreamWaitEvent");
  }

  @Override
  default long createEvent(boolean timing) {
    return createEvent(timing, false);
  }

  @Override
  default long createEvent(boolean timing, boolean blocking) {
    Scratch.Event event = Scratch.get().event.at(0);
    int flags =
        (timing ? CU_EVENT_DEFAULT : CU_EVENT_DISABLE_TIMING)
            | (blocking ? CU_EVENT_BLOCKING_SYNC : CU_EVENT_DEFAULT);
    check(cuEventCreate(event, flags), "cuEventCreate");
    return event.address();
  }

  @Override
  default void destroyEvent(long event) {
    check(cuEventDestroy(Scratch.get().event.at(event)), "cuEventDestroy");
  }

  @Override
  default void recordEvent(long event, long stream) {
    Scratch scratch = Scratch.get();
    check(cuEventRecord(scratch.event.at(event), scratch.stream.at(stream)), "cuEventRecord");
  }

  @Override
  default boolean isEventDone(long event) {
    return isDone(cuEventQuery(Scratch.get().event.at(event)), "cuEventQuery");
  }

  @Override
  default void synchronizeEvent(long event) {
    check(cuEventSynchronize(Scratch.get().event.at(event)), "cuEventSynchronize");
  }

  @Override
  default float elapsedMillis(long from, long to) {
    Scratch scratch = Scratch.get();
    check(
        cuEventElapsedTime(scratch.float1, scratch.event.at(from), scratch.event2.at(to)),
        "cuEventElapsedTime");
    return scratch.float1[0];
  }

  @Override
  default void launchHostFunction(long stream, Runnable function) {
    HostFunctions.launch(Scratch.get(), stream, function);
  }

  private static boolean isDone(int code, String call) {
    if (code == CUDA_ERROR_NOT_READY) {
      return false;
    }
    check(code, call);
    return true;
  }
}

package dev.windlass.benchmarks.trace;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

/**
 * Training of a transformer in mixed precision: 2 bytes per weight, gradient and activation, 12 per
 * weight for the optimiser, whose state is made at the end of the first step. Sequences have
 * another length in each step, as batches of text have.
 *
 * <p>The sizes of a layer follow from its shape. With {@code t} tokens of {@code h} features, the
 * forward pass keeps about {@code 17 t h} values and the attention's two squares for the backward
 * pass, which frees them in reverse order while it makes gradients.
 */
final class TrainingTraces {
  private static final int LAYERS = 16;
  private static final long HIDDEN = 2048;
  private static final long HEADS = 16;
  private static final long VOCABULARY = 50_257;
  private static final long WORKSPACE = 32L << 20;

  /** A layer's weights, in values: attention in and out, the two of the perceptron, norms. */
  private static final long[] WEIGHTS = {
    3 * HIDDEN * HIDDEN, HIDDEN * HIDDEN, 4 * HIDDEN * HIDDEN, 4 * HIDDEN * HIDDEN, HIDDEN, HIDDEN
  };

  private final Trace.Builder trace;
  private final boolean sharded;
  private final Deque<Integer> gradients = new ArrayDeque<>();

  private TrainingTraces(String name, boolean sharded) {
    trace = Trace.builder(name);
    this.sharded = sharded;
  }

  /** All activations are kept until the backward pass. */
  static Trace plain(long seed, int steps) {
    return new TrainingTraces("training", false).train(seed, steps, false, 4);
  }

  /** Only each layer's input is kept; the backward pass computes the rest again. */
  static Trace recomputed(long seed, int steps) {
    return new TrainingTraces("training, recomputed", false).train(seed, steps, true, 8);
  }

  /**
   * Weights, gradients and optimiser state are spread over 8 GPUs: a layer's weights are gathered
   * on a second stream before use and freed after it.
   */
  static Trace sharded(long seed, int steps) {
    return new TrainingTraces("training, sharded", true).train(seed, steps, true, 8);
  }

  /** Each step's batch is larger by one, so that no tensor fits where the last one was. */
  static Trace growingBatch(int steps) {
    TrainingTraces training = new TrainingTraces("batch grows by one", false);
    training.weights();
    for (int step = 0; step < steps; step++) {
      training.step(8 + step, 256, false, step == 0);
    }
    return training.trace.build();
  }

  private Trace train(long seed, int steps, boolean recompute, int batch) {
    SplittableRandom random = new SplittableRandom(seed);
    weights();
    for (int step = 0; step < steps; step++) {
      step(batch, 64 * random.nextInt(6, 17), recompute, step == 0);
    }
    return trace.build();
  }

  private void weights() {
    trace.allocate(2 * VOCABULARY * HIDDEN);
    for (int layer = 0; layer < LAYERS; layer++) {
      for (long values : WEIGHTS) {
        trace.allocate(Math.max(1, 2 * values / shards()));
      }
    }
  }

  private int shards() {
    return sharded ? 8 : 1;
  }

  private void step(int batch, int length, boolean recompute, boolean first) {
    long tokens = (long) batch * length;
    Deque<Integer> input = new ArrayDeque<>(); // one per layer
    Deque<Deque<Integer>> kept = new ArrayDeque<>();
    input.push(trace.allocate(2 * tokens * HIDDEN));
    for (int layer = 0; layer < LAYERS; layer++) {
      Deque<Integer> gathered = gather();
      Deque<Integer> activations = forward(batch, length);
      if (recompute) {
        freeAll(activations);
      }
      kept.push(activations);
      input.push(trace.allocate(2 * tokens * HIDDEN));
      freeAll(gathered);
    }
    int gradient = loss(tokens);
    while (!kept.isEmpty()) {
      trace.free(input.pop());
      Deque<Integer> gathered = gather();
      Deque<Integer> activations = kept.pop();
      gradient = backward(tokens, recompute ? forward(batch, length) : activations, gradient);
      freeAll(gathered);
    }
    trace.free(gradient);
    trace.free(input.pop());
    optimise(first);
  }

  /** The activations of one layer that its backward pass needs. */
  private Deque<Integer> forward(int batch, int length) {
    long row = 2L * batch * length * HIDDEN;
    long square = batch * HEADS * length * length;
    Deque<Integer> kept = new ArrayDeque<>();
    kept.push(trace.allocate(row)); // norm
    kept.push(trace.allocate(3 * row)); // query, key, value
    int scores = trace.allocate(2 * square);
    kept.push(trace.allocate(2 * square)); // softmax
    trace.free(scores);
    kept.push(trace.allocate(square)); // dropout mask
    kept.push(trace.allocate(row));
    workspace();
    kept.push(trace.allocate(row)); // norm
    kept.push(trace.allocate(4 * row));
    kept.push(trace.allocate(4 * row));
    workspace();
    kept.push(trace.allocate(row / 2)); // dropout mask
    return kept;
  }

  /** Logits in two precisions and their gradient: the spike between forward and backward. */
  private int loss(long tokens) {
    int logits = trace.allocate(2 * tokens * VOCABULARY);
    int exact = trace.allocate(4 * tokens * VOCABULARY);
    int probabilities = trace.allocate(4 * tokens * VOCABULARY);
    int scalar = trace.allocate(4);
    trace.free(exact);
    int gradient = trace.allocate(2 * tokens * VOCABULARY);
    trace.free(probabilities);
    trace.free(logits);
    int result = trace.allocate(2 * tokens * HIDDEN);
    trace.free(gradient);
    trace.free(scalar);
    return result;
  }

  private int backward(long tokens, Deque<Integer> activations, int gradient) {
    long row = 2 * tokens * HIDDEN;
    int current = gradient;
    int weight = 0;
    while (!activations.isEmpty()) {
      int next = trace.allocate(activations.size() % 3 == 0 ? 4 * row : row);
      if (activations.size() % 2 == 0 && weight < WEIGHTS.length) {
        workspace();
        gradients.add(weightGradient(WEIGHTS[weight++]));
      }
      trace.free(activations.pop());
      trace.free(current);
      current = next;
    }
    int result = trace.allocate(row);
    trace.free(current);
    return result;
  }

  /** With shards, the whole gradient lives until its part is reduced on the other stream. */
  private int weightGradient(long values) {
    int whole = trace.allocate(2 * values);
    if (!sharded) {
      return whole;
    }
    int part = trace.allocate(Math.max(1, 2 * values / shards()), 1);
    trace.free(whole, 1);
    return part;
  }

  private Deque<Integer> gather() {
    Deque<Integer> whole = new ArrayDeque<>();
    if (sharded) {
      for (long values : WEIGHTS) {
        whole.push(trace.allocate(2 * values, 1));
      }
    }
    return whole;
  }

  private void optimise(boolean first) {
    if (first) {
      for (int layer = 0; layer < LAYERS; layer++) {
        for (long values : WEIGHTS) {
          for (int state = 0; state < 3; state++) {
            trace.allocate(Math.max(1, 4 * values / shards()));
          }
        }
      }
    }
    for (int gradient : gradients) {
      int update = trace.allocate(4 * WEIGHTS[1] / shards());
      trace.free(update);
      trace.free(gradient);
    }
    gradients.clear();
  }

  private void workspace() {
    trace.free(trace.allocate(WORKSPACE));
  }

  /** Gathered weights were used by stream 0. */
  private void freeAll(Deque<Integer> ids) {
    while (!ids.isEmpty()) {
      trace.free(ids.pop(), 0);
    }
  }
}

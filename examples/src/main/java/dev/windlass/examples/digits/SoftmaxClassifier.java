package dev.windlass.examples.digits;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Multinomial logistic regression, learned by stochastic gradient descent in small batches. What an
 * epoch does depends on the weights before it and its number only, and so a training that was
 * interrupted ends with the very bytes of one that was not.
 */
final class SoftmaxClassifier {
  /** For each digit one weight for each pixel, and one more that stands alone. */
  static final int WEIGHTS = Digits.CLASSES * (Digits.PIXELS + 1);

  private static final int BATCH = 32;
  private static final double RATE = 0.3;

  private final double[] weights;

  /** Has learned nothing yet. */
  SoftmaxClassifier() {
    this(new double[WEIGHTS]);
  }

  /** Has learned these weights. */
  SoftmaxClassifier(double[] weights) {
    this.weights = weights.clone();
  }

  double[] weights() {
    return weights.clone();
  }

  static byte[] bytes(double[] weights) {
    ByteBuffer bytes = ByteBuffer.allocate(weights.length * Double.BYTES);
    bytes.asDoubleBuffer().put(weights);
    return bytes.array();
  }

  /** Learns from each image once, in an order that the epoch decides; returns the mean loss. */
  double train(List<Digits.Image> images, int epoch) {
    List<Digits.Image> order = new ArrayList<>(images);
    Collections.shuffle(order, new Random(epoch));
    double loss = 0;
    for (int from = 0; from < order.size(); from += BATCH) {
      loss += step(order.subList(from, Math.min(from + BATCH, order.size())));
    }
    return loss / order.size();
  }

  private double step(List<Digits.Image> batch) {
    double[] gradient = new double[WEIGHTS];
    double loss = 0;
    for (Digits.Image image : batch) {
      double[] p = probabilities(image.pixels());
      loss -= StrictMath.log(Math.max(p[image.digit()], Double.MIN_NORMAL));
      for (int c = 0; c < Digits.CLASSES; c++) {
        double error = p[c] - (c == image.digit() ? 1 : 0);
        int row = c * (Digits.PIXELS + 1);
        for (int i = 0; i < Digits.PIXELS; i++) {
          gradient[row + i] += error * image.pixels()[i];
        }
        gradient[row + Digits.PIXELS] += error;
      }
    }
    for (int i = 0; i < WEIGHTS; i++) {
      weights[i] -= RATE * gradient[i] / batch.size();
    }
    return loss;
  }

  /** The share of images that it tells right, from 0 to 1. */
  double accuracy(List<Digits.Image> images) {
    long right = images.stream().filter(i -> classify(i.pixels()) == i.digit()).count();
    return (double) right / images.size();
  }

  /** The most probable digit. */
  int classify(double[] pixels) {
    double[] p = probabilities(pixels);
    int best = 0;
    for (int c = 1; c < p.length; c++) {
      best = p[c] > p[best] ? c : best;
    }
    return best;
  }

  private double[] probabilities(double[] pixels) {
    double[] p = new double[Digits.CLASSES];
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < p.length; c++) {
      int row = c * (Digits.PIXELS + 1);
      double score = weights[row + Digits.PIXELS];
      for (int i = 0; i < Digits.PIXELS; i++) {
        score += weights[row + i] * pixels[i];
      }
      p[c] = score;
      max = Math.max(max, score);
    }
    double sum = 0;
    for (int c = 0; c < p.length; c++) {
      // StrictMath gives the same bits on every machine.
      p[c] = StrictMath.exp(p[c] - max);
      sum += p[c];
    }
    for (int c = 0; c < p.length; c++) {
      p[c] /= sum;
    }
    return p;
  }
}

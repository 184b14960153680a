package dev.windlass.examples.digits;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/**
 * The images, four fifths to learn from and one fifth to test with, always the same ones.
 *
 * @param training images to learn from
 * @param test images that the classifier never learns from
 */
record Digits(List<Image> training, List<Image> test) {
  /** Pixels of an image. */
  static final int PIXELS = 64;

  /** Digits that an image can show. */
  static final int CLASSES = 10;

  private static final double WHITEST = 16;
  private static final long SEED = 1998;

  /** An image: 64 pixels from 0 to 1, and the digit that it shows. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Image(double[] pixels, int digit) {}

  /** Reads the images that are part of this jar. */
  static Digits load() throws IOException {
    List<Image> images = new ArrayList<>();
    try (InputStream file = Digits.class.getResourceAsStream("digits.csv.gz")) {
      if (file == null) {
        throw new FileNotFoundException("digits.csv.gz is missing from the jar");
      }
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(new GZIPInputStream(file), StandardCharsets.US_ASCII));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        images.add(image(line.split(",", -1)));
      }
    }
    Collections.shuffle(images, new Random(SEED));
    int training = images.size() * 4 / 5;
    return new Digits(
        List.copyOf(images.subList(0, training)),
        List.copyOf(images.subList(training, images.size())));
  }

  private static Image image(String[] numbers) {
    double[] pixels = new double[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      pixels[i] = Integer.parseInt(numbers[i]) / WHITEST;
    }
    return new Image(pixels, Integer.parseInt(numbers[PIXELS]));
  }
}

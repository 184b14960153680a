package dev.windlass.core.jobfile;

import java.util.Comparator;
import java.util.Optional;
import java.util.Set;

/** Finds the word that a user may have meant: the one with the least edit distance. */
final class Nearest {
  private Nearest() {}

  static Optional<String> of(String word, Set<String> known) {
    int enough = Math.max(2, word.length() / 2);
    return known.stream()
        .filter(k -> distance(word, k) <= enough)
        .min(Comparator.comparingInt((String k) -> distance(word, k)).thenComparing(k -> k));
  }

  /** Levenshtein's distance, upper and lower case being the same. */
  private static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= Math.min(left.length(), 100); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        boolean same =
            Character.toLowerCase(left.charAt(i - 1)) == Character.toLowerCase(right.charAt(j - 1));
        int cost = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
        diagonal = row[j];
        row[j] = cost;
      }
    }
    return row[right.length()];
  }
}
